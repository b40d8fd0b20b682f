"""Correcting what a claim says. The claim is assessed again; what was assessed and decided before stays beside it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from claims.models import Claim, ClaimLoss, ClaimTransition, Determination
from claims.services.intake import LossDetails, services_of_losses, total_won
from claims.services.questions import close_open_question
from compensation.audit.services import because
from compensation.ledger.models import Account, Transfer
from compensation.runtime.tasks import send_after_commit
from users.models import User

CORRECTABLE = ("losses", "reported_margin_bp", "industry_code")


class FactsNotCorrectable(Exception):
    """The claim moved on, is withdrawn, or the field is not one of CORRECTABLE."""


@transaction.atomic
def correct_facts(*, claim: Claim, changes: dict[str, Any], actor: User, reason: str, at: datetime) -> None:
    """Changes facts of a claim and sends it to assessment again.

    `changes` maps names of CORRECTABLE to values as the parsers return them (`losses`: all of them, as LossDetails). An
    earlier determination stops counting: what was set aside for it goes back to the budget. Raises FactsNotCorrectable
    where the claim was changed by somebody else in the meantime (compare `facts_version`) or is withdrawn.
    """
    if unknown := set(changes) - set(CORRECTABLE):
        raise FactsNotCorrectable(f"not a fact of a claim: {', '.join(sorted(unknown))}")
    old = Claim.objects.select_for_update().get(pk=claim.pk)
    if old.facts_version != claim.facts_version or old.state == "withdrawn":
        raise FactsNotCorrectable(f"{claim.reference} was changed or withdrawn meanwhile")
    with because(actor=actor, reason=reason):
        Claim.objects.filter(pk=old.pk).update(
            **_columns(old, changes),
            facts_version=F("facts_version") + 1,
            state="received",
            assessment=None,
            determination=None,
        )
    if old.state != "received":
        ClaimTransition.objects.create(
            claim=old, from_state=old.state, to_state="received", actor=actor, reason=reason, at=at
        )
    close_open_question(claim=old, actor=actor, at=at)  # it was about what is no longer said
    if old.determination and old.determination.amount_won:
        _release(old.determination, claim=old, at=at)
    send_after_commit("claims.assess_pending", programme_id=old.programme_id)


def _columns(claim: Claim, changes: dict[str, Any]) -> dict[str, Any]:
    """The claim's own columns; new losses are written in the place of the old ones."""
    columns = {name: value for name, value in changes.items() if name != "losses"}
    losses: Sequence[LossDetails] = changes.get("losses", ())
    if losses:
        claim.losses.all().delete()
        ClaimLoss.objects.bulk_create(ClaimLoss(claim=claim, **asdict(loss)) for loss in losses)
        columns |= {"services": services_of_losses(losses), "lost_sales_won": total_won(losses)}
    return columns


def _release(determination: Determination, *, claim: Claim, at: datetime) -> None:
    """Books back what was set aside for a determination that no longer counts."""
    Transfer.objects.create(
        programme_id=claim.programme_id,
        from_account=Account.MERCHANT_PAYABLE,
        to_account=Account.BUDGET,
        amount_won=determination.amount_won,
        kind="determination_superseded",
        source_id=determination.pk,
        booked_at=at,
    )
