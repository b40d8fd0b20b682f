"""What the API says of a case in the queue."""

from typing import Any

from rest_framework import serializers

from claims.models import Review
from compensation.policy.transitions import REVIEW
from compensation.runtime.api_fields import Named
from compensation.runtime.masking import masked_name

COUNCIL = "council"


class PersonAnswer(serializers.Serializer[Any]):
    """Somebody who works on the programme."""

    username = serializers.CharField()
    name = serializers.CharField(source="get_full_name")


class CaseShort(serializers.Serializer[Any]):
    """A case (a claim under review) of the queue. `due_at` is null while the clock stands still: somebody is asked."""

    reference = serializers.CharField(source="claim.reference")
    kind = serializers.SerializerMethodField(help_text="council, objection or confirmation")
    state = serializers.SerializerMethodField()
    version = serializers.IntegerField(help_text="to be sent with whatever is done to the case")
    officer = PersonAnswer(allow_null=True)
    business_number = serializers.CharField(source="claim.merchant.business_number")
    trade_name = serializers.CharField(source="claim.merchant.trade_name")
    representative = serializers.SerializerMethodField(help_text="masked")
    services = serializers.ListField(child=serializers.CharField(), source="claim.services")
    assessed_won = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    missing = serializers.IntegerField(help_text="documents that the council needs and that are not there")
    marks = serializers.ListField(child=serializers.CharField(), help_text="codes of failed checks")
    tags = serializers.ListField(child=serializers.CharField())
    held_because = serializers.CharField(allow_blank=True)

    def get_kind(self, review: Review) -> str:
        return review.objection.kind if review.objection else COUNCIL

    def get_state(self, review: Review) -> Named:
        state = review.state
        return {"code": state, "name_ko": REVIEW.name(state, "ko"), "name_en": REVIEW.name(state, "en")}  # type: ignore[return-value]

    def get_representative(self, review: Review) -> str:
        return masked_name(review.claim.merchant.representative_name)


class CasesAnswer(serializers.Serializer[Any]):
    """A page of cases."""

    results = CaseShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class OfficersAnswer(serializers.Serializer[Any]):
    """All officers of a programme."""

    results = PersonAnswer(many=True)


class AssignedAnswer(serializers.Serializer[Any]):
    """How many of the cases were not the officer's before."""

    assigned = serializers.IntegerField()
