"""The pack (자료집) of a session as a PDF: every case with facts, working, checks, documents and proposal.

Names as the consent allows: the business, and its representative masked; no phone, no account.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

from claims.models import AgendaItem, ClaimLoss, CouncilSession, Evidence
from claims.selectors.ballots import cap_won
from claims.selectors.case_papers import CasePapers, papers_of
from claims.services.council_names import group_of_item, proposal_text, reason_sentences
from claims.services.letters import typeset
from compensation.policy.case_checks import CHECKS
from compensation.policy.wording import pick, won_text
from compensation.runtime.masking import masked_name

Pairs = list[tuple[str, str]]


def pack_pdf(*, session: CouncilSession, items: Sequence[AgendaItem], language: str, at: datetime) -> bytes:
    """These cases of the session in 'ko' or 'en'. Raises LetterFontsMissing."""
    with translation.override(language):
        words = pack_words(session=session, items=items, language=language, at=at)
    return typeset(name="pack", words=words, at=at)


def pack_words(*, session: CouncilSession, items: Sequence[AgendaItem], language: str, at: datetime) -> dict[str, Any]:
    """Everything that `letters/pack.typ` sets (the active language for dates)."""
    papers = papers_of(items=items)
    groups = groupby(papers, key=lambda case: group_of_item(item=case.item, language=language))
    return session_words(session=session, language=language, at=at) | {
        "title": pick(language, "협의체 안건 자료집", "Papers for the council"),
        "groups": [{"name": name, "cases": [_case(case, language) for case in cases]} for name, cases in groups],
        "none": "" if papers else pick(language, "읽을 안건이 없습니다.", "There is no case to read."),
    }


def session_words(*, session: CouncilSession, language: str, at: datetime) -> dict[str, Any]:
    """What stands at the head and foot of every paper about a session."""
    programme = session.council.programme
    name = pick(language, programme.name_ko, programme.name_en)
    number = pick(language, f"제{session.number}차 협의체", f"Council session {session.number}")
    issued = moment(at)
    return {
        "language": language,
        "programme": name,
        "session": number,
        "about": [
            (pick(language, "회의", "Session"), f"{number} · {session.get_kind_display()}"),
            (pick(language, "의결 시작", "Votes from"), moment(session.opens_at)),
            (pick(language, "의결 기한", "Votes until"), moment(session.due_at)),
        ],
        "issued": pick(language, f"{issued} 발급", f"Issued {issued}"),
        "footer": f"{name} · {number}",
    }


def moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def _case(case: CasePapers, language: str) -> dict[str, Any]:
    item = case.item
    return {
        "heading": f"{item.position}. {item.review.claim.merchant.trade_name}",
        "about": _about(case, language),
        "proposal_title": pick(language, "심사 담당의 제안", "The officer's proposal"),
        "proposal": capital(proposal_text(proposal=item.proposal, language=language)),
        "reasons": reason_sentences(codes=item.proposal.reasons, policy=case.policy, language=language),
        "text": item.proposal.text,
        "losses_title": pick(language, "접수한 내용", "What was reported"),
        "losses": [_loss(loss, case, language) for loss in case.losses],
        "working_title": pick(language, "피해액 산정 과정", "How the loss was assessed"),
        "working": [step.sentence(language) for step in case.steps],
        "checks_title": pick(language, "확인 사항", "Checks"),
        "checks": _checks(case, language),
        "evidence_title": pick(language, "증빙 자료", "Documents"),
        "evidence": [_document(evidence, case, language) for evidence in case.evidence],
        "objection_title": pick(language, "이의신청의 이유", "Why it was objected to"),
        "objection": item.review.objection.reasons if item.review.objection else "",
        "none": pick(language, "없음", "none"),
    }


def _about(case: CasePapers, language: str) -> Pairs:
    item = case.item
    merchant, industry = item.review.claim.merchant, case.industry
    kind = item.review.objection.get_kind_display() if item.review.objection else ""
    rows = [
        (pick(language, "접수번호", "Claim reference"), item.review.claim.reference),
        (pick(language, "종류", "Kind"), str(kind)),
        (pick(language, "대표자", "Representative"), masked_name(merchant.representative_name)),
        (pick(language, "업종", "Industry"), pick(language, industry.name_ko, industry.name_en) if industry else ""),
        (pick(language, "산정 피해액", "Assessed loss"), won_text(item.assessed_won, language)),
        (pick(language, "이미 결정된 금액", "Granted before"), _won_if_any(item.granted_before_won, language)),
        (
            pick(language, "최고 금액", "Most possible"),
            won_text(cap_won(item=item), language),
        ),
    ]
    return [(name, value) for name, value in rows if value]


def _won_if_any(amount_won: int, language: str) -> str:
    return won_text(amount_won, language) if amount_won else ""


def _loss(loss: ClaimLoss, case: CasePapers, language: str) -> Pairs:
    service = case.policy.services.get(loss.service)
    there, not_there = pick(language, "있었음", "existed"), pick(language, "없었음", "did not exist")
    return [
        (
            pick(language, "서비스", "Service"),
            pick(language, service.name_ko, service.name_en) if service else loss.service,
        ),
        (pick(language, "피해 기간", "Period"), f"{moment(loss.began_at)} ~ {moment(loss.ended_at)}"),
        (pick(language, "매출 손실액", "Loss of sales"), won_text(loss.lost_sales_won, language)),
        (pick(language, "대체 서비스", "Alternative"), there if loss.has_alternative else not_there),
    ]


def _checks(case: CasePapers, language: str) -> list[tuple[str, str]]:
    rows = []
    for check in case.checks:
        known = CHECKS[check.code]
        note = f" · {check.note}" if check.note else ""
        name = capital(pick(language, known.name_ko, known.name_en))
        rows.append((name, f"{check.get_outcome_display()}{note}"))
    return rows


def _document(evidence: Evidence, case: CasePapers, language: str) -> tuple[str, str]:
    kind = case.kinds.get(evidence.kind)
    name = capital(pick(language, kind.name_ko, kind.name_en)) if kind else evidence.kind
    count = evidence.page_count
    pages = pick(language, f" · {count}쪽", f" · {count} pages") if count else ""
    return name, f"{evidence.file_name}{pages}"


def capital(text: str) -> str:
    """The text as the beginning of a line."""
    return text[:1].upper() + text[1:]
