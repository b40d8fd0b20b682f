"""Top-ups as the API answers them. Amounts in whole won."""

from typing import Any

from rest_framework import serializers

from claims.models import TopUp, TopUpReason
from claims.selectors.top_ups import standings_of


class TopUpSum(serializers.Serializer[Any]):
    """How many claims of a top-up are where, and their sum: states of payouts, `waiting` or `withdrawn`."""

    standing = serializers.CharField()
    count = serializers.IntegerField()
    won = serializers.IntegerField()


class TopUpShort(serializers.Serializer[TopUp]):
    """A top-up in a list. `amount_won` is for each claim."""

    reference = serializers.CharField()
    state = serializers.ChoiceField(choices=["proposed", "approved", "dropped"])
    tier = serializers.CharField(source="tier_code", allow_blank=True)
    claims_count = serializers.IntegerField()
    amount_won = serializers.IntegerField()
    total_won = serializers.IntegerField()
    reason_code = serializers.ChoiceField(choices=TopUpReason.values)
    reason = serializers.CharField()
    proposed_by = serializers.CharField(source="proposed_by.get_full_name")
    proposed_at = serializers.DateTimeField()
    closed_by = serializers.CharField(source="closed_by.get_full_name", allow_null=True, default=None)
    closed_at = serializers.DateTimeField(allow_null=True)


class TopUpsAnswer(serializers.Serializer[Any]):
    """A page of top-ups, newest first."""

    results = TopUpShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TopUpAnswer(TopUpShort):
    """A top-up, and where its sums are."""

    standings = serializers.SerializerMethodField()

    def get_standings(self, top_up: TopUp) -> list[dict[str, Any]]:
        rows = standings_of(top_up=top_up).items()
        return [dict(TopUpSum({"standing": name, "count": row.count, "won": row.won}).data) for name, row in rows]


class TopUpClaimAnswer(serializers.Serializer[Any]):
    """What a claim gets of it. `payouts`: references of what was made of it and not cancelled, oldest first."""

    claim = serializers.CharField(source="claim.reference")
    amount_won = serializers.IntegerField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    payouts = serializers.SerializerMethodField()

    def get_payouts(self, row: Any) -> list[str]:
        return [payout.reference for payout in row.live_payouts]


class TopUpClaimsAnswer(serializers.Serializer[Any]):
    """A page of the claims of a top-up."""

    results = TopUpClaimAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
