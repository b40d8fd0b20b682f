"""Correcting what a claim says, with a reason: the old value and the new one are kept, and the loss is assessed again.

What was assessed and decided before stays beside it. While an objection to a determination is open, the determination
itself stays too, and is paid as planned: then the new assessment is that of the review.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from claims.models import (
    Assessment,
    Claim,
    ClaimLoss,
    ClaimTransition,
    Determination,
    FactCorrection,
    Review,
)
from claims.services.assessed_facts import (
    assessed,
    facts_of_claim,
    keeps_determination,
    preview_correction,
    version_for,
)
from claims.services.case_acting import refuse_unless_fit
from claims.services.intake import LossDetails, services_of_losses, total_won
from claims.services.payouts.due import settle_claim
from claims.services.questions import close_open_question
from claims.services.reviews import ask_for_checks, keep_review, open_review_of, reopen_referred
from compensation import limits
from compensation.audit.services import because
from compensation.ledger.models import Account, Transfer
from compensation.policy.transitions import OPEN_REVIEW_STATES, ClaimState
from compensation.runtime.tasks import send_after_commit
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User

__all__ = [
    "CORRECTABLE",
    "FactsNotCorrectable",
    "changed_meanwhile",
    "correct_facts",
    "facts_as_json",
    "preview_correction",
]

CORRECTABLE = ("losses", "reported_margin_bp", "industry_code")
MOVE_REASON_LENGTH_MAX = 200  # characters that the history of moves has room for; the correction keeps all of it


class FactsNotCorrectable(ValueRefused):
    """The claim moved on, is withdrawn, or there is no reason, or nothing to correct."""


@transaction.atomic
def correct_facts(*, claim: Claim, changes: Mapping[str, Any], actor: User, reason: str, at: datetime) -> None:
    """Changes facts of a claim, keeps what they were, and has the loss assessed again.

    `changes` maps names of CORRECTABLE to values as the parsers return them (`losses`: all of them, as LossDetails). An
    earlier determination stops counting, and what was set aside for it goes back to the budget, unless it is objected
    to. Raises FactsNotCorrectable where the claim was changed by somebody else in the meantime (compare
    `facts_version`), is withdrawn, or the reason is missing; DeskRefused where somebody else has to do it.
    """
    said = _reason(reason)
    if set(changes) - set(CORRECTABLE):
        raise _unknown(set(changes) - set(CORRECTABLE))
    seen, claim = claim.facts_version, _held(claim)
    if claim.facts_version != seen or claim.state == ClaimState.WITHDRAWN:
        raise changed_meanwhile()
    if review := open_review_of(claim=claim):
        refuse_unless_fit(review=review, actor=actor)
    is_objected_to = keeps_determination(claim)
    with because(actor=actor, reason=said):
        _keep_correction(claim, changes, actor, said, at)
        columns = _columns(claim, changes) | ({} if is_objected_to else _ASSESSED_ANEW)
        Claim.objects.filter(pk=claim.pk).update(**columns, facts_version=F("facts_version") + 1)
        reopen_referred(claim=claim, at=at)
        Review.objects.filter(claim=claim, state__in=OPEN_REVIEW_STATES).update(version=F("version") + 1)
    close_open_question(claim=claim, actor=actor, at=at)  # it was about what is no longer said
    if is_objected_to:
        _assess_for_review(claim, at)
    else:
        _send_to_assessment(claim, actor, said, at)
    ask_for_checks(claim=claim, at=at)


_ASSESSED_ANEW = {"state": ClaimState.RECEIVED, "assessment": None, "determination": None}


def _held(claim: Claim) -> Claim:
    """The claim as it is now, held against every other change, its keys too: its losses are written anew."""
    rows = Claim.objects.select_for_update(of=("self",))
    return rows.select_related("programme", "determination", "assessment__policy_version").get(pk=claim.pk)


def _send_to_assessment(claim: Claim, actor: User, reason: str, at: datetime) -> None:
    if claim.state != ClaimState.RECEIVED:
        ClaimTransition.objects.create(
            claim=claim,
            from_state=claim.state,
            to_state=ClaimState.RECEIVED,
            actor=actor,
            reason=reason[:MOVE_REASON_LENGTH_MAX],
            at=at,
        )
    if claim.determination and claim.determination.amount_won:
        _release(claim.determination, claim=claim, at=at)
        settle_claim(claim=claim, actor=actor, at=at)
    send_after_commit("claims.assess_pending", programme_id=claim.programme_id)


def _assess_for_review(claim: Claim, at: datetime) -> None:
    """The new assessment of a claim whose determination is objected to: its review is about that from now on."""
    fresh, version = Claim.objects.get(pk=claim.pk), version_for(claim)
    found = assessed(facts_of_claim(claim=fresh), version)
    assessment = Assessment.objects.create(
        claim=fresh,
        facts_version=fresh.facts_version,
        policy_version=version,
        lost_sales_won=found.lost_sales_won,
        margin_bp=found.margin_bp,
        attribution_bp=found.attribution_bp,
        assessed_won=found.assessed_won,
        tier_code=found.tier_code,
        route=found.route,
        steps=[step.as_json() for step in found.steps],
        assessed_at=at,
    )
    if review := open_review_of(claim=claim):
        Review.objects.filter(pk=review.pk).update(assessment=assessment, assessed_won=found.assessed_won)
        keep_review(claim=claim, at=at)


def _keep_correction(claim: Claim, changes: Mapping[str, Any], actor: User, reason: str, at: datetime) -> None:
    before = facts_of_claim(claim=claim)
    FactCorrection.objects.create(
        claim=claim,
        facts_version=claim.facts_version + 1,
        old=facts_as_json({name: before[name] for name in changes}),
        new=facts_as_json(changes),
        reason=reason,
        corrected_by=actor,
        corrected_at=at,
    )


def facts_as_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts by their names, as a correction keeps them."""
    return {name: _as_json(value) for name, value in facts.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [
            asdict(loss) | {"began_at": loss.began_at.isoformat(), "ended_at": loss.ended_at.isoformat()}
            for loss in value
        ]
    return value


def _columns(claim: Claim, changes: Mapping[str, Any]) -> dict[str, Any]:
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


def _reason(text: str) -> str:
    said = parse_paragraphs(text, length_max=limits.REVIEW_NOTE_LENGTH_MAX)
    if not said:
        raise FactsNotCorrectable(
            "correction_reason_missing",
            "무엇을 보고 정정하는지 적어 주세요.",
            "Please write what the correction is based on.",
        )
    return said


def changed_meanwhile() -> FactsNotCorrectable:
    return FactsNotCorrectable(
        "facts_changed",
        "그사이 접수 내용이 바뀌었거나 접수가 철회되었습니다. 바뀐 내용을 확인한 뒤 다시 해 주세요.",
        "The claim was changed or withdrawn meanwhile. Please look at what it says now, and try again.",
    )


def _unknown(names: set[str]) -> FactsNotCorrectable:
    listed = ", ".join(sorted(names))
    return FactsNotCorrectable(
        "facts_unknown", f"정정할 수 없는 항목입니다: {listed}", f"This is no fact of a claim: {listed}"
    )
