"""What the API says of a merchant's own claim."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import translation
from rest_framework import serializers

from claims.api.evidence_answers import EvidenceAnswer
from claims.api.working import WorkingStep, working
from claims.models import Assessment, Claim, Determination, ObjectionKind
from claims.selectors.evidence_files import evidence_list
from claims.selectors.status import determinations_of, result_of_objection, status_of, why_not_open_to
from claims.selectors.timeline import Event, timeline_of
from claims.services.letter_words import reason_text
from claims.services.withdrawal import OPEN_STATES
from claims.templatetags.timeline_wording import event_sentence
from claims.views.claim_content import content_of
from compensation.policy.deadlines import Reading, objection_until
from compensation.policy.document import Policy
from compensation.policy.transitions import CLAIM, ClaimState
from compensation.policy.working import Step
from compensation.runtime.api_fields import Named, Sentence
from compensation.runtime.masking import masked_account


class ClaimShort(serializers.Serializer[Any]):
    """A claim of the list."""

    reference = serializers.CharField()
    programme = serializers.CharField(source="programme.code")
    business_number = serializers.CharField(source="merchant.business_number")
    trade_name = serializers.CharField(source="merchant.trade_name")
    state = serializers.SerializerMethodField()
    services = serializers.ListField(child=serializers.CharField())
    lost_sales_won = serializers.IntegerField()
    received_at = serializers.DateTimeField()

    def get_state(self, claim: Any) -> Named:
        state = claim.state if isinstance(claim, Claim) else claim["state"]
        return {"code": state, "name_ko": CLAIM.name(state, "ko"), "name_en": CLAIM.name(state, "en")}  # type: ignore[return-value]


class ClaimsAnswer(serializers.Serializer[Any]):
    """A page of claims."""

    results = ClaimShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class LossAnswer(serializers.Serializer[Any]):
    """A loss, `[began_at, ended_at)`."""

    service = serializers.CharField()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    lost_sales_won = serializers.IntegerField()
    has_alternative = serializers.BooleanField()


class AssessmentAnswer(serializers.Serializer[Any]):
    """The assessment that counts now."""

    policy_version = serializers.IntegerField()
    assessed_won = serializers.IntegerField()
    tier_code = serializers.CharField()
    route = serializers.CharField()
    assessed_at = serializers.DateTimeField()
    working = WorkingStep(many=True)


class DeterminationAnswer(serializers.Serializer[Any]):
    """A determination; `number` is its place, from 1. `objection_until`: the first moment that is too late."""

    number = serializers.IntegerField()
    amount_won = serializers.IntegerField()
    tier_code = serializers.CharField()
    reason = Sentence()
    by_council = serializers.BooleanField()
    decided_at = serializers.DateTimeField()
    objection_until = serializers.DateTimeField()
    is_current = serializers.BooleanField()


class StatusAnswer(serializers.Serializer[Any]):
    """Whose turn it is, since when and until when. Without a deadline, or while the clock stands still, no `due_at`."""

    holder = serializers.CharField()
    since = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    remaining_working_days = serializers.IntegerField(allow_null=True)
    is_paused = serializers.BooleanField()
    is_overdue = serializers.BooleanField()


class QuestionAnswer(serializers.Serializer[Any]):
    """What the merchant is asked, or was."""

    reference = serializers.CharField()
    state = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    reasons = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ObjectionResultAnswer(serializers.Serializer[Any]):
    """What came of it: the numbers of the old and the new determination, and what is paid besides."""

    before_number = serializers.IntegerField()
    after_number = serializers.IntegerField()
    difference_won = serializers.IntegerField()


class ObjectionAnswer(serializers.Serializer[Any]):
    """An objection, or a request for confirmation."""

    reference = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    reasons = serializers.CharField()
    filed_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ObjectionWithResult(ObjectionAnswer):
    """The same, with what came of it."""

    result = ObjectionResultAnswer(allow_null=True, help_text="null: not decided")


class AccountAnswer(serializers.Serializer[Any]):
    """Where the merchant is paid; the number is masked."""

    bank_code = serializers.CharField()
    number = serializers.CharField()


class ClaimEventAnswer(Sentence):
    """Something that happened."""

    at = serializers.DateTimeField()
    text = serializers.CharField(allow_blank=True)


class ClaimAnswer(ClaimShort):
    """A claim with everything that its page shows."""

    channel = serializers.CharField()
    reported_margin_bp = serializers.IntegerField(allow_null=True)
    industry_code = serializers.CharField(allow_blank=True)
    losses = LossAnswer(many=True)
    assessment = AssessmentAnswer(allow_null=True)
    determinations = DeterminationAnswer(many=True)
    status = StatusAnswer()
    questions = QuestionAnswer(many=True)
    objections = ObjectionWithResult(many=True)
    can_withdraw = serializers.BooleanField()
    why_no_objection = Sentence(allow_null=True, help_text="null: an objection can be filed")
    why_no_confirmation = Sentence(allow_null=True, help_text="null: confirmation can be asked for")
    account = AccountAnswer(allow_null=True)
    evidence = EvidenceAnswer(many=True)
    evidence_missing = Named(many=True)
    timeline = ClaimEventAnswer(many=True, help_text="newest first")


def claim_answer(*, claim: Claim, at: datetime) -> Any:
    """The answer about a claim that `claim_with_history` found."""
    content = content_of(claim)
    policy: Policy = content["policy"]
    determinations, evidence = determinations_of(claim=claim), evidence_list(owner=claim)
    status = status_of(claim=claim, policy=policy, at=at)
    events = timeline_of(claim=claim, determinations=determinations, evidence=evidence, policy=policy)
    account = content["account"]
    facts = ("reference", "programme", "merchant", "state", "services", "lost_sales_won", "received_at", "channel")
    facts += ("reported_margin_bp", "industry_code")
    values = {name: getattr(claim, name) for name in facts} | {
        "losses": claim.losses.all(),
        "assessment": assessment_values(claim.assessment),
        "determinations": list(determination_values(claim, determinations, policy)),
        "status": {"holder": status.holder.value, "since": status.since} | clock_values(status.reading),
        "questions": claim.questions.all(),
        "objections": list(objection_values(claim, determinations)),
        "can_withdraw": claim.state in OPEN_STATES,
        "why_no_objection": _why_not(ObjectionKind.OBJECTION, claim, policy, at),
        "why_no_confirmation": _why_not(ObjectionKind.CONFIRMATION, claim, policy, at),
        "account": account and {"bank_code": account.bank_code, "number": masked_account(account.number_last4)},
        "evidence": evidence,
        "evidence_missing": content["missing"],
        "timeline": list(map(event_values, events)),
    }
    return ClaimAnswer(values).data


def assessment_values(row: Assessment | None) -> dict[str, Any] | None:
    """An assessment as AssessmentAnswer sends it."""
    if row is None:
        return None
    names = ("assessed_won", "tier_code", "route", "assessed_at")
    return {name: getattr(row, name) for name in names} | {
        "policy_version": row.policy_version.number,
        "working": working(map(Step.from_json, row.steps)),
    }


def determination_values(claim: Claim, rows: list[Determination], policy: Policy) -> Iterator[dict[str, Any]]:
    """All determinations of a claim, oldest first, as DeterminationAnswer sends them."""
    for number, row in enumerate(rows, start=1):
        sentences = {f"message_{lang}": reason_text(determination=row, language=lang) for lang in ("ko", "en")}
        yield {
            "number": number,
            "amount_won": row.amount_won,
            "tier_code": row.tier_code,
            "reason": {"code": row.reason, **sentences},
            "by_council": row.by_council,
            "decided_at": row.decided_at,
            "objection_until": objection_until(determined_at=row.decided_at, policy=policy),
            "is_current": row.pk == claim.determination_id and claim.state != ClaimState.WITHDRAWN,
        }


def objection_values(claim: Claim, determinations: list[Determination]) -> Iterator[dict[str, Any]]:
    """Its objections with what came of them, as ObjectionWithResult sends them."""
    numbers = {row.pk: number for number, row in enumerate(determinations, start=1)}
    results = [result_of_objection(claim=claim, determination=row) for row in determinations]
    by_objection = {result.objection.pk: result for result in results if result}
    for row in claim.objections.all():
        result = by_objection.get(row.pk)
        names = ("reference", "kind", "state", "reasons", "filed_at", "closed_at")
        yield {name: getattr(row, name) for name in names} | {
            "result": result
            and {
                "before_number": numbers[result.before.pk],
                "after_number": numbers[result.after.pk],
                "difference_won": result.difference_won,
            }
        }


def clock_values(reading: Reading | None) -> dict[str, Any]:
    """The deadline of StatusAnswer."""
    return {
        "due_at": reading and reading.due_at,
        "remaining_working_days": None if reading is None else reading.remaining_working_days,
        "is_paused": bool(reading and reading.is_paused),
        "is_overdue": bool(reading and reading.is_overdue),
    }


def _why_not(kind: ObjectionKind, claim: Claim, policy: Policy, at: datetime) -> Any:
    if claim.determination is None:
        return {
            "code": "not_determined",
            "message_ko": "아직 결정이 나오지 않았습니다.",
            "message_en": "Nothing has been determined yet.",
        }
    return why_not_open_to(kind=kind, claim=claim, determination=claim.determination, policy=policy, at=at)


def event_values(event: Event) -> dict[str, Any]:
    """Something that happened, as ClaimEventAnswer sends it."""
    sentences = {}
    for language in ("ko", "en"):
        with translation.override(language):
            sentences[f"message_{language}"] = event_sentence(event)
    return {"code": event.code, "at": event.at, "text": event.text, **sentences}
