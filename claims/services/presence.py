"""Who has a case open right now: for people to see, kept in the cache for some seconds. Nothing is decided by it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from claims.models import Review
from users.models import User

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15  # how often a page that is open says so
GONE_AFTER_SECONDS = 40  # two heartbeats and a slow network


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the case open, since when (aware)."""

    name: str
    since: datetime


def arrive(*, review: Review, user: User, at: datetime) -> list[Present]:
    """Notes that `user` has the case open; the others who have, whoever came first at the head.

    Two who arrive in the same instant may miss each other until the next heartbeat. Without a cache nobody is seen.
    """
    key = f"review-presence-{review.pk}"
    try:
        seen = _fresh(cache.get(key) or {}, at)
        since = seen[user.pk][1] if user.pk in seen else at
        cache.set(key, seen | {user.pk: (user.get_full_name(), since, at)}, GONE_AFTER_SECONDS)
    except Exception:  # whatever the cache's client raises: the page works without it
        logger.warning("presence is not kept", exc_info=True)
        return []
    others = [Present(name, since) for pk, (name, since, _seen) in seen.items() if pk != user.pk]
    return sorted(others, key=lambda other: other.since)


def _fresh(seen: dict[int, Any], at: datetime) -> dict[int, Any]:
    oldest = at - timedelta(seconds=GONE_AFTER_SECONDS)
    return {pk: entry for pk, entry in seen.items() if entry[2] > oldest}
