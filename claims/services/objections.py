"""Objection (이의신청) to a determination, and confirmation for a merchant who proves a higher loss.

Neither touches the claim, its determination or what is booked for it: what was determined is paid as planned.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from claims.models import Claim, Determination, Evidence, Objection, ObjectionKind
from claims.selectors.status import objection_reading, policy_for, why_not_open_to
from claims.services.claim_lock import lock_claim
from claims.services.questions import close_open_question
from claims.services.reviews import close_review, open_objection_review
from claims.services.telling import last_day, tell_merchant
from compensation.audit.services import because
from compensation.policy.transitions import EvidenceScanState, ObjectionState
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User

TEMPLATES = {ObjectionKind.OBJECTION: "objection_received", ObjectionKind.CONFIRMATION: "confirmation_received"}


class ObjectionRefused(ValueRefused):
    """An objection or a request for confirmation that cannot be taken, or not be withdrawn any more."""


@transaction.atomic
def file_objection(
    *,
    determination: Determination,
    kind: ObjectionKind,
    reasons: str,
    evidence: Sequence[Evidence],
    actor: User,
    at: datetime,
) -> Objection:
    """Takes an objection to a determination, or a request for confirmation, with reasons and papers of the claim.

    Filing the same again is the same objection. Raises ObjectionRefused; ValueRefused for reasons that are too long.
    """
    claim = lock_claim(determination.claim)
    determination = Determination.objects.select_related("assessment").get(pk=determination.pk)
    said = parse_paragraphs(reasons)
    if same := _filed_already(determination, kind, said, actor):
        return same
    _refuse_unless_open(claim, determination, kind, at)
    _refuse_incomplete(claim, kind, said, evidence)
    with because(actor=actor, reason=f"{kind} filed"):
        objection = Objection.objects.create(
            claim=claim, determination=determination, kind=kind, reasons=said, filed_by=actor, filed_at=at
        )
        objection.evidence.set(evidence)
        open_objection_review(objection=objection, at=at)
    policy = policy_for(claim=claim)
    reading = objection_reading(objection=objection, questions=(), policy=policy, at=at)
    assert reading.due_at is not None, "nothing has been asked yet, so the clock runs"  # noqa: S101
    tell_merchant(
        claim=claim,
        template=TEMPLATES[kind],
        variables={"due": last_day(reading.due_at)},
        at=at,
        dedupe_key=f"objection {objection.reference}",
    )
    return objection


@transaction.atomic
def withdraw_objection(*, objection: Objection, actor: User, at: datetime) -> None:
    """Takes it back; the determination stays as it is. Twice is once. Raises ObjectionRefused when it was decided."""
    claim = lock_claim(objection.claim)
    if Objection.objects.get(pk=objection.pk).state == ObjectionState.WITHDRAWN:
        return
    received = Objection.objects.filter(pk=objection.pk, state=ObjectionState.RECEIVED)
    with because(actor=actor, reason=f"{objection.kind} withdrawn"):
        if received.update(state=ObjectionState.WITHDRAWN, closed_at=at) != 1:
            raise ObjectionRefused(
                "objection_decided",
                "이미 결정이 나온 신청은 철회할 수 없습니다.",
                "It has been decided already and cannot be withdrawn.",
            )
    close_open_question(claim=claim, actor=actor, at=at)
    close_review(claim=claim, at=at)


def _filed_already(determination: Determination, kind: ObjectionKind, reasons: str, actor: User) -> Objection | None:
    open_ones = determination.objections.filter(state=ObjectionState.RECEIVED, kind=kind, filed_by=actor)
    return next((objection for objection in open_ones if objection.reasons == reasons), None)


def _refuse_unless_open(claim: Claim, determination: Determination, kind: ObjectionKind, at: datetime) -> None:
    policy = policy_for(claim=claim)
    reason = why_not_open_to(kind=kind, claim=claim, determination=determination, policy=policy, at=at)
    if reason:
        raise ObjectionRefused(reason.code, reason.message_ko, reason.message_en)


def _refuse_incomplete(claim: Claim, kind: ObjectionKind, reasons: str, evidence: Sequence[Evidence]) -> None:
    if not reasons:
        raise ObjectionRefused(
            "objection_reasons_missing",
            "어느 부분이 사실과 다른지, 왜 다시 살펴보아야 하는지 적어 주세요.",
            "Please write what is wrong, or why it should be looked at again.",
        )
    if kind == ObjectionKind.CONFIRMATION and not evidence:
        raise ObjectionRefused(
            "confirmation_papers_missing",
            "확인 요청에는 더 큰 손실을 보여 주는 자료가 필요합니다. 자료를 하나 이상 올려 주세요.",
            "A request for confirmation needs papers that show the higher loss. Please add at least one.",
        )
    for row in evidence:
        if row.claim_id != claim.pk or row.scan_state == EvidenceScanState.INFECTED:
            raise ObjectionRefused(
                "objection_paper_unfit",
                "받지 못한 파일이 있습니다. 올린 자료를 확인해 주세요.",
                "One of the files was not taken. Please check your papers.",
            )
