"""Payouts and batches as the API answers them. Amounts in whole won."""

from typing import Any

from rest_framework import serializers

from claims.models import BatchEvent, Payout, PayoutBatch
from claims.selectors.payouts import KEPT_BACK_BECAUSE, approvals_of, list_of, states_of
from compensation.policy.transitions import PAYOUT, PAYOUT_BATCH
from compensation.runtime.api_fields import Sentence


class SumAnswer(serializers.Serializer[Any]):
    """A number of payouts and their sum."""

    count = serializers.IntegerField()
    won = serializers.IntegerField()


class KeptBackSum(SumAnswer):
    """How much is kept back for a reason."""

    because = Sentence()


class PlanAnswer(serializers.Serializer[Any]):
    """What a batch made now would hold, what is kept back and why, and what the budget has left."""

    payable = SumAnswer()
    kept_back = KeptBackSum(many=True)
    budget_left_won = serializers.IntegerField()


class StateSum(SumAnswer):
    """The payouts of a state."""

    state = serializers.ChoiceField(choices=PAYOUT.states)


class PayoutAnswer(serializers.Serializer[Any]):
    """A payout. `account`: bank and the last four digits, as everybody who works on payouts sees them."""

    reference = serializers.CharField()
    claim = serializers.CharField(source="claim.reference")
    trade_name = serializers.CharField(source="merchant.trade_name")
    state = serializers.ChoiceField(choices=PAYOUT.states)
    origin = serializers.CharField()
    attempt = serializers.IntegerField()
    amount_won = serializers.IntegerField()
    bank_code = serializers.CharField(source="account.bank_code", allow_null=True, default=None)
    account_last4 = serializers.CharField(source="account.number_last4", allow_null=True, default=None)
    settled_on = serializers.DateField(allow_null=True)
    return_code = serializers.CharField(allow_blank=True)
    top_up = serializers.CharField(source="top_up.top_up.reference", allow_null=True, default=None)


class KeptBackAnswer(PayoutAnswer):
    """A payout that is kept back, and why."""

    because = Sentence()


class PayoutsAnswer(serializers.Serializer[Any]):
    """A page of payouts."""

    results = PayoutAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class KeptBackPage(serializers.Serializer[Any]):
    """A page of what is kept back; `next_after` leads on."""

    results = KeptBackAnswer(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class BatchShort(serializers.Serializer[Any]):
    """A batch in a list."""

    reference = serializers.CharField()
    state = serializers.ChoiceField(choices=PAYOUT_BATCH.states)
    pay_on = serializers.DateField()
    note = serializers.CharField(allow_blank=True)
    made_by = serializers.CharField(source="made_by.get_full_name")
    made_at = serializers.DateTimeField()


class BatchesAnswer(serializers.Serializer[Any]):
    """A page of batches, newest first."""

    results = BatchShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ApprovalAnswer(serializers.Serializer[Any]):
    """Somebody's yes."""

    approver = serializers.CharField(source="approver.get_full_name")
    at = serializers.DateTimeField()


class FileAnswer(serializers.Serializer[Any]):
    """A file that was made for the bank."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    rows = serializers.IntegerField()
    total_won = serializers.IntegerField()


class BatchEventAnswer(serializers.Serializer[BatchEvent]):
    """Something that happened to a batch."""

    kind = serializers.CharField()
    actor = serializers.CharField(source="actor.get_full_name")
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class BatchAnswer(BatchShort):
    """A batch. `digest` names the list as it is now: send it with a freeze or an approval."""

    payouts = serializers.IntegerField()
    won = serializers.IntegerField()
    digest = serializers.CharField()
    approvals_needed = serializers.IntegerField(allow_null=True)
    approvals = ApprovalAnswer(many=True)
    states = StateSum(many=True)
    files = FileAnswer(many=True)
    events = BatchEventAnswer(many=True)
    is_filled = serializers.BooleanField()


def sentence_of(code: str) -> dict[str, str]:
    """A reason for which a payout is kept back, as `Sentence` has it."""
    korean, english = KEPT_BACK_BECAUSE[code]
    return {"code": code, "message_ko": korean, "message_en": english}


def batch_values(batch: PayoutBatch) -> dict[str, Any]:
    """What BatchAnswer reads. A fixed number of queries."""
    seen = list_of(batch=batch)
    return {
        "reference": batch.reference,
        "state": batch.state,
        "pay_on": batch.pay_on,
        "note": batch.note,
        "made_by": batch.made_by,
        "made_at": batch.made_at,
        "payouts": seen.count,
        "won": seen.won,
        "digest": seen.digest,
        "approvals_needed": batch.approvals_needed,
        "approvals": approvals_of(batch=batch) if batch.digest else [],
        "states": [{"state": state, "count": found.count, "won": found.won} for state, found in _states(batch)],
        "files": batch.files.all(),
        "events": batch.events.select_related("actor"),
        "is_filled": batch.filled_at is not None,
    }


def _states(batch: PayoutBatch) -> list[tuple[str, Any]]:
    return sorted(states_of(batch=batch).items())


def kept_back_values(row: Payout, code: str) -> dict[str, Any]:
    """What KeptBackAnswer reads."""
    return PayoutAnswer(row).data | {"because": sentence_of(code)}
