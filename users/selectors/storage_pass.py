"""How things stand with a pass: for one member, for everybody, and the proof of the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from compensation.policy.quota import Standing, issued
from compensation.policy.transitions import PROGRAMME, PassQuotaChangeState
from compensation.programmes.models import Programme
from users.models import PassActivation, PassApplication, PassQuotaChange, StoragePass

PUBLIC_SECONDS = 2  # how old the public figures may be: one query for all who look in that time
LINE_POINTS = 60  # of the plot: what a phone shows


def pass_of(programme: Programme) -> StoragePass | None:
    """The pass that one can apply for in the programme."""
    return StoragePass.objects.filter(programme=programme).select_related("item", "programme").order_by("pk").first()


def announced_pass(*, code: str) -> StoragePass:
    """The pass of an announced programme. Raises StoragePass.DoesNotExist."""
    announced = StoragePass.objects.exclude(programme__status=PROGRAMME.initial).filter(programme__code=code)
    return announced.select_related("item", "programme").earliest("pk")


def standing_of(*, storage_pass: StoragePass, member_id: int) -> Standing | None:
    """Where the member stands; None for who is not in line."""
    in_line = PassApplication.objects.filter(storage_pass=storage_pass, member_id=member_id)
    row = in_line.values_list("place", "storage_pass__quota").first()
    return Standing(*row) if row else None


def activation_of(*, storage_pass: StoragePass, member_id: int) -> PassActivation | None:
    """The month that the member started."""
    return PassActivation.objects.filter(storage_pass=storage_pass, member_id=member_id).first()


@dataclass(frozen=True, slots=True)
class PassFigures:
    """Counts of people. `waiting` stand behind the quota."""

    opens_at: datetime
    quota: int
    applied: int

    @property
    def issued(self) -> int:
        return issued(last_place=self.applied, quota=self.quota)

    @property
    def remaining(self) -> int:
        return self.quota - self.issued

    @property
    def waiting(self) -> int:
        return self.applied - self.issued


def figures_of(storage_pass: StoragePass) -> PassFigures:
    """What the row says as it was read."""
    return PassFigures(storage_pass.opens_at, storage_pass.quota, storage_pass.last_place)


def public_figures(*, programme_code: str, at: datetime) -> PassFigures | None:
    """What everybody may see, at most PUBLIC_SECONDS old: a stampede of onlookers costs a query each two seconds."""
    return _public_figures(programme_code, int(at.timestamp()) // PUBLIC_SECONDS)


@lru_cache(maxsize=16)
def _public_figures(programme_code: str, _moment: int) -> PassFigures | None:
    one = StoragePass.objects.filter(programme__code=programme_code).order_by("pk").first()
    return figures_of(one) if one else None


@dataclass(frozen=True, slots=True)
class LinePoint:
    """That the application with this place came at this moment."""

    place: int
    at: datetime


def line_points(*, storage_pass: StoragePass, points: int = LINE_POINTS) -> Sequence[LinePoint]:
    """How the line grew: applications evenly spaced over it, first and last among them. Read by the key of places."""
    last = storage_pass.last_place
    steps = max(min(points, last), 1)
    places = sorted({1 + (last - 1) * step // max(steps - 1, 1) for step in range(steps)}) if last else []
    found = PassApplication.objects.filter(storage_pass=storage_pass, place__in=places).order_by("place")
    return [LinePoint(*row) for row in found.values_list("place", "applied_at")]


def quota_changes_of(storage_pass: StoragePass) -> Sequence[PassQuotaChange]:
    """Newest first."""
    return list(storage_pass.quota_changes.select_related("maker", "decider").order_by("-pk")[:50])


def proposed_change(storage_pass: StoragePass) -> PassQuotaChange | None:
    """The one that waits for a second person."""
    return storage_pass.quota_changes.filter(state=PassQuotaChangeState.PROPOSED).select_related("maker").first()


@dataclass(frozen=True, slots=True)
class LineProof:
    """The line counted anew from its rows, beside what the pass says of itself. Counts of people."""

    said: int
    applications: int
    first_place: int
    last_place: int
    out_of_order: int
    activations_beyond_quota: int

    @property
    def holds(self) -> bool:
        """Places 1 to the last without gaps, in the order of time, and nobody with a pass beyond the quota."""
        return (
            self.said == self.applications == self.last_place
            and self.first_place == min(self.applications, 1)
            and self.out_of_order == self.activations_beyond_quota == 0
        )


_PROOF = """
    SELECT pass.last_place, count(line.place), coalesce(min(line.place), 0), coalesce(max(line.place), 0),
           count(*) FILTER (WHERE line.applied_at < line.before),
           (SELECT count(*) FROM users_passactivation started
             WHERE started.storage_pass_id = pass.id AND NOT EXISTS (
                SELECT FROM users_passapplication served
                 WHERE served.storage_pass_id = pass.id AND served.member_id = started.member_id
                   AND served.place <= pass.quota))
      FROM users_storagepass pass
      LEFT JOIN (SELECT storage_pass_id, place, applied_at, lag(applied_at) OVER (ORDER BY place) AS before
                   FROM users_passapplication WHERE storage_pass_id = %(storage_pass)s) line
        ON line.storage_pass_id = pass.id
     WHERE pass.id = %(storage_pass)s
     GROUP BY pass.id
"""


def prove_line(*, storage_pass: StoragePass) -> LineProof:
    """Reads the whole line: about a second per million. One statement, so also right while people apply."""
    with connection.cursor() as cursor:
        cursor.execute(_PROOF, {"storage_pass": storage_pass.pk})
        return LineProof(*cursor.fetchone())
