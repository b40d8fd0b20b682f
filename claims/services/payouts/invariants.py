"""What must always be true of the money (ours), each asked in one query, each violation named.

Nothing here repairs anything: a violation means that a rule of the code or of the database was got round, and people
have to look. What is merely unfinished (a payout that came back, a sum that was paid too much) is no violation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from claims.models import MoneyCheck
from claims.services.payouts.invariant import Invariant
from claims.services.payouts.invariant_queries import INVARIANTS
from compensation.programmes.models import Programme
from compensation.runtime.tasks import send_after_commit
from users.models import User

NAMED_MAX = 200  # violations of one invariant that are named: one fault in the code shows in every row
KEPT_MAX = 1_000  # violations that a check's row keeps
# A determination of before there were payouts has one after the next night; until then it is no violation.
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Violation:
    """`code` names the invariant, `reference` what breaks it: a claim, payout, batch or account of the ledger."""

    code: str
    reference: str
    ko: str
    en: str


def violations(programme: Programme, *, at: datetime | None = None, grace: timedelta = GRACE) -> list[Violation]:
    """Every violation in the programme, in the order of INVARIANTS; of each at most NAMED_MAX. One query for each.

    All look at the same moment. `grace`: how old a determination must be before its payout is missed.
    """
    parameters = {"p": programme.pk, "most": NAMED_MAX, "decided_before": (at or timezone.now()) - grace}
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # inside a caller's transaction its moment is taken
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return [found for invariant in INVARIANTS for found in _broken(cursor, invariant, parameters)]


def _broken(cursor: Any, invariant: Invariant, parameters: Mapping[str, Any]) -> Iterator[Violation]:
    cursor.execute(f"{invariant.query} LIMIT %(most)s", parameters)
    for reference, *figures in cursor.fetchall():
        ko, en = (text.format(*map(_written, figures)) for text in (invariant.ko, invariant.en))
        yield Violation(invariant.code, reference, ko, en)


def _written(figure: Any) -> str:
    return f"{figure:,}" if isinstance(figure, int) else str(figure)


def verify(*, programme: Programme, by: User, at: datetime) -> MoneyCheck:
    """Looks for violations and keeps what was found as a row; a second look is another row."""
    found = violations(programme, at=at)
    return MoneyCheck.objects.create(
        programme=programme,
        by=by,
        at=at,
        violations_count=len(found),
        violations=[asdict(violation) for violation in found[:KEPT_MAX]],
    )


def ask_for_check(*, programme: Programme, by: User) -> None:
    """Has a worker verify the programme's money now. Asked twice it is looked at twice, which does no harm."""
    send_after_commit("claims.verify_money", programme_id=programme.pk, by_id=by.pk)


def newest_check(*, programme: Programme) -> MoneyCheck | None:
    """The last look; None where nobody looked yet."""
    return MoneyCheck.objects.filter(programme=programme).select_related("by").order_by("-id").first()
