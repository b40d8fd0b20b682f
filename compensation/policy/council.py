"""How the council (협의체) decides a case: who counts as present, when the vote closes, and what it comes to.

Announced: consumer groups, merchant associations, academia and the company sit on the council. Ours: votes from at
least `parties_present_min` parties, a majority, the median of the supported amounts, and that a vote is closed by these
rules alone: when every seat has spoken, or when its time is over and enough parties are present. Nobody closes it by
hand.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from compensation.policy.reasons import REDUCTION, REFUSAL, SUPPORT, UNCLEAR

MAJORITIES = ("votes_cast", "seats")  # more than half of the votes cast, or of all seats that may vote
TIES = ("refused", "deferred")  # without a majority: nothing is granted, or the next session looks again
COMPANY = "company"


class Choice(StrEnum):
    """What a member votes for."""

    SUPPORT = "support"  # the amount that is proposed
    SUPPORT_OTHER = "support_other"  # another amount, with reasons
    REFUSE = "refuse"
    SEND_BACK = "send_back"  # to the officer, who has to find out more


class Outcome(StrEnum):
    """What a vote came to."""

    GRANTED = "granted"
    REFUSED = "refused"
    SENT_BACK = "sent_back"
    DEFERRED = "deferred"  # no majority, and the rules leave it to the next session
    NO_QUORUM = "no_quorum"  # the time is over and too few parties were there: the next session


# Of which kinds the reasons for a choice are. All but plain support need one (ours): it rests on the proposal's.
REASON_KINDS: Mapping[Choice, tuple[str, ...]] = {
    Choice.SUPPORT: (SUPPORT,),
    Choice.SUPPORT_OTHER: (SUPPORT, REDUCTION),
    Choice.REFUSE: (REFUSAL,),
    Choice.SEND_BACK: (UNCLEAR,),
}
NEEDS_REASONS = frozenset({Choice.SUPPORT_OTHER, Choice.REFUSE, Choice.SEND_BACK})
_SUPPORTS = frozenset({Choice.SUPPORT, Choice.SUPPORT_OTHER})


@dataclass(frozen=True, slots=True)
class Party:
    """A group that sits on the council. One that does not vote has a voice only."""

    code: str
    name_ko: str
    name_en: str
    votes: bool


@dataclass(frozen=True, slots=True)
class CouncilRules:
    """How the council decides (ours): `majority` is one of MAJORITIES, `tie` one of TIES.

    `amount_won_max`: no vote grants more, None: only the assessed loss is the bound.
    """

    parties: tuple[Party, ...]
    parties_present_min: int
    majority: str
    tie: str
    amount_won_max: int | None

    def party(self, code: str) -> Party | None:
        return next((party for party in self.parties if party.code == code), None)

    def may_vote(self, party: str) -> bool:
        """Whether members of this party vote; one that the rules do not know does not."""
        found = self.party(party)
        return found is not None and found.votes


@dataclass(frozen=True, slots=True)
class SeatAtVote:
    """A seat as the vote finds it. `members`: ids of those who may speak for it in this case (not recused, in term).

    A seat without any is empty: nobody waits for it.
    """

    seat_id: int
    party: str
    members: frozenset[int]


@dataclass(frozen=True, slots=True)
class CastVote:
    """One seat's vote. `amount_won`: what a support grants, whole won; 0 for the others. `reasons`: codes."""

    seat_id: int
    member_id: int
    party: str
    choice: Choice
    amount_won: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules need to know of a case. Amounts in whole won.

    `assessed_won`: the assessed loss, which no amount exceeds. `granted_before_won`: what an earlier determination
    granted; an objection never ends with less (ours, after the rule against worsening in appeals).
    `voted_before`: ids of the members who voted on the determination that is objected to.
    """

    assessed_won: int
    granted_before_won: int = 0
    voted_before: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Ballot:
    """A case before the council: its seats, the votes so far, when they have to be in (aware)."""

    case: Case
    seats: tuple[SeatAtVote, ...]
    votes: tuple[CastVote, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CouncilResult:
    """What the votes came to. `amount_won`: 0 unless granted. `dissent`: ids of the seats that voted otherwise.

    `reasons`: codes of the reasons that carried it, each once; none where no majority did.
    """

    outcome: Outcome
    amount_won: int
    supported_won: tuple[int, ...]
    parties_present: tuple[str, ...]
    dissent: tuple[int, ...]
    reasons: tuple[str, ...] = ()


def result_of(*, ballot: Ballot, rules: CouncilRules, at: datetime) -> CouncilResult | None:
    """What the vote comes to at `at`; None while it is open."""
    present = parties_present(ballot=ballot, rules=rules)
    has_quorum = len(present) >= rules.parties_present_min
    if not (has_quorum and _all_have_voted(ballot, rules)) and at < ballot.due_at:
        return None
    if not has_quorum:
        return CouncilResult(Outcome.NO_QUORUM, 0, (), present, ())
    return _counted(ballot, rules, present)


def parties_present(*, ballot: Ballot, rules: CouncilRules) -> tuple[str, ...]:
    """The parties that have voted, in the order of the policy.

    After an objection a party counts only through a member who did not vote the first time, where it has one (ours).
    """
    voters = {(vote.party, vote.member_id) for vote in ballot.votes}
    return tuple(party.code for party in rules.parties if party.votes and _is_present(party.code, voters, ballot))


def amount_cap_won(*, case: Case, rules: CouncilRules) -> int:
    """The most that the council can grant in a case, in whole won: the assessed loss, and the policy's own bound."""
    bounds = [case.assessed_won] + ([] if rules.amount_won_max is None else [rules.amount_won_max])
    return max(min(bounds), case.granted_before_won)


def amount_won_min(*, case: Case) -> int:
    """The least that a vote for another amount supports: something, and more than what was granted before."""
    return case.granted_before_won + 1


def objection_outcome(*, amount_won: int, before_won: int, proposed_won: int) -> str:
    """What came of an objection that ends with `amount_won` in all, `before_won` of it granted before (ours).

    'objection_upheld': at least what the officer proposed (0 where nothing); 'objection_partly': more than before, but
    less than that; 'objection_rejected': no more than before.
    """
    if amount_won <= before_won:
        return "objection_rejected"
    return "objection_upheld" if amount_won >= proposed_won else "objection_partly"


def median_won(amounts: Sequence[int]) -> int:
    """The middle of the amounts; of an even number of them the mean of the middle two, rounded down to a whole won."""
    ordered = sorted(amounts)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) // 2


def _is_present(party: str, voters: Collection[tuple[str, int]], ballot: Ballot) -> bool:
    voted = {member for of_party, member in voters if of_party == party}
    others = {
        member for seat in ballot.seats if seat.party == party for member in seat.members
    } - ballot.case.voted_before
    return bool(voted & others) if others and ballot.case.voted_before else bool(voted)


def _all_have_voted(ballot: Ballot, rules: CouncilRules) -> bool:
    voted = {vote.seat_id for vote in ballot.votes}
    return all(seat.seat_id in voted for seat in _voting_seats(ballot, rules))


def _voting_seats(ballot: Ballot, rules: CouncilRules) -> list[SeatAtVote]:
    return [seat for seat in ballot.seats if seat.members and rules.may_vote(seat.party)]


def _counted(ballot: Ballot, rules: CouncilRules, present: tuple[str, ...]) -> CouncilResult:
    supports = [vote for vote in ballot.votes if vote.choice in _SUPPORTS]
    groups = {
        Outcome.GRANTED: [vote.seat_id for vote in supports],
        Outcome.REFUSED: [vote.seat_id for vote in ballot.votes if vote.choice == Choice.REFUSE],
        Outcome.SENT_BACK: [vote.seat_id for vote in ballot.votes if vote.choice == Choice.SEND_BACK],
    }
    total = len(ballot.votes) if rules.majority == "votes_cast" else len(_voting_seats(ballot, rules))
    won = next((outcome for outcome, seats in groups.items() if 2 * len(seats) > total), None)
    outcome = won or (Outcome.REFUSED if rules.tie == "refused" else Outcome.DEFERRED)
    amounts = tuple(sorted(vote.amount_won for vote in supports))
    carried = groups.get(outcome, [vote.seat_id for vote in ballot.votes])  # nobody dissents from no majority
    dissent = tuple(vote.seat_id for vote in ballot.votes if vote.seat_id not in carried)
    amount = _amount(amounts, ballot.case, rules) if outcome == Outcome.GRANTED else 0
    reasons = _reasons(vote for vote in ballot.votes if won and vote.seat_id in carried)
    return CouncilResult(outcome, amount, amounts, present, dissent, reasons)


def _reasons(votes: Iterable[CastVote]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for vote in votes for code in vote.reasons))


def _amount(supported: Sequence[int], case: Case, rules: CouncilRules) -> int:
    """Between what was granted before and what can be granted at most."""
    return max(min(median_won(supported), amount_cap_won(case=case, rules=rules)), case.granted_before_won)
