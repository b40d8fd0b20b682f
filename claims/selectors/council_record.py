"""What a session came to, for its minutes: as the contents of its decisions have it, which the chain proves."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from claims.models import AgendaItem, CouncilDecision, CouncilSession, Seat
from claims.selectors.council import agenda_of
from compensation.policy.document import Policy
from users.models import User


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """One seat's vote: `choice` and `reasons` are codes, the amount is 0 where nothing was supported."""

    party: str
    seat_number: int
    choice: str
    amount_won: int
    reasons: tuple[str, ...]
    dissents: bool


@dataclass(frozen=True, slots=True)
class RecusalRecord:
    """Who did not vote, and why (a code)."""

    name: str
    basis: str


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A case of the session; without a decision as long as it is open, or where it was dropped."""

    item: AgendaItem
    policy: Policy
    decision: CouncilDecision | None
    undone_by: CouncilDecision | None = None
    votes: tuple[VoteRecord, ...] = ()
    recusals: tuple[RecusalRecord, ...] = ()

    @property
    def content(self) -> dict[str, Any]:
        return self.decision.content if self.decision else {}


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """A seat of the session: who voted for it, who else could have."""

    party: str
    seat_number: int
    present: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session with its seats and cases, in order."""

    session: CouncilSession
    seats: tuple[SeatRecord, ...]
    items: tuple[ItemRecord, ...]


def record_of(*, session: CouncilSession) -> SessionRecord:
    """The session as its decisions have it; some queries, however many cases there are."""
    items = agenda_of(session=session)
    decisions = CouncilDecision.objects.filter(item__in=items).select_related("undone_by")
    by_item = {decision.item_id: decision for decision in decisions}
    contents = [decision.content for decision in by_item.values()]
    names = _names(contents)
    return SessionRecord(
        session=session,
        seats=tuple(sorted(_seats(contents, names), key=partial(_place, items[0].policy_version.policy))),
        items=tuple(item_record(item=item, decision=by_item.get(item.pk), names=names) for item in items),
    )


def item_record(
    *, item: AgendaItem, decision: CouncilDecision | None, names: dict[int, str] | None = None
) -> ItemRecord:
    """One case with the votes and recusals of its decision; `names` of people by ids, asked for where not given."""
    policy = item.policy_version.policy
    if decision is None:
        return ItemRecord(item, policy, None)
    content = decision.content
    known = _names([content]) if names is None else names
    return ItemRecord(
        item=item,
        policy=policy,
        decision=decision,
        undone_by=getattr(decision, "undone_by", None),
        votes=tuple(_vote(row, content["dissent"]) for row in content["votes"]),
        recusals=tuple(RecusalRecord(known.get(row["member"], ""), row["basis"]) for row in content["recusals"]),
    )


def _vote(row: dict[str, Any], dissent: list[int]) -> VoteRecord:
    return VoteRecord(
        party=row["party"],
        seat_number=row["number"],
        choice=row["choice"],
        amount_won=row["amount_won"],
        reasons=tuple(row["reasons"]),
        dissents=row["seat"] in dissent,
    )


def _names(contents: Iterable[dict[str, Any]]) -> dict[int, str]:
    """Of everybody whom the contents name by id (one query)."""
    ids: set[int] = set()
    for content in contents:
        ids |= {row["member"] for row in (*content["votes"], *content["recusals"])}
        ids.update(member for row in content["seats"] for member in row["members"])
    return {user.pk: user.get_full_name() for user in User.objects.filter(pk__in=ids)}


def _seats(contents: list[dict[str, Any]], names: dict[int, str]) -> Iterable[SeatRecord]:
    """Every seat of any of the votes: present is whoever voted for it on at least one case."""
    voted: dict[int, set[int]] = {}
    could: dict[int, set[int]] = {}
    for content in contents:
        for row in content["votes"]:
            voted.setdefault(row["seat"], set()).add(row["member"])
        for row in content["seats"]:
            could.setdefault(row["seat"], set()).update(row["members"])
    for seat in Seat.objects.filter(pk__in=could.keys() | voted.keys()):
        present = voted.get(seat.pk, set())
        absent = could.get(seat.pk, set()) - present
        yield SeatRecord(seat.party, seat.number, _sorted(present, names), _sorted(absent, names))


def _place(policy: Policy, seat: SeatRecord) -> tuple[int, int]:
    """Parties in the order of the policy; those that it no longer has come last."""
    parties = [party.code for party in policy.council.parties]
    return (parties.index(seat.party) if seat.party in parties else len(parties), seat.seat_number)


def _sorted(members: set[int], names: dict[int, str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(member, "") for member in members))
