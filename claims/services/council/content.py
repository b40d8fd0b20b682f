"""What a decision of the council holds, as data: enough to see how it came about, and to find out if a row changed.

Made from the rows when a case is closed, and again by whoever verifies. Money in won; ids are rows of this database,
members are user ids, so that no name is in it; what a member wrote is there as a digest only. Keys of a vote:

`case` (claim, objection, assessed_won, granted_before_won, cap_won), `policy` (version, digest),
`session`, `position`, `proposal`, `seats` with those who could speak for them, `votes`, `recusals`, `outcome`,
`amount_won`, `supported_won`, `parties_present`, `dissent` (ids of seats), `reasons` (codes that carried it),
`determination` (None where none was made), `booked_won`, `decided_at`. Keys of an undoing: see `undoing_content`.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from claims.models import AgendaItem, CouncilDecision, Determination, Recusal, Vote
from claims.selectors.ballots import cap_won, recusals_on, votes_on
from compensation.ledger.models import Transfer
from compensation.policy.council import CouncilResult, SeatAtVote

DETERMINED, TAKEN_BACK = "determination", "determination_superseded"  # kinds of transfers


def vote_content(
    *,
    item: AgendaItem,
    seats: Sequence[SeatAtVote],
    result: CouncilResult,
    determination: Determination | None,
    decided_at: datetime,
) -> dict[str, Any]:
    """What the votes on a case came to, and all that it rests on."""
    return {
        "kind": "vote",
        "case": _case(item),
        "policy": {"version": item.policy_version.number, "digest": item.policy_version.digest},
        "session": _session(item),
        "position": item.position,
        "proposal": _proposal(item),
        "seats": [{"seat": seat.seat_id, "party": seat.party, "members": sorted(seat.members)} for seat in seats],
        "votes": [_vote(vote) for vote in votes_on(item=item)],
        "recusals": [_recusal(recusal) for recusal in recusals_on(item=item)],
        "outcome": str(result.outcome),
        "amount_won": result.amount_won,
        "supported_won": list(result.supported_won),
        "parties_present": list(result.parties_present),
        "dissent": list(result.dissent),
        "reasons": list(result.reasons),
        "determination": _determination(determination),
        "booked_won": booked_won(determination=determination, kind=DETERMINED),
        "decided_at": moment(decided_at),
    }


def undoing_content(
    *, undone: CouncilDecision, actor_id: int, reason: str, determination: Determination, decided_at: datetime
) -> dict[str, Any]:
    """That a decision was undone: which one, by whom and why, and what was taken back to the budget."""
    return {
        "kind": "undoing",
        "undoes": undone.number,
        "undone_digest": undone.digest,
        "case": {"claim": determination.claim.reference},
        "determination": _determination(determination),
        "taken_back_won": booked_won(determination=determination, kind=TAKEN_BACK),
        "actor": actor_id,
        "reason": reason,
        "decided_at": moment(decided_at),
    }


def seats_in(content: dict[str, Any]) -> tuple[SeatAtVote, ...]:
    """The seats as the vote found them: terms end later, so that only the content knows."""
    return tuple(SeatAtVote(row["seat"], row["party"], frozenset(row["members"])) for row in content["seats"])


def booked_won(*, determination: Determination | None, kind: str) -> int:
    """What was booked for a determination under this kind, in whole won."""
    if determination is None:
        return 0
    booked = Transfer.objects.filter(kind=kind, source_id=determination.pk).values_list("amount_won", flat=True)
    return sum(booked)


def moment(at: datetime) -> str:
    """A time as every machine writes it the same: UTC."""
    return at.astimezone(UTC).isoformat()


def _case(item: AgendaItem) -> dict[str, Any]:
    objection = item.review.objection
    return {
        "claim": item.review.claim.reference,
        "objection": objection and {"reference": objection.reference, "kind": objection.kind},
        "assessed_won": item.assessed_won,
        "granted_before_won": item.granted_before_won,
        "cap_won": cap_won(item=item),
    }


def _session(item: AgendaItem) -> dict[str, Any]:
    session = item.session
    return {
        "reference": session.reference,
        "number": session.number,
        "kind": session.kind,
        "opens_at": moment(session.opens_at),
        "due_at": moment(session.due_at),
    }


def _proposal(item: AgendaItem) -> dict[str, Any]:
    proposal = item.proposal
    return {
        "id": proposal.pk,
        "verdict": proposal.verdict,
        "amount_won": proposal.amount_won,
        "reasons": proposal.reasons,
        "text_digest": _digest(proposal.text),
        "made_by": proposal.made_by_id,
    }


def _vote(vote: Vote) -> dict[str, Any]:
    return {
        "seat": vote.seat_id,
        "party": vote.seat.party,
        "number": vote.seat.number,
        "member": vote.member_id,
        "choice": vote.choice,
        "amount_won": vote.amount_won,
        "reasons": vote.reasons,
        "text_digest": _digest(vote.text),
        "cast_at": moment(vote.cast_at),
    }


def _recusal(recusal: Recusal) -> dict[str, Any]:
    return {
        "member": recusal.member_id,
        "basis": recusal.basis,
        "text_digest": _digest(recusal.text),
        "at": moment(recusal.at),
    }


def _determination(determination: Determination | None) -> dict[str, Any] | None:
    names = ("id", "assessment_id", "supersedes_id", "tier_code", "amount_won", "reason", "actor_id")
    return {name: getattr(determination, name) for name in names} if determination else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
