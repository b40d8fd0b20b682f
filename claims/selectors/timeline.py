"""Everything that happened to a claim, newest first: what its merchant reads, and an officer too.

Made from what is stored anyway (moves, questions, answers, evidence, objections, payouts, messages, accounts); the
sentences are in claims/templatetags/timeline_wording.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects

from claims.models import Claim, Determination, Evidence
from claims.selectors.status import with_payouts
from compensation.messaging.models import Message
from compensation.policy.document import Policy
from compensation.policy.transitions import EvidenceScanState, ObjectionState, PayoutState, QuestionState
from merchants.models import BankAccount

PAYOUT_MOVES = (PayoutState.RELEASED, PayoutState.PAID, PayoutState.RETURNED)  # of which merchants are told
TOGETHER = timedelta(minutes=30)  # files that arrive one after the other are one event


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `values`: what its sentence needs; `text`: what a person wrote; `files`: what came."""

    at: datetime
    code: str
    values: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    files: tuple[Evidence, ...] = ()


def timeline_of(
    *, claim: Claim, determinations: Sequence[Determination], evidence: Sequence[Evidence], policy: Policy
) -> list[Event]:
    """All events, newest first. Reads what is prefetched with the claim, its messages, and the moves of payouts."""
    events = [
        *_moves(claim, determinations),
        *_decisions(determinations),
        *_questions(claim, policy),
        *_objections(claim),
        *_papers(claim, evidence),
        *_accounts(claim),
        *_payouts(claim),
        *_messages(claim),
    ]
    # Sorted by time only, and stable: what happened in one transaction stays in the order above.
    return sorted(events, key=lambda event: event.at)[::-1]


def _moves(claim: Claim, determinations: Sequence[Determination]) -> Iterator[Event]:
    by_time = {determination.decided_at: determination for determination in determinations}
    moves = list(claim.transitions.all())
    if not moves:  # claims are never without; samples of tests are
        yield Event(claim.received_at, "received", {"channel": claim.channel})
    for number, move in enumerate(moves):
        if move.to_state == "received":
            code = "received" if number == 0 else "received_again"
            yield Event(move.at, code, {"channel": claim.channel, "reason": move.reason})
        elif (move.from_state, move.to_state) != ("determined", "awaiting_council"):  # that is an undoing, told below
            yield Event(move.at, move.to_state, {"determination": by_time.get(move.at), "reason": move.reason})


def _decisions(determinations: Sequence[Determination]) -> Iterator[Event]:
    """What the council decided on objections, which moves no claim, and decisions that were undone by a second one."""
    for determination in determinations:
        if determination.reason.startswith("objection"):
            yield Event(determination.decided_at, "objection_decided", {"determination": determination})
        decision = getattr(determination, "council_decision", None) if determination.by_council else None
        undoing = getattr(decision, "undone_by", None)
        if undoing:
            yield Event(undoing.decided_at, "decision_undone", {"determination": determination})


def _questions(claim: Claim, policy: Policy) -> Iterator[Event]:
    names = {kind.code: kind for kind in policy.evidence_kinds}
    for question in claim.questions.all():
        kinds = [names[code] for code in question.kinds if code in names]
        mend = [reason for reason in policy.reasons if reason.code in question.reasons]
        values = {"kinds": kinds, "mend": mend, "due_at": question.due_at}
        yield Event(question.asked_at, "asked", values, text=question.text)
        if question.closed_at is None:
            continue
        if question.state == QuestionState.ANSWERED:
            given = question.answer
            yield Event(question.closed_at, "answered", text=given.text, files=tuple(given.evidence.all()))
        else:
            yield Event(question.closed_at, "question_cancelled")


def _objections(claim: Claim) -> Iterator[Event]:
    for objection in claim.objections.all():
        files = tuple(objection.evidence.all())
        yield Event(objection.filed_at, f"{objection.kind}_filed", text=objection.reasons, files=files)
        if objection.closed_at and objection.state == ObjectionState.WITHDRAWN:
            yield Event(objection.closed_at, f"{objection.kind}_withdrawn")


def _papers(claim: Claim, evidence: Sequence[Evidence]) -> Iterator[Event]:
    """Files that came by themselves; those of an answer or an objection stand there."""
    told = {
        row.pk
        for question in claim.questions.all()
        if hasattr(question, "answer")
        for row in question.answer.evidence.all()
    }
    told |= {row.pk for objection in claim.objections.all() for row in objection.evidence.all()}
    for row in evidence:
        if row.scan_state == EvidenceScanState.INFECTED:
            yield Event(row.scanned_at or row.received_at, "paper_infected", files=(row,))
    began = min((move.at for move in claim.transitions.all()), default=claim.received_at)
    group: list[Evidence] = []
    for row in sorted((row for row in evidence if row.pk not in told), key=lambda row: row.received_at):
        if group and row.received_at - group[-1].received_at > TOGETHER:
            yield _arrival(group, began)
            group = []
        group.append(row)
    if group:
        yield _arrival(group, began)


def _arrival(group: list[Evidence], began: datetime) -> Event:
    """Papers of a draft came when the claim came."""
    return Event(max(group[-1].received_at, began), "papers", {"count": len(group)}, files=tuple(group))


def _accounts(claim: Claim) -> Iterator[Event]:
    """Changes of the account since the claim is there; the account that it came with is none."""
    began = min((move.at for move in claim.transitions.all()), default=claim.received_at)
    accounts: list[BankAccount] = sorted(claim.merchant.bank_accounts.all(), key=lambda account: account.pk)
    for account in accounts:
        if account.entered_by_id and account.created_at > began:
            yield Event(account.created_at, "account_changed", {"account": account, "is_first": account == accounts[0]})


def _payouts(claim: Claim) -> Iterator[Event]:
    """Top-ups from their first payout on, what left for the bank, and what the bank said of it."""
    prefetch_related_objects([claim], with_payouts())  # where they did not come with the claim
    payouts = list(claim.payouts.all())
    prefetch_related_objects(payouts, "transitions")
    topped_up = set()
    for move in sorted((move for row in payouts for move in row.transitions.all()), key=lambda move: move.pk):
        row = move.payout.top_up
        if move.from_state not in ("", move.to_state) and move.to_state in PAYOUT_MOVES:
            yield Event(move.at, f"payout_{move.to_state}", {"payout": move.payout})
        elif row and not move.from_state and row.pk not in topped_up:
            topped_up.add(row.pk)
            yield Event(move.at, "topped_up", {"top_up": row}, text=row.top_up.reason)
            if row.withdrawn_at:
                yield Event(row.withdrawn_at, "top_up_withdrawn", {"top_up": row}, text=row.withdrawn_because)


def _messages(claim: Claim) -> Iterator[Event]:
    told = Message.objects.only("template", "channel", "state", "check_code", "created_at", "sent_at")
    for message in told.filter(subject=f"claim {claim.reference}").order_by("id"):
        yield Event(message.sent_at or message.created_at, f"message_{message.state}", {"message": message})
