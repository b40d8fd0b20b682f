"""Verifying the chain of decisions: every digest is computed anew, and every content compared with its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from claims.models import AgendaItem, Council, CouncilDecision, Determination
from claims.selectors.ballots import ballot_of, rules_of
from claims.selectors.council import AGENDA_RELATIONS
from claims.services.council.chain import digest_of
from claims.services.council.content import seats_in, undoing_content, vote_content
from compensation.policy.council import result_of
from compensation.policy.transitions import AgendaItemState
from compensation.programmes.services.policy_versions import digest_of as policy_digest_of
from compensation.runtime.encryption import DecryptionFailed
from compensation.runtime.kept import Kept

RELATIONS = (*(f"item__{name}" for name in AGENDA_RELATIONS), "determination__claim", "undoes__determination__claim")
_chains: Kept[list["Fault"]] = Kept()
WITH_A_DECISION = (AgendaItemState.DECIDED, AgendaItemState.SENT_BACK, AgendaItemState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Fault:
    """A difference: in which decision (its number; 0: one that is missing), where, what was expected, what is there."""

    number: int
    place: str
    expected: Any
    found: Any


def verify(*, council: Council) -> list[Fault]:
    """Everything that is not as it was decided: digests, what the contents say of the rows, decisions that are missing.

    Takes some queries per decision: for the command. `chain_faults` is for pages.
    """
    faults = verify_digests(council=council)
    for decision in council.decisions.select_related(*RELATIONS).order_by("number"):
        try:
            faults += _against_rows(decision)
        except DecryptionFailed:
            faults.append(Fault(decision.number, "texts", "readable", "changed or not readable"))
    return sorted([*faults, *_missing(council)], key=lambda fault: fault.number)


def chain_faults(*, council: Council) -> list[Fault]:
    """What `verify_digests` says, at most KEPT_SECONDS old: who pages through a long chain has it read once."""
    return _chains.get(council.pk, lambda: verify_digests(council=council))


def verify_digests(*, council: Council) -> list[Fault]:
    """Whether each decision follows the one before, and its digest is that of its content (one query)."""
    faults, previous = [], ""
    for place, decision in enumerate(council.decisions.order_by("number").iterator(), start=1):
        expected = {
            "number": place,
            "previous_digest": previous,
            "digest": digest_of(previous=decision.previous_digest, content=decision.content),
        }
        faults += _differences(decision.number, expected, {name: getattr(decision, name) for name in expected})
        previous = decision.digest
    return faults


def _against_rows(decision: CouncilDecision) -> Iterator[Fault]:
    """The content made anew of the rows as they are now: each key that differs is a fault."""
    if decision.item is not None:
        now = _vote(decision, decision.item)
        policy = decision.item.policy_version
        yield from _differences(
            decision.number, {"policy document": policy.digest}, {"policy document": policy_digest_of(policy.document)}
        )
    else:
        now = _undoing(decision)
    yield from _differences(decision.number, decision.content, now)


def _vote(decision: CouncilDecision, item: AgendaItem) -> dict[str, Any]:
    """The votes are counted again by the rules, with the seats as the content has them."""
    seats = seats_in(decision.content)
    ballot = ballot_of(item=item, at=decision.decided_at, seats=seats)
    result = result_of(ballot=ballot, rules=rules_of(item=item), at=decision.decided_at)
    if result is None or result.outcome != decision.outcome:
        return {"outcome": result and str(result.outcome)}
    return vote_content(
        item=item,
        seats=seats,
        result=result,
        determination=decision.determination,
        decided_at=decision.decided_at,
    )


def _undoing(decision: CouncilDecision) -> dict[str, Any]:
    undone = decision.undoes
    if undone is None or undone.determination is None:
        return {}
    return undoing_content(
        undone=undone,
        actor_id=decision.content["actor"],  # who and why is in the content alone: its digest proves it
        reason=decision.content["reason"],
        determination=undone.determination,
        decided_at=decision.decided_at,
    )


def _missing(council: Council) -> Iterator[Fault]:
    """Cases that were closed, and determinations by the council, without a decision: the end of a chain cut off."""
    closed = AgendaItem.objects.filter(session__council=council, state__in=WITH_A_DECISION, decision__isnull=True)
    for item in closed.select_related("session"):
        yield Fault(0, f"session {item.session.number}, case {item.position}", "a decision", None)
    decided = Determination.objects.filter(
        claim__programme=council.programme_id, by_council=True, council_decision__isnull=True
    )
    for determination in decided.select_related("claim"):
        yield Fault(0, f"determination of {determination.claim.reference}", "a decision", None)


def _differences(number: int, expected: dict[str, Any], found: dict[str, Any]) -> list[Fault]:
    return [
        Fault(number, key, expected.get(key), found.get(key))
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    ]
