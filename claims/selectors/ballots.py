"""A case before the council as the rules see it: its seats, the votes so far, and who may vote on what."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from claims.models import AgendaItem, Proposal, Recusal, Review, Verdict, Vote
from claims.selectors.council import holders_at
from compensation.policy.council import (
    REASON_KINDS,
    Ballot,
    Case,
    CastVote,
    Choice,
    CouncilRules,
    SeatAtVote,
    amount_cap_won,
    amount_won_min,
)
from compensation.policy.reasons import CaseReason, reasons_of_kind
from compensation.policy.recusals import ACTS_FOR_MERCHANT, PREPARED
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import AgendaItemState
from merchants.models import Representative
from users.models import User

RECUSED = "recused"


@dataclass(frozen=True, slots=True)
class Spoken:
    """How many of the seats that vote on a case have spoken. How they voted is nobody's to see before the end."""

    spoken: int
    seats: int


def rules_of(*, item: AgendaItem) -> CouncilRules:
    """The rules by which the case is decided: those of the policy that its loss was assessed by."""
    return item.policy_version.policy.council


def case_of(*, item: AgendaItem) -> Case:
    """What the rules need to know of it; for an objection also who voted on what is objected to (one query)."""
    return Case(item.assessed_won, item.granted_before_won, _voted_before(item))


def cap_won(*, item: AgendaItem) -> int:
    """The most that a vote on it can support, in whole won."""
    return amount_cap_won(case=_amounts(item), rules=rules_of(item=item))


def least_won(*, item: AgendaItem) -> int:
    """The least that a vote for another amount can support, in whole won; above `cap_won` none is possible."""
    return amount_won_min(case=_amounts(item))


def votes_on(*, item: AgendaItem) -> list[Vote]:
    """The votes so far, in the order in which they were cast. For the services, and for pages once it is closed."""
    return list(item.votes.select_related("seat", "member").order_by("id"))


def recusals_on(*, item: AgendaItem) -> list[Recusal]:
    return list(item.recusals.select_related("member").order_by("id"))


def ballot_of(*, item: AgendaItem, at: datetime, seats: tuple[SeatAtVote, ...] | None = None) -> Ballot:
    """The ballot as it is at `at`: for each seat those who may speak for it then, and the votes.

    `seats`: as an earlier moment found them, where that is to be seen again.
    """
    votes = votes_on(item=item)
    return Ballot(
        case=case_of(item=item),
        seats=seats_at_vote(item=item, votes=votes, at=at) if seats is None else seats,
        votes=tuple(_cast(vote, item.proposal) for vote in votes),
        due_at=item.session.due_at,
    )


def seats_at_vote(*, item: AgendaItem, votes: list[Vote], at: datetime) -> tuple[SeatAtVote, ...]:
    """Each seat with those who may speak for it; whoever has voted counts whatever became of the term since."""
    members: dict[int, set[int]] = {vote.seat_id: {vote.member_id} for vote in votes}
    parties = {vote.seat_id: vote.seat.party for vote in votes}
    barred = barred_from(item=item)
    for holder in holders_at(council=item.session.council, day=day_in_seoul(at)):
        parties[holder.seat_id] = holder.seat.party
        members.setdefault(holder.seat_id, set())
        if holder.user_id not in barred:
            members[holder.seat_id].add(holder.user_id)
    return tuple(SeatAtVote(seat, parties[seat], frozenset(members[seat])) for seat in sorted(members))


def barred_from(*, item: AgendaItem) -> dict[int, str]:
    """Who cannot vote on the case, by user id, and why: recused, has prepared it, acts for its merchant (codes)."""
    claim_id, merchant_id = item.review.claim_id, item.review.claim.merchant_id
    officers = Review.objects.filter(claim=claim_id, officer__isnull=False).values_list("officer", flat=True)
    proposers = Proposal.objects.filter(review__claim=claim_id).values_list("made_by", flat=True)
    acting = Representative.objects.filter(merchant=merchant_id).values_list("user", flat=True)
    return (
        dict.fromkeys(Recusal.objects.filter(item=item).values_list("member", flat=True), RECUSED)
        | dict.fromkeys([*officers, *proposers], PREPARED.code)
        | dict.fromkeys(acting, ACTS_FOR_MERCHANT.code)
    )


def spoken(*, item: AgendaItem, at: datetime) -> Spoken:
    """For the page of a vote that is open."""
    ballot, rules = ballot_of(item=item, at=at), rules_of(item=item)
    voting = [seat for seat in ballot.seats if seat.members and rules.may_vote(seat.party)]
    return Spoken(spoken=len(ballot.votes), seats=len(voting))


def vote_by(*, item: AgendaItem, member: User) -> Vote | None:
    """A member's own vote, which the member may always see."""
    return item.votes.select_related("seat").filter(member=member).first()


def choices_for(*, item: AgendaItem) -> tuple[Choice, ...]:
    """What a member can choose: there is no amount to support where the officer proposes none."""
    if item.proposal.verdict == Verdict.REFUSE:
        return (Choice.SUPPORT_OTHER, Choice.REFUSE, Choice.SEND_BACK)
    return tuple(Choice)


def reasons_for(*, item: AgendaItem, choice: Choice) -> tuple[CaseReason, ...]:
    """The reasons that the policy lists for this choice; none in its first versions."""
    return reasons_of_kind(reasons=item.policy_version.policy.reasons, kinds=REASON_KINDS[choice])


def open_item_of(*, review: Review) -> AgendaItem | None:
    """The agenda that the case is on now."""
    return review.agenda_items.filter(state=AgendaItemState.OPEN).select_related("session").first()


def _amounts(item: AgendaItem) -> Case:
    return Case(item.assessed_won, item.granted_before_won)


def _voted_before(item: AgendaItem) -> frozenset[int]:
    objection = item.review.objection
    if objection is None:
        return frozenset()
    of_decision = Q(item__decision__determination=objection.determination_id)
    return frozenset(Vote.objects.filter(of_decision).values_list("member", flat=True))


def _cast(vote: Vote, proposal: Proposal) -> CastVote:
    """Whoever supports what is proposed does so for the proposal's reasons, unless the vote names its own."""
    choice = Choice(vote.choice)
    reasons = vote.reasons or (proposal.reasons if choice == Choice.SUPPORT else [])
    return CastVote(vote.seat_id, vote.member_id, vote.seat.party, choice, vote.amount_won, tuple(reasons))
