"""Members made from nothing, for a machine that has no platform beside it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from users.models import Member, MemberStatus, Region

MEMBERS_PER_STATEMENT = 100_000  # half a second each: progress is seen, and a killed run loses no more than that
WITHDRAWN_PER_MILLE, SUSPENDED_PER_MILLE = 6, 2  # ours: enough of each that every reason of exclusion occurs
FIRST_JOINED_ON, LAST_JOINED_ON = (
    date(2010, 3, 18),
    date(2022, 10, 14),
)  # ours: from the launch to the day before the outage

_INSERT = """
    INSERT INTO users_member (id, joined_on, status, region)
    SELECT id,
           %(joined_first)s + ((hash >> 32) & 2147483647)::int %% %(joined_days)s,
           CASE WHEN mille < %(withdrawn_below)s THEN %(withdrawn)s
                WHEN mille < %(suspended_below)s THEN %(suspended)s
                ELSE %(active)s END,
           (%(regions)s::int[])[1 + ((hash >> 20) & 2047) %% cardinality(%(regions)s::int[])]
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id,
           LATERAL hashint8extended(id, %(seed)s) AS hash,
           LATERAL (SELECT (hash & 2147483647) %% 1000 AS mille) AS drawn
"""


def make_members(*, count: int, seed: int = 1015, progress: Callable[[int], None] | None = None) -> int:
    """Adds members until there are `count`, and answers how many were added. None is ever removed.

    What a member is like follows from their id and the seed, so the same call makes the same members on every machine.
    Each statement commits for itself, and `progress` is told its members; a killed run is carried on by the next.
    """
    missing = count - Member.objects.count()
    first = (Member.objects.aggregate(highest=Max("id"))["highest"] or 0) + 1
    for lower in range(first, first + missing, MEMBERS_PER_STATEMENT):
        upper = min(lower + MEMBERS_PER_STATEMENT, first + missing)
        _insert(first=lower, last=upper - 1, seed=seed)
        if progress:
            progress(upper - lower)
    if missing > 0:
        _tell_the_planner()
    return max(missing, 0)


def _insert(*, first: int, last: int, seed: int) -> None:
    figures: dict[str, Any] = {
        "first": first,
        "last": last,
        "seed": seed,
        "joined_first": FIRST_JOINED_ON,
        "joined_days": (LAST_JOINED_ON - FIRST_JOINED_ON).days + 1,
        "withdrawn_below": WITHDRAWN_PER_MILLE,
        "suspended_below": WITHDRAWN_PER_MILLE + SUSPENDED_PER_MILLE,
        "regions": [region.value for region in Region if region],
        "active": MemberStatus.ACTIVE,
        "suspended": MemberStatus.SUSPENDED,
        "withdrawn": MemberStatus.WITHDRAWN,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # The ids are ours, so the sequence is moved past them first: it keeps its value whether we commit or not.
        cursor.execute("SELECT setval(pg_get_serial_sequence('users_member', 'id'), %s)", [last])
        cursor.execute(_INSERT, figures)


def _tell_the_planner() -> None:
    """Statistics now: grants may start before the server would collect them by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE users_member")
