"""How what happened to a claim, and where it stands, is said on pages: sentences with dates."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, Determination, Payout
from claims.selectors.bank_returns import return_reason
from claims.selectors.status import Holder, Status
from claims.selectors.timeline import Event
from claims.services import letter_words
from claims.services.council_words import objection_result
from claims.templatetags.claim_wording import reason_text
from claims.templatetags.public_wording import channel_name
from compensation.messaging.texts import text_of
from compensation.policy.deadlines import Reading
from compensation.policy.document import EvidenceKind
from compensation.policy.objections import Reason
from compensation.runtime.forms import told
from compensation.runtime.masking import masked_account
from compensation.runtime.templatetags.wording import bank_name, in_korean, local_name, page_language, won

register = template.Library()

HOLDERS = {
    Holder.MACHINE: _("자동 산정"),
    Holder.COUNCIL: _("협의체"),
    Holder.MERCHANT: _("접수하신 분"),
    Holder.OFFICER: _("심사 담당"),
    Holder.PAYMENTS: _("지급 담당"),
    Holder.NOBODY: _("없음"),
}
RECEIVED_BY = {
    "association": _("소상공인연합회가 낸 파일로 피해가 접수되었습니다."),
    "web": _("피해가 접수되었습니다."),
    "agent": _("고객센터 상담원이 대신 적어 피해가 접수되었습니다."),
}


@register.filter
def holder_name(holder: Holder) -> str:
    """Who has the next thing to do."""
    return str(HOLDERS[holder])


@register.filter
def stage_text(status: Status) -> str:
    """What is being done, in a few words: 협의체 심사 중."""
    return {
        Holder.MERCHANT: gettext("심사 잠시 멈춤"),
        Holder.MACHINE: gettext("피해액 산정 중"),
        Holder.COUNCIL: gettext("협의체 심사 중"),
        Holder.PAYMENTS: gettext("지급 준비 중"),
        Holder.OFFICER: gettext("다시 살펴보는 중"),
    }.get(status.holder, "")


@register.filter
def days_left(reading: Reading | None) -> str:
    """3일 남음; 오늘까지; where the clock stands still, what remains once it goes on."""
    if reading is None:
        return ""
    days = reading.remaining_working_days
    if reading.is_overdue:
        return gettext("예정보다 늦어짐")
    return gettext("%(days)d일 남음") % {"days": days} if days or reading.is_paused else gettext("오늘까지")


@register.filter
def last_day_text(until: datetime | None) -> str:
    """The last day before a moment that is too late: 2023년 2월 28일."""
    return date_format(localtime(until) - timedelta(microseconds=1), "DATE_FORMAT") if until else ""


@register.filter
def kind_names(kinds: list[EvidenceKind]) -> str:
    """Kinds of evidence by name, one after the other."""
    return ", ".join(local_name(kind) for kind in kinds)


@register.filter
def determination_reason(determination: Determination) -> str:
    """Why it was decided so, in a sentence or some."""
    return letter_words.reason_text(determination=determination, language=page_language())


@register.filter
def undone_at(determination: Determination) -> datetime | None:
    """When the council's decision that made it was undone."""
    return letter_words.undone_at(determination)


@register.filter
def event_sentence(event: Event) -> str:
    """What happened, as a sentence in the language of the page."""
    return str(SENTENCES[event.code](event.values))


def _received(values: dict[str, Any]) -> str:
    return str(RECEIVED_BY.get(values["channel"], RECEIVED_BY["web"]))


def _determined(values: dict[str, Any]) -> str:
    determination = values["determination"]
    if determination is None:
        return gettext("결정이 나왔습니다.")
    if not determination.amount_won:
        return gettext("지원금이 없는 것으로 결정되었습니다.")
    return gettext("지원금 %(won)s이 결정되었습니다.") % {"won": won(determination.amount_won)}


def _withdrawn(values: dict[str, Any]) -> str:
    return gettext("접수를 철회했습니다. 이유: %(reason)s") % {"reason": reason_text(values["reason"])}


def _asked(values: dict[str, Any]) -> str:
    said = {"until": last_day_text(values["due_at"]), "papers": kind_names(values["kinds"])}
    if values["kinds"]:
        sentence = gettext("심사 담당이 자료를 요청했습니다: %(papers)s. %(until)s까지 보내 주세요.") % said
    else:
        sentence = gettext("심사 담당이 질문을 보냈습니다. %(until)s까지 답변해 주세요.") % said
    return " ".join([sentence, *(reason.text(page_language()) for reason in values["mend"])])


def _papers(values: dict[str, Any]) -> str:
    return gettext("증빙 자료 %(count)d개를 받았습니다.") % {"count": values["count"]}


def _account_changed(values: dict[str, Any]) -> str:
    account = values["account"]
    named = f"{bank_name(account.bank_code)} {masked_account(account.number_last4)}"
    if values["is_first"]:
        return gettext("지급받을 계좌를 등록했습니다: %(account)s") % {"account": named}
    return gettext("지급받을 계좌를 바꾸었습니다: %(account)s") % {"account": named}


def _message(text: Any) -> Callable[[dict[str, Any]], str]:
    def sentence(values: dict[str, Any]) -> str:
        message = values["message"]
        title = text_of(message.template).titles[page_language()]
        return str(text) % {"channel": channel_name(message.channel), "title": title}

    return sentence


def _account_of(payout: Payout) -> str:
    account = payout.account
    return f"{bank_name(account.bank_code)} {masked_account(account.number_last4)}" if account else ""


def _payout_values(payout: Payout) -> dict[str, str]:
    day = payout.settled_on or (payout.batch.pay_on if payout.batch else None)
    return {
        "won": won(payout.amount_won),
        "account": _account_of(payout),
        "day": date_format(day, "DATE_FORMAT") if day else "",
        "reason": return_reason(code=payout.return_code).text(page_language()),
    }


@register.filter
def payout_sentence(payout: Payout) -> str:
    """Where a payout is, as its merchant reads it."""
    sentences = {
        "released": gettext("%(won)s: 은행에 이체를 요청했습니다. %(day)s에 %(account)s 계좌로 입금될 예정입니다."),
        "unknown": gettext("%(won)s: 은행이 이체 결과를 확인하고 있습니다. 결과가 나오면 알려 드리겠습니다."),
        "paid": gettext("%(won)s: %(day)s에 %(account)s 계좌로 입금되었습니다."),
        "returned": gettext(
            "%(won)s: %(account)s 계좌로 보냈으나 은행이 돌려보냈습니다. %(reason)s 다른 계좌를 알려 주시면 다시 보내 "
            "드립니다."
        ),
    }
    waiting = gettext("%(won)s: 지급을 준비하고 있습니다. 지급 날짜가 정해지면 알려 드리고 여기에도 적어 두겠습니다.")
    said = sentences.get(payout.state, waiting) % _payout_values(payout)
    if payout.top_up is None:
        return said
    why = payout.top_up.top_up.get_reason_code_display()
    return gettext("추가 지급(%(why)s) %(said)s") % {"why": why, "said": said}


def _top_up_event(text: Any) -> Callable[[dict[str, Any]], str]:
    def sentence(values: dict[str, Any]) -> str:
        row = values["top_up"]
        return str(text) % {"won": won(row.amount_won), "why": row.top_up.get_reason_code_display()}

    return sentence


def _payout_event(text: Any) -> Callable[[dict[str, Any]], str]:
    return lambda values: str(text) % _payout_values(values["payout"])


SENTENCES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "received": _received,
    "received_again": lambda _values: gettext("접수 내용이 고쳐져 피해액을 다시 산정합니다."),
    "determined": _determined,
    "awaiting_council": lambda _values: gettext("피해액을 산정했고, 협의체 심사로 넘어갔습니다."),
    "withdrawn": _withdrawn,
    "asked": _asked,
    "answered": lambda _values: gettext("답변을 보냈습니다."),
    "question_cancelled": lambda _values: gettext("심사 담당의 요청이 취소되었습니다. 답변하지 않으셔도 됩니다."),
    "objection_filed": lambda _values: gettext("이의신청을 냈습니다."),
    "objection_withdrawn": lambda _values: gettext("이의신청을 철회했습니다."),
    "confirmation_filed": lambda _values: gettext("확인 요청을 냈습니다."),
    "objection_decided": lambda values: objection_result(values["determination"], page_language()),
    "decision_undone": lambda _values: gettext("협의체의 결정이 취소되어 다시 심사합니다."),
    "confirmation_withdrawn": lambda _values: gettext("확인 요청을 철회했습니다."),
    "papers": _papers,
    "paper_infected": lambda _values: gettext("악성코드가 발견되어 받지 않은 파일이 있습니다."),
    "account_changed": _account_changed,
    "payout_released": _payout_event(_("지원금 %(won)s의 이체를 은행에 요청했습니다.")),
    "payout_paid": _payout_event(_("지원금 %(won)s이 %(account)s 계좌로 입금되었습니다.")),
    "payout_returned": _payout_event(_("은행이 지원금 %(won)s을 돌려보냈습니다. %(reason)s")),
    "topped_up": _top_up_event(_("결정된 지원금과 별도로 %(won)s을 추가로 지급하기로 했습니다: %(why)s.")),
    "top_up_withdrawn": _top_up_event(_("추가로 지급하기로 했던 %(won)s은 지급하지 않기로 했습니다.")),
    "message_waiting": _message(_("안내를 보내려고 기다리고 있습니다(%(channel)s): %(title)s.")),
    "message_sending": _message(_("안내를 보내고 있습니다(%(channel)s): %(title)s.")),
    "message_sent": _message(_("안내를 보냈습니다(%(channel)s): %(title)s.")),
    "message_failed": _message(_("안내를 보내지 못했습니다(%(channel)s): %(title)s.")),
}

STEPS = {
    "received": _("접수"),
    "assessed": _("산정"),
    "council": _("협의체"),
    "determined": _("결정"),
    "paid": _("지급"),
    "withdrawn": _("철회"),
}


@register.filter
def step_name(code: str) -> str:
    """A step of a claim's road, in a word."""
    return str(STEPS[code])


@register.filter
def standing_tone(claim: Claim) -> str:
    """The ground of the block that says where a claim stands."""
    if claim.state == "determined":
        return "paid" if claim.determination and claim.determination.amount_won else "none"
    return {"awaiting_council": "council", "received": "waiting"}.get(claim.state, "none")


@register.filter
def reason_sentence(reason: Reason) -> str:
    """Why something is not possible, in the language of the page."""
    return told(reason)


@register.filter
def short_day(moment: datetime) -> str:
    """A day in as few letters as there are: 1월 31일, 31 Jan."""
    return date_format(localtime(moment), "n월 j일" if in_korean() else "j M")
