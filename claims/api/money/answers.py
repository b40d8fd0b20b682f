"""How the books look in the API."""

from typing import Any

from rest_framework import serializers

from claims.models import MoneyCheck, Payout
from claims.selectors.money_trace import BankRow, DeterminationLeg, PayoutLeg, Trace
from compensation.runtime.masking import masked_account


class LedgerEntryAnswer(serializers.Serializer[Any]):
    """An entry of the ledger."""

    kind = serializers.CharField()
    from_account = serializers.CharField()
    to_account = serializers.CharField()
    amount_won = serializers.IntegerField()
    booked_at = serializers.DateTimeField()


class BankRowAnswer(serializers.Serializer[Any]):
    """Where a payout stands in the bank's file; `file` is null until it is made."""

    place = serializers.IntegerField()
    file = serializers.SerializerMethodField()
    row = serializers.IntegerField()

    def get_file(self, row: BankRow) -> str | None:
        return row.file.name if row.file else None


class TracedPayoutAnswer(serializers.Serializer[Any]):
    """A payout with what the bank made of it."""

    reference = serializers.CharField(source="payout.reference")
    state = serializers.CharField(source="payout.state")
    origin = serializers.CharField(source="payout.origin")
    follows = serializers.CharField(source="payout.follows.reference", allow_null=True, default=None)
    amount_won = serializers.IntegerField(source="payout.amount_won")
    account = serializers.SerializerMethodField()
    made_at = serializers.DateTimeField(source="payout.made_at")
    batch = serializers.CharField(source="payout.batch.reference", allow_null=True, default=None)
    approved_by = serializers.SerializerMethodField()
    bank_row = BankRowAnswer(allow_null=True)
    result_file = serializers.CharField(source="payout.result_file.name", allow_null=True, default=None)
    result_line = serializers.IntegerField(source="payout.result_line", allow_null=True)
    settled_on = serializers.DateField(source="payout.settled_on", allow_null=True)
    return_code = serializers.CharField(source="payout.return_code", allow_blank=True)
    entries = LedgerEntryAnswer(many=True)

    def get_account(self, leg: PayoutLeg) -> str | None:
        payout: Payout = leg.payout
        return f"{payout.account.bank_code} {masked_account(payout.account.number_last4)}" if payout.account else None

    def get_approved_by(self, leg: PayoutLeg) -> list[str]:
        return [approval.approver.get_full_name() for approval in leg.approvals]


class TracedTopUpAnswer(serializers.Serializer[Any]):
    """What was decided to be paid besides, and the payouts of it."""

    reference = serializers.CharField(source="row.top_up.reference")
    amount_won = serializers.IntegerField(source="row.amount_won")
    reason_code = serializers.CharField(source="row.top_up.reason_code")
    reason = serializers.CharField(source="row.top_up.reason")
    proposed_by = serializers.CharField(source="row.top_up.proposed_by.get_full_name")
    approved_by = serializers.CharField(source="row.top_up.closed_by.get_full_name")
    approved_at = serializers.DateTimeField(source="row.top_up.closed_at")
    withdrawn_at = serializers.DateTimeField(source="row.withdrawn_at", allow_null=True)
    entries = LedgerEntryAnswer(many=True)
    payouts = TracedPayoutAnswer(many=True)


class TracedDeterminationAnswer(serializers.Serializer[Any]):
    """The `number`-th determination and the payouts of it."""

    number = serializers.IntegerField()
    is_current = serializers.BooleanField()
    amount_won = serializers.IntegerField(source="determination.amount_won")
    decided_at = serializers.DateTimeField(source="determination.decided_at")
    decided_by = serializers.SerializerMethodField()
    entries = LedgerEntryAnswer(many=True)
    payouts = TracedPayoutAnswer(many=True)

    def get_decided_by(self, leg: DeterminationLeg) -> str:
        return leg.determination.actor.get_full_name()


class TracedChannelCashUseAnswer(serializers.Serializer[Any]):
    """What the channel service reported: used on a day, or that the rest expired. `report` is null for the API."""

    kind = serializers.CharField(source="row.kind")
    amount_won = serializers.IntegerField(source="row.amount_won")
    on = serializers.DateField(source="row.on")
    report = serializers.CharField(source="row.report.name", allow_null=True, default=None)
    line = serializers.IntegerField(source="row.line", allow_null=True)
    reported_at = serializers.DateTimeField(source="row.at")
    entries = LedgerEntryAnswer(many=True)


class TracedChannelCashAnswer(serializers.Serializer[Any]):
    """The merchant's channel cash, and what became of it."""

    amount_won = serializers.IntegerField(source="row.amount_won")
    granted_at = serializers.DateTimeField(source="row.granted_at")
    entries = LedgerEntryAnswer(many=True)
    uses = TracedChannelCashUseAnswer(many=True)


class OverpaymentAnswer(serializers.Serializer[Any]):
    """What two people decided about a sum that was paid too much."""

    choice = serializers.CharField()
    amount_won = serializers.IntegerField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class MoneyTraceAnswer(serializers.Serializer[Any]):
    """All money of a claim."""

    claim = serializers.CharField(source="claim.reference")
    determined_won = serializers.IntegerField(source="sums.determined_won")
    paid_won = serializers.IntegerField(source="sums.paid_won")
    on_its_way_won = serializers.IntegerField(source="sums.on_its_way_won")
    overpaid_won = serializers.IntegerField(source="sums.overpaid_won")
    determinations = TracedDeterminationAnswer(source="legs", many=True)
    top_ups = TracedTopUpAnswer(many=True)
    overpayment_decisions = serializers.SerializerMethodField()
    channel_cash = TracedChannelCashAnswer(many=True)

    def get_overpayment_decisions(self, trace: Trace) -> list[dict[str, Any]]:
        return [dict(OverpaymentAnswer(decision).data) for decision, _ in trace.decisions]


class LedgerDayAnswer(serializers.Serializer[Any]):
    """What a day in Seoul changed on each account, and what stood there at its end, in won."""

    day = serializers.DateField()
    changes_won = serializers.DictField(source="changes", child=serializers.IntegerField())
    balances_won = serializers.DictField(source="balances", child=serializers.IntegerField())


class BalanceAnswer(serializers.Serializer[Any]):
    """The trial balance, every account named, in won; together they are 0. `days` only where they were asked for."""

    as_of = serializers.DateTimeField()
    balances_won = serializers.DictField(child=serializers.IntegerField())
    days = LedgerDayAnswer(many=True, required=False)


class ViolationAnswer(serializers.Serializer[Any]):
    """Something that does not agree: the invariant's code, what breaks it, and a sentence."""

    code = serializers.CharField()
    reference = serializers.CharField()
    message_ko = serializers.CharField(source="ko")
    message_en = serializers.CharField(source="en")


class MoneyCheckAnswer(serializers.Serializer[Any]):
    """The newest look at whether everything agrees; `at` is null where nobody looked yet."""

    at = serializers.DateTimeField(allow_null=True, default=None)
    violations_count = serializers.IntegerField(default=0)
    violations = ViolationAnswer(many=True, default=list)


def check_values(check: MoneyCheck | None) -> dict[str, Any]:
    """The check as MoneyCheckAnswer takes it."""
    if check is None:
        return {"at": None, "violations_count": 0, "violations": []}
    return {"at": check.at, "violations_count": check.violations_count, "violations": check.violations}
