"""What a merchant is told of the council's decisions."""

from datetime import datetime
from typing import Any

from claims.models import Determination
from claims.services.council_words import objection_result, reasons_sentence
from claims.services.telling import last_day, tell_merchant
from compensation.messaging.services.outbox import LANGUAGE
from compensation.policy.deadlines import objection_until


def tell_determined(*, determination: Determination, at: datetime) -> None:
    """Tells of a determination by the council, in the transaction that made it."""
    template, variables = _message(determination)
    tell_merchant(
        claim=determination.claim,
        template=template,
        variables=variables,
        at=at,
        dedupe_key=f"determination {determination.pk}",
    )


def _message(determination: Determination) -> tuple[str, dict[str, Any]]:
    if determination.reason.startswith("objection"):
        return "objection_decided", {"outcome": objection_result(determination, LANGUAGE)}
    policy = determination.assessment.policy_version.policy
    until = last_day(objection_until(determined_at=determination.decided_at, policy=policy))
    said = {"reason": reasons_sentence(determination, LANGUAGE), "objection_until": until}
    if determination.amount_won:
        return "council_granted", said | {"amount": determination.amount_won}
    return "council_refused", said


def tell_undone(*, determination: Determination, at: datetime) -> None:
    """Tells that a determination by the council was undone, and that the council looks again."""
    tell_merchant(
        claim=determination.claim,
        template="council_undone",
        variables={"undone_at": at},
        at=at,
        dedupe_key=f"determination {determination.pk} undone",
    )
