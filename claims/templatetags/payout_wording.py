"""How payouts and batches are told on pages, in the language of the page."""

from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import BatchEvent, TopUp
from claims.selectors.bank_returns import return_reason
from claims.selectors.payouts import KEPT_BACK_BECAUSE
from compensation.policy.transitions import PAYOUT, PAYOUT_BATCH
from compensation.runtime.forms import told
from compensation.runtime.templatetags.wording import count, in_korean, page_language, won

register = template.Library()

PAYOUT_TONES = {"paid": "good", "returned": "attention", "unknown": "attention", "cancelled": "plain"}
BATCH_TONES = {"closed": "good", "cancelled": "plain", "frozen": "attention"}
# Why a batch's payout must not be paid any more, besides the reasons for which it would not have been put in.
DETERMINED_ANEW = ("그사이 결정이 바뀌었습니다.", "The determination has changed.")
TOP_UP_STATES = {"proposed": _("승인 대기"), "approved": _("승인"), "dropped": _("제안을 거둠")}


@register.filter
def payout_state(state: str) -> str:
    return PAYOUT.name(state, page_language())


@register.filter
def payout_tone(state: str) -> str:
    return PAYOUT_TONES.get(state, "waiting")


@register.filter
def batch_state(state: str) -> str:
    return PAYOUT_BATCH.name(state, page_language())


@register.filter
def batch_tone(state: str) -> str:
    return BATCH_TONES.get(state, "waiting")


@register.filter
def kept_back_because(code: str) -> str:
    """The sentence of a reason for which a payout is kept back."""
    korean, english = KEPT_BACK_BECAUSE.get(code, DETERMINED_ANEW)
    return korean if in_korean() else english


@register.filter
def top_up_state(top_up: TopUp) -> str:
    """Whether it was proposed, approved or dropped, in words."""
    return str(TOP_UP_STATES[top_up.state])


@register.filter
def top_up_tone(top_up: TopUp) -> str:
    return {"approved": "good", "dropped": "plain"}.get(top_up.state, "attention")


@register.filter
def top_up_standing(code: str) -> str:
    """Where a claim's sum of a top-up is: the state of its payout, or why there is none."""
    own = {"waiting": gettext("결정을 기다림"), "withdrawn": gettext("거둠")}
    return own[code] if code in own else payout_state(code)


@register.filter
def return_reason_text(code: str) -> str:
    """Why the bank sent a payout back."""
    return return_reason(code=code).text(page_language())


@register.filter
def in_own_language(thing: Any) -> str:
    """The sentence of something that has `message_ko` and `message_en`."""
    return str(told(thing))


@register.filter
def batch_event(event: BatchEvent) -> str:
    """What happened to a batch, in a sentence. An event that this version does not know is told by its kind."""
    figures = event.figures
    number, sum_won = count(figures.get("payouts", figures.get("wanted", 0))), won(figures.get("won", 0))
    sentences = {
        "made": gettext("묶음을 만들었습니다. 최대 %(number)s건"),
        "filled": gettext("지급 건을 담았습니다. %(number)s건"),
        "frozen": gettext("목록을 확정했습니다. %(number)s건, %(won)s"),
        "thawed": gettext("확정을 풀었습니다."),
        "taken_out": gettext("%(number)s건을 뺐습니다."),
        "approved": gettext("승인했습니다."),
        "released": gettext("집행했습니다. %(number)s건, %(won)s"),
        "files_made": gettext("은행 파일을 모두 만들었습니다."),
        "file_downloaded": gettext("은행 파일을 내려받았습니다."),
        "result_read": gettext("은행 결과를 읽었습니다."),
        "result_refused": gettext("은행 결과 파일을 받지 않았습니다."),
        "closed": gettext("모든 결과가 나와 마감했습니다."),
        "cancelled": gettext("묶음을 취소했습니다."),
    }
    return sentences.get(event.kind, event.kind) % {"number": number, "won": sum_won}
