"""What the API says of one case: everything that its page shows, with personal data masked."""

from typing import Any

from rest_framework import serializers

from claims.api.claim_answers import (
    AssessmentAnswer,
    ClaimEventAnswer,
    DeterminationAnswer,
    LossAnswer,
    ObjectionWithResult,
    QuestionAnswer,
    StatusAnswer,
)
from claims.api.evidence_answers import EvidenceAnswer
from claims.api.review.queue_answers import CaseShort
from claims.models import Check, FactCorrection
from compensation.policy.case_checks import CHECKS, HOLDER_MATCHES
from compensation.runtime.api_fields import Named


class MerchantAnswer(serializers.Serializer[Any]):
    """The claim's merchant; phone, mail address and account are masked. They are shown on the page only, on purpose."""

    business_number = serializers.CharField()
    trade_name = serializers.CharField()
    representative = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    region = serializers.CharField(allow_blank=True)
    certificate_state = serializers.CharField()
    bank_code = serializers.CharField(allow_blank=True)
    account_number = serializers.CharField(allow_blank=True)
    account_holder = serializers.CharField(allow_blank=True)


class FactsAnswer(serializers.Serializer[Any]):
    """What the claim says. `typed`: the same as an officer would type it, by step, to be sent back corrected."""

    version = serializers.IntegerField()
    channel = serializers.CharField()
    received_at = serializers.DateTimeField()
    lost_sales_won = serializers.IntegerField()
    reported_margin_bp = serializers.IntegerField(allow_null=True)
    industry_code = serializers.CharField(allow_blank=True)
    losses = LossAnswer(many=True)
    typed = serializers.DictField()


class CheckAnswer(serializers.Serializer[Any]):
    """What a check found last. `by`: null where the machine looked. `found`: references of claims or documents."""

    code = serializers.CharField()
    name_ko = serializers.SerializerMethodField()
    name_en = serializers.SerializerMethodField()
    outcome = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    found = serializers.SerializerMethodField()
    by = serializers.CharField(source="checked_by.get_full_name", allow_null=True, default=None)
    checked_at = serializers.DateTimeField()

    def get_name_ko(self, check: Check) -> str:
        return CHECKS[check.code].name_ko if check.code in CHECKS else check.code

    def get_name_en(self, check: Check) -> str:
        return CHECKS[check.code].name_en if check.code in CHECKS else check.code

    def get_found(self, check: Check) -> list[str]:
        """An account is found by its row, which is nobody's to know."""
        return [] if check.code == HOLDER_MATCHES else list(check.found)


class RelatedAnswer(serializers.Serializer[Any]):
    """Another claim that shares something with this one: codes of checks."""

    reference = serializers.CharField(source="claim.reference")
    trade_name = serializers.CharField(source="claim.merchant.trade_name")
    state = serializers.CharField(source="claim.state")
    shared = serializers.ListField(child=serializers.CharField())


class RangeAnswer(serializers.Serializer[Any]):
    """From the 10th to the 90th percentile of what was granted, in basis points of the assessed loss."""

    low_bp = serializers.IntegerField()
    middle_bp = serializers.IntegerField()
    high_bp = serializers.IntegerField()


class SimilarCaseAnswer(serializers.Serializer[Any]):
    """A case that the council decided."""

    reference = serializers.CharField()
    assessed_won = serializers.IntegerField()
    amount_won = serializers.IntegerField()
    ratio_bp = serializers.IntegerField()


class SimilarAnswer(serializers.Serializer[Any]):
    """How cases like this one were decided; `alike` says in what, `usual` is null of too few."""

    alike_ko = serializers.CharField()
    alike_en = serializers.CharField()
    usual = RangeAnswer(allow_null=True)
    cases = SimilarCaseAnswer(many=True)


class ProposalAnswer(serializers.Serializer[Any]):
    """What an officer proposed; the last one counts."""

    verdict = serializers.CharField()
    amount_won = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField(allow_blank=True)
    made_by = serializers.CharField(source="made_by.get_full_name")
    made_at = serializers.DateTimeField()


class ReasonAnswer(serializers.Serializer[Any]):
    """A reason of the policy. Support and reduction go with a grant, refusal with none, fixable with a question."""

    code = serializers.CharField()
    kind = serializers.CharField()
    text_ko = serializers.CharField()
    text_en = serializers.CharField()


class CorrectionAnswer(serializers.Serializer[Any]):
    """A correction of facts: what they were, what they are, why."""

    facts_version = serializers.IntegerField()
    old = serializers.SerializerMethodField()
    new = serializers.SerializerMethodField()
    reason = serializers.CharField()
    corrected_by = serializers.CharField(source="corrected_by.get_full_name")
    corrected_at = serializers.DateTimeField()

    def get_old(self, row: FactCorrection) -> dict[str, Any]:
        return dict(row.old)

    def get_new(self, row: FactCorrection) -> dict[str, Any]:
        return dict(row.new)


class AgendaPlaceAnswer(serializers.Serializer[Any]):
    """Where the case is on an agenda now."""

    session = serializers.CharField(source="session.reference")
    position = serializers.IntegerField()


class CaseAnswer(CaseShort):
    """A case with everything that its page shows. `cap_won`: the most that can be proposed."""

    merchant = MerchantAnswer()
    facts = FactsAnswer()
    assessment = AssessmentAnswer()
    determinations = DeterminationAnswer(many=True)
    status = StatusAnswer()
    checks = CheckAnswer(many=True, help_text="the newest of each")
    related = RelatedAnswer(many=True)
    similar = SimilarAnswer()
    evidence = EvidenceAnswer(many=True)
    evidence_missing = Named(many=True)
    questions = QuestionAnswer(many=True)
    objections = ObjectionWithResult(many=True)
    proposals = ProposalAnswer(many=True)
    cap_won = serializers.IntegerField()
    reasons = ReasonAnswer(many=True)
    corrections = CorrectionAnswer(many=True)
    agenda = AgendaPlaceAnswer(allow_null=True)
    timeline = ClaimEventAnswer(many=True, help_text="newest first")
