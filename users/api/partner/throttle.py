"""How often a partner may ask: one counter in Redis for each ten seconds, as a shop asks hundreds of times in them."""

import logging
import time
from typing import Any

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

from compensation import limits

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 10
_REDIS_SECONDS = 1  # without an answer

_redis = Redis.from_url(settings.REDIS_URL, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)


class PartnerThrottle(BaseThrottle):
    """Bounds load, not guesses: those are counted in the database. Without Redis a partner goes on."""

    def allow_request(self, request: Any, _view: Any) -> bool:
        partner = getattr(request.auth, "partner", None)
        if partner is None:
            return True  # refused by the permissions before
        allowed = partner.requests_per_second or limits.PARTNER_REQUESTS_PER_SECOND_MAX
        key = f"partner-rate:{partner.pk}:{int(time.time()) // WINDOW_SECONDS}"
        try:
            with _redis.pipeline() as both:  # one question to Redis
                asked, _ = both.incr(key).expire(key, 2 * WINDOW_SECONDS).execute()
            return bool(asked <= allowed * WINDOW_SECONDS)
        except (RedisError, OSError) as error:
            logger.warning("requests of partners cannot be counted: %s", error)
            return True

    def wait(self) -> float:
        """Seconds until the next counter."""
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS
