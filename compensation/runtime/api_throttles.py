"""How often the API may be asked: counted in Redis, per account, or per address for those who have not signed in."""

import ipaddress
import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.throttling import ScopedRateThrottle

from compensation import limits
from compensation.runtime.api_errors import RETRY_SECONDS, general
from compensation.runtime.encryption import blind_index
from compensation.runtime.middleware import client_address

logger = logging.getLogger(__name__)


class Throttle(ScopedRateThrottle):
    """The rate of the view's `throttle_scope`, from limits.API_RATES.

    Without an answer from Redis, somebody who has signed in goes on (the database bounds what they do), and a stranger
    is asked to come back (503): a guesser gains nothing from a Redis that is down.
    """

    THROTTLE_RATES: dict[str, str | None] = {**limits.API_RATES}

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            return bool(super().allow_request(request, view))
        except (RedisError, OSError) as error:
            logger.warning("requests cannot be counted: %s", error)
            if request.user.is_authenticated:
                return True
            raise general(503, retry_after=RETRY_SECONDS) from error

    def get_ident(self, request: Any) -> str:
        return blind_index(_line(client_address(request)), context="api throttle")


def _line(address: str) -> str:
    """The address; of IPv6 its /64, which one connection has for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
