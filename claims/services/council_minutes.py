"""The minutes (의사록) of a session as a PDF: who took part, who was recused, what was decided, and the digests."""

from datetime import datetime
from typing import Any

from django.utils import translation

from claims.models import CouncilDecision
from claims.selectors.council_record import ItemRecord, SeatRecord, SessionRecord, VoteRecord
from claims.services.council_names import (
    basis_name,
    choice_name,
    party_name,
    proposal_text,
    reason_sentences,
    result_text,
    seat_name,
)
from claims.services.council_pack import capital, moment, session_words
from claims.services.letters import typeset
from compensation.policy.document import Policy
from compensation.policy.transitions import AGENDA_ITEM
from compensation.policy.wording import pick, won_text
from compensation.programmes.selectors import current_policy

Pairs = list[tuple[str, str]]


def minutes_pdf(*, record: SessionRecord, language: str, at: datetime) -> bytes:
    """The session in 'ko' or 'en'. Raises LetterFontsMissing."""
    with translation.override(language):
        words = minutes_words(record=record, language=language, at=at)
    return typeset(name="minutes", words=words, at=at)


def minutes_words(*, record: SessionRecord, language: str, at: datetime) -> dict[str, Any]:
    """Everything that `letters/minutes.typ` sets (the active language for dates)."""
    session = record.session
    policy = current_policy(programme=session.council.programme).policy
    return session_words(session=session, language=language, at=at) | {
        "title": pick(language, "협의체 의사록", "Minutes of the council"),
        "attendance_title": pick(language, "참석", "Attendance"),
        "attendance": [_seat(seat, policy, language) for seat in record.seats],
        "decisions_title": pick(language, "의결", "Decisions"),
        "items": [_item(row, language) for row in record.items],
        "note": pick(
            language,
            "해시는 앞선 의결의 해시와 이 의결의 내용으로 만들며, 어느 하나라도 바뀌면 달라집니다.",
            "Each digest is made of the one before and of the content of the decision: a change of either shows.",
        ),
    }


def _seat(seat: SeatRecord, policy: Policy, language: str) -> tuple[str, str]:
    name = capital(seat_name(party=seat.party, number=seat.seat_number, policy=policy, language=language))
    if seat.present:
        return name, ", ".join(seat.present)
    absent = f" ({', '.join(seat.absent)})" if seat.absent else ""
    return name, f"{pick(language, '의결하지 않음', 'did not vote')}{absent}"


def _item(row: ItemRecord, language: str) -> dict[str, Any]:
    claim = row.item.review.claim
    decision = row.decision
    return {
        "heading": f"{row.item.position}. {claim.reference}",
        "result": capital(result_text(content=row.content, language=language))
        if decision
        else AGENDA_ITEM.name(row.item.state, language),
        "facts": _facts(row, language),
        "reasons": reason_sentences(codes=row.content.get("reasons", ()), policy=row.policy, language=language),
        "votes_title": pick(language, "의결 내용", "Votes"),
        "votes": [_vote(vote, row, language) for vote in row.votes],
        "undone": _undone(row.undone_by, language),
        "chain": _chain(decision, language) if decision else [],
    }


def _facts(row: ItemRecord, language: str) -> Pairs:
    if row.decision is None:
        return []
    content = row.content
    parties = [party_name(party=party, policy=row.policy, language=language) for party in content["parties_present"]]
    recused = [f"{one.name} ({basis_name(basis=one.basis, language=language)})" for one in row.recusals]
    dissent = [vote for vote in row.votes if vote.dissents]
    seats = [
        seat_name(party=vote.party, number=vote.seat_number, policy=row.policy, language=language) for vote in dissent
    ]
    rows = [
        (pick(language, "산정 피해액", "Assessed loss"), won_text(content["case"]["assessed_won"], language)),
        (pick(language, "제안", "Proposed"), proposal_text(proposal=row.item.proposal, language=language)),
        (pick(language, "참여한 주체", "Parties present"), ", ".join(parties)),
        (pick(language, "제척", "Recused"), ", ".join(recused)),
        (pick(language, "다른 의견", "Dissent"), ", ".join(seats)),
        (pick(language, "의결한 때", "Decided"), moment(row.decision.decided_at)),
        (pick(language, "적용 정책", "Policy"), _policy(content, language)),
    ]
    return [(name, value or pick(language, "없음", "none")) for name, value in rows]


def _policy(content: dict[str, Any], language: str) -> str:
    number = content["policy"]["version"]
    return pick(language, f"{number}판", f"version {number}")


def _vote(vote: VoteRecord, row: ItemRecord, language: str) -> tuple[str, str, str]:
    name = capital(seat_name(party=vote.party, number=vote.seat_number, policy=row.policy, language=language))
    choice = choice_name(choice=vote.choice, proposal=row.item.proposal, language=language)
    amount = f" · {won_text(vote.amount_won, language)}" if vote.amount_won else ""
    reasons = " ".join(reason_sentences(codes=vote.reasons, policy=row.policy, language=language))
    return name, f"{capital(choice)}{amount}", reasons


def _undone(undoing: CouncilDecision | None, language: str) -> str:
    if undoing is None:
        return ""
    at, number = moment(undoing.decided_at), undoing.number
    reason = undoing.content["reason"]
    return pick(
        language,
        f"이 의결은 {at}에 의결 {number}호로 취소되었습니다. 이유: {reason}",
        f"This decision was undone on {at} by decision {number}. Reason: {reason}",
    )


def _chain(decision: CouncilDecision, language: str) -> Pairs:
    return [
        (pick(language, "의결 번호", "Decision"), str(decision.number)),
        (pick(language, "앞선 해시", "Digest before"), decision.previous_digest or "–"),
        (pick(language, "해시", "Digest"), decision.digest),
    ]
