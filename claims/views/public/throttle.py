"""How often somebody without an account may ask, counted per address in Redis.

Redis may lose its counters or be down. A lost counter gives a guesser some more tries at codes that have millions of
millions of possibilities; without an answer from Redis nothing is looked up: the visitor is asked to come back.
"""

import ipaddress
import logging

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from compensation.runtime.encryption import blind_index
from compensation.runtime.middleware import client_address

WINDOW_SECONDS = 600
LOOK_UPS_MAX = 20  # ours, per address and window: a whole shop behind one line has enough, a guesser does not

logger = logging.getLogger(__name__)


class LookUpThrottled(Exception):
    """Too many look-ups from this address, or they cannot be counted right now (`is_down`)."""

    def __init__(self, *, is_down: bool) -> None:
        super().__init__("the counter cannot be reached" if is_down else "too many look-ups")
        self.is_down = is_down

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return 503 if self.is_down else 429


def count_look_up(*, request: HttpRequest, name: str) -> None:
    """Counts one look-up called `name` from the address of the request. Raises LookUpThrottled."""
    key = f"look-up:{name}:{blind_index(_network(client_address(request)), context='look-up')}"
    try:
        cache.add(key, 0, timeout=WINDOW_SECONDS)
        count = cache.incr(key)
    except ValueError:  # the counter expired between the two: a new window begins
        count = 1
    except (RedisError, OSError) as error:
        logger.warning("look-ups cannot be counted: %s", error)
        raise LookUpThrottled(is_down=True) from error
    if count > LOOK_UPS_MAX:
        raise LookUpThrottled(is_down=False)


def _network(address: str) -> str:
    """The address; of IPv6 its /64, which one connection has for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
