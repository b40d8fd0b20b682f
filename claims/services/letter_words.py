"""The words of the letter about a determination, in Korean and English."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from claims.models import ClaimLoss, Determination
from claims.services.council_words import council_reason
from claims.services.telling import last_day
from compensation.policy.deadlines import objection_until
from compensation.policy.document import Policy
from compensation.policy.objections import PAYOUT_GOES_ON
from compensation.policy.tiers import NO_SUPPORT
from compensation.policy.wording import pick, won_text
from compensation.policy.working import Step
from compensation.programmes.models import Programme
from compensation.runtime.masking import masked_account
from compensation.values.bank_accounts import BANKS
from compensation.values.business_numbers import format_business_number
from compensation.values.phones import format_phone
from merchants.models import BankAccount

Pairs = list[tuple[str, str]]
Section = dict[str, Any]


def reason_text(*, determination: Determination, language: str) -> str:
    """Why it was decided so, in a sentence or some: on the page and in the letter."""
    assessment = determination.assessment
    if determination.by_council:
        return council_reason(determination, language)
    if assessment.route == NO_SUPPORT:
        return pick(
            language,
            "산정한 피해액이 0원이어서 지원금이 없습니다.",
            "The assessed loss is 0 won, so there is no payout.",
        )
    loss, amount = won_text(assessment.assessed_won, language), won_text(determination.amount_won, language)
    return pick(
        language,
        f"산정한 피해액이 {loss}이므로, 이 지원 구간에 정해진 {amount}을 지급합니다.",
        f"The assessed loss is {loss}; the tier that it falls into pays {amount}.",
    )


def determination_words(*, determination: Determination, language: str, at: datetime) -> dict[str, Any]:
    """Everything that `letters/determination.typ` sets, in 'ko' or 'en' (the active language for dates)."""
    claim, assessment = determination.claim, determination.assessment
    programme, policy = claim.programme, assessment.policy_version.policy
    superseded = _superseded(determination, language)
    issued, name = _moment(at), _name(programme, language)
    return {
        "language": language,
        "programme": name,
        "reference": claim.reference,
        "title": pick(language, "피해 지원 결정 통지서", "Notice of determination"),
        "about": _about(determination, language),
        "superseded": superseded,
        "result_name": _result_name(determination, language),
        "result": _result(determination, language),
        "reason": reason_text(determination=determination, language=language),
        "working_title": pick(language, "피해액 산정 과정", "How the loss was assessed"),
        "working": [Step.from_json(step).sentence(language) for step in assessment.steps],
        "facts_title": pick(language, "접수하신 내용", "What you reported"),
        # Of what was said when an older determination was made, only its working tells.
        "losses": [] if superseded else [_loss(loss, policy, language) for loss in claim.losses.all()],
        "sections": [*_payment(determination, language), _objection(determination, policy, language)],
        "issued": pick(language, f"{issued} 발급", f"Issued {issued}"),
        "contact": _contact(programme, language),
        "footer": f"{name} · {pick(language, '접수번호', 'claim reference')} {claim.reference}",
    }


def _about(determination: Determination, language: str) -> Pairs:
    claim = determination.claim
    merchant = claim.merchant
    number = determination.assessment.policy_version.number
    rule = pick(language, f"{claim.programme.name_ko} 정책 {number}판", f"Policy version {number}")
    return [
        (pick(language, "접수번호", "Claim reference"), claim.reference),
        (pick(language, "상호", "Business"), merchant.trade_name),
        (pick(language, "대표자", "Representative"), merchant.representative_name),
        (pick(language, "사업자등록번호", "Business number"), format_business_number(merchant.business_number)),
        (pick(language, "접수한 날", "Received"), _day(claim.received_at)),
        (pick(language, "결정한 날", "Determined"), _day(determination.decided_at)),
        (pick(language, "근거", "Rules"), rule),
    ]


def _superseded(determination: Determination, language: str) -> str:
    """That it no longer counts, and why; blank while it does."""
    if cancelled_at := undone_at(determination):
        day = _day(cancelled_at)
        return pick(
            language,
            f"이 결정은 {day}에 취소되어 더 이상 유효하지 않습니다.",
            f"This determination was cancelled on {day} and no longer counts.",
        )
    later = _later(determination)
    if later is None:
        return ""
    day = _day(later.decided_at)
    return pick(
        language,
        f"이 결정은 더 이상 유효하지 않습니다. {day}에 새 결정이 나왔습니다.",
        f"This determination no longer counts. A new one was made on {day}.",
    )


def _later(determination: Determination) -> Determination | None:
    """The next one in the claim's line that was not undone."""
    later: Determination | None = getattr(determination, "superseded_by", None)
    while later and undone_at(later):
        later = getattr(later, "superseded_by", None)
    return later


def undone_at(determination: Determination) -> datetime | None:
    """When the council's decision that made it was undone."""
    undoing = getattr(getattr(determination, "council_decision", None), "undone_by", None)
    return undoing.decided_at if undoing else None


def _result(determination: Determination, language: str) -> str:
    if not determination.amount_won:
        return pick(language, "지원금 없음", "No payout")
    return won_text(determination.amount_won, language)


def _result_name(determination: Determination, language: str) -> str:
    """After an objection the amount is the whole of it, of which a part was determined before."""
    if determination.reason.startswith("objection"):
        return pick(language, "지원금(모두)", "Payout in all")
    return pick(language, "지원금", "Payout")


def _loss(loss: ClaimLoss, policy: Policy, language: str) -> Pairs:
    service = policy.services.get(loss.service)
    name = pick(language, service.name_ko, service.name_en) if service else loss.service
    there, not_there = pick(language, "있었음", "existed"), pick(language, "없었음", "did not exist")
    return [
        (pick(language, "서비스", "Service"), name),
        (pick(language, "피해 기간", "Period"), f"{_moment(loss.began_at)} ~ {_moment(loss.ended_at)}"),
        (pick(language, "매출 손실액", "Loss of sales"), won_text(loss.lost_sales_won, language)),
        (pick(language, "대체 서비스", "Alternative"), there if loss.has_alternative else not_there),
    ]


def _payment(determination: Determination, language: str) -> Iterable[Section]:
    if not determination.amount_won or _superseded(determination, language):
        return
    account = determination.claim.merchant.bank_accounts.order_by("-id").first()
    yield {
        "title": pick(language, "지급", "Payment"),
        "paragraphs": [_account_text(account, language)],
    }


def _account_text(account: BankAccount | None, language: str) -> str:
    if account is None:
        return pick(
            language,
            "받을 계좌가 아직 등록되어 있지 않습니다. 사이트의 접수 내역에서 계좌를 등록해 주십시오.",
            "We do not have your bank account yet. Please enter it on the page of your claim.",
        )
    bank = BANKS.get(account.bank_code)
    name = pick(language, bank.name_ko, bank.name_en) if bank else account.bank_code
    named = f"{name} {masked_account(account.number_last4)}"
    return pick(
        language,
        f"등록하신 계좌({named})로 지급합니다. 지급 전까지 사이트의 접수 내역에서 계좌를 바꿀 수 있습니다.",
        f"It will be paid to your bank account ({named}). Until then you can change it on the page of your claim.",
    )


def _objection(determination: Determination, policy: Policy, language: str) -> Section:
    until = date_format(last_day(objection_until(determined_at=determination.decided_at, policy=policy)), "DATE_FORMAT")
    days = policy.deadlines.objection_working_days
    how = pick(
        language,
        f"이 결정에 동의하지 않으시면 {until}까지 이의신청을 하실 수 있습니다. 사이트에 로그인하여 이 접수 건의 "
        "화면에서 ‘이의신청’을 고르고, 이유를 적고, 보여 줄 자료가 있으면 올려 주십시오. "
        f"접수한 날부터 영업일 {days}일 안에 결과를 알려 드립니다.",
        f"If you do not agree you can object until {until}. Sign in, choose “Objection” on the page of this "
        f"claim, write your reasons and add papers if you have any. You will hear from us within {days} working days.",
    )
    paragraphs = [how]
    if determination.assessment.route in policy.objections.confirmation_routes:
        paragraphs.append(
            pick(
                language,
                "실제 손실이 산정한 피해액보다 크고 이를 증명할 수 있으면, 같은 날까지 ‘확인 요청’을 하실 수 있습니다.",
                "If you can prove that your loss is higher, you can ask for confirmation until the same day.",
            )
        )
    paragraphs.append(pick(language, *PAYOUT_GOES_ON))
    return {"title": pick(language, "이의신청", "If you do not agree"), "paragraphs": paragraphs}


def _name(programme: Programme, language: str) -> str:
    return pick(language, programme.name_ko, programme.name_en)


def _contact(programme: Programme, language: str) -> str:
    """Whom to call; blank where the programme names nobody."""
    centre = programme.centre
    if centre is None:
        return ""
    hours = pick(language, centre.hours_ko, centre.hours_en)
    return f"{pick(language, centre.name_ko, centre.name_en)} {format_phone(centre.phone)} · {hours}"


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
