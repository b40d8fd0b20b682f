"""What the API says of the council: its seats, sessions, cases, votes and decisions."""

from typing import Any

from rest_framework import serializers

from claims.api.claim_answers import LossAnswer
from claims.api.evidence_answers import EvidenceAnswer
from claims.api.review.case_answers import CheckAnswer, ProposalAnswer, ReasonAnswer
from claims.api.working import WorkingStep
from compensation.runtime.api_fields import Named, Sentence


class HolderAnswer(serializers.Serializer[Any]):
    """Who has, had or will have a seat; `term_until` is the first day that is not in the term any more."""

    party = Named()
    number = serializers.IntegerField()
    name = serializers.CharField()
    is_substitute = serializers.BooleanField()
    term_from = serializers.DateField()
    term_until = serializers.DateField(allow_null=True)
    is_seated_today = serializers.BooleanField()


class SeatsAnswer(serializers.Serializer[Any]):
    """The seats with everybody who ever had one, by party, seat and term."""

    results = HolderAnswer(many=True)


class SessionShort(serializers.Serializer[Any]):
    """A session: votes are taken in `[opens_at, due_at)`."""

    reference = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.CharField()
    opens_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    called_by = serializers.CharField(source="called_by.get_full_name")
    called_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    cases = serializers.IntegerField(source="items_count")
    open_cases = serializers.IntegerField(source="open_count")


class SessionsAnswer(serializers.Serializer[Any]):
    """A page of sessions."""

    results = SessionShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ItemShort(serializers.Serializer[Any]):
    """A case of an agenda. `spoken`: seats that have voted, never how; `own`: where the asking member stands.

    `own` is waits, voted, seat_voted, recused, or empty for who has no seat. `outcome` is empty while votes are taken.
    """

    position = serializers.IntegerField()
    reference = serializers.CharField(help_text="of the claim")
    trade_name = serializers.CharField()
    kind = serializers.CharField()
    group = Named()
    state = Named()
    assessed_won = serializers.IntegerField()
    verdict = serializers.CharField()
    proposed_won = serializers.IntegerField()
    spoken = serializers.IntegerField()
    own = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    amount_won = serializers.IntegerField(allow_null=True)


class SessionAnswer(SessionShort):
    """A session with its agenda, in order."""

    agenda = ItemShort(many=True)


class SpokenAnswer(serializers.Serializer[Any]):
    """How many of the seats that vote have spoken."""

    spoken = serializers.IntegerField()
    seats = serializers.IntegerField()


class ObjectionPapers(serializers.Serializer[Any]):
    """What is objected to, and why."""

    kind = serializers.CharField()
    reasons = serializers.CharField()
    determined_won = serializers.IntegerField(source="determination.amount_won")
    determined_at = serializers.DateTimeField(source="determination.decided_at")


class PapersAnswer(serializers.Serializer[Any]):
    """What the council reads of a case: no phone and no account; the representative is masked."""

    trade_name = serializers.CharField()
    representative = serializers.CharField()
    industry = Named(allow_null=True)
    reported_margin_bp = serializers.IntegerField(allow_null=True)
    losses = LossAnswer(many=True)
    working = WorkingStep(many=True)
    checks = CheckAnswer(many=True)
    evidence = EvidenceAnswer(many=True)
    objection = ObjectionPapers(allow_null=True)
    proposal = ProposalAnswer()


class OptionAnswer(serializers.Serializer[Any]):
    """What can be voted for, and the reasons that go with it."""

    choice = Named()
    needs_reasons = serializers.BooleanField()
    has_amount = serializers.BooleanField()
    reasons = ReasonAnswer(many=True)


class VoteAnswer(serializers.Serializer[Any]):
    """One's own vote: final."""

    choice = serializers.CharField()
    amount_won = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField(allow_blank=True)
    cast_at = serializers.DateTimeField()


class RecusalAnswer(serializers.Serializer[Any]):
    """One's own recusal: final."""

    basis = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class BallotAnswer(serializers.Serializer[Any]):
    """What a case is to a member: what can be done, or was.

    `proposed_recusals`: what the data show of an interest in the case; `recusal_bases`: everything that can be named.
    `least_won` and `most_won` bound another amount than the one proposed.
    """

    vote = VoteAnswer(allow_null=True)
    recusal = RecusalAnswer(allow_null=True)
    why_no_vote = Sentence(allow_null=True, help_text="null: the member can vote")
    options = OptionAnswer(many=True)
    least_won = serializers.IntegerField()
    most_won = serializers.IntegerField()
    proposed_recusals = Named(many=True)
    recusal_bases = Named(many=True)


class SeatVoteAnswer(serializers.Serializer[Any]):
    """How a seat voted, after the end."""

    party = serializers.CharField()
    seat_number = serializers.IntegerField()
    choice = serializers.CharField()
    amount_won = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    dissents = serializers.BooleanField()


class RecusedAnswer(serializers.Serializer[Any]):
    """Who did not vote, and why."""

    name = serializers.CharField()
    basis = serializers.CharField()


class VoteResultAnswer(serializers.Serializer[Any]):
    """What a vote came to."""

    decision = serializers.IntegerField(help_text="the decision's number")
    outcome = Named()
    amount_won = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    parties_present = serializers.ListField(child=serializers.CharField())
    votes = SeatVoteAnswer(many=True)
    recusals = RecusedAnswer(many=True)
    decided_at = serializers.DateTimeField()
    undone_by = serializers.IntegerField(allow_null=True, help_text="the number of the decision that undid it")


class ItemAnswer(serializers.Serializer[Any]):
    """A case before the council. `papers` is null for a recused member, `ballot` for who is no member.

    `spoken` is there while votes are taken, `result` afterwards.
    """

    position = serializers.IntegerField()
    reference = serializers.CharField(help_text="of the claim")
    group = Named()
    state = Named()
    assessed_won = serializers.IntegerField()
    granted_before_won = serializers.IntegerField()
    cap_won = serializers.IntegerField()
    papers = PapersAnswer(allow_null=True)
    spoken = SpokenAnswer(allow_null=True)
    ballot = BallotAnswer(allow_null=True)
    result = VoteResultAnswer(allow_null=True)


class DecisionAnswer(serializers.Serializer[Any]):
    """A decision of the chain. `digest` is SHA-256 of `previous_digest` and `content` in canonical JSON.

    `undoes` names the decision that this one takes back, `undone_by` the one that took this one back.
    """

    number = serializers.IntegerField()
    outcome = Named()
    reference = serializers.CharField(help_text="of the claim")
    session = serializers.CharField()
    position = serializers.IntegerField()
    amount_won = serializers.IntegerField(allow_null=True, help_text="null: nothing was determined")
    undoes = serializers.IntegerField(allow_null=True)
    undone_by = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True, help_text="of an undoing")
    previous_digest = serializers.CharField(allow_blank=True)
    digest = serializers.CharField()
    is_intact = serializers.BooleanField(help_text="it follows the one before, and the digest is that of its content")
    decided_at = serializers.DateTimeField()


class DecisionsAnswer(serializers.Serializer[Any]):
    """A page of decisions."""

    results = DecisionAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
