"""How bank accounts and what is known of them are said on pages of staff and of the merchant."""

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation.policy.holder_names import Comparison
from compensation.policy.transitions import ACCOUNT
from compensation.runtime.templatetags.wording import page_language
from merchants.models import AccountDecision, AccountInquiry, BankAccount
from merchants.selectors.accounts import awaits_confirmation, compared

register = template.Library()

LISTS = {
    "to_check": _("예금주를 볼 계좌"),
    "to_approve": _("변경을 승인할 계좌"),
    "to_confirm": _("본인 확인을 기다리는 변경"),
    "waiting": _("조회를 기다리는 계좌"),
    "refused": _("쓸 수 없는 계좌"),
    "denied": _("본인이 부인한 변경"),
}
EMPTY = {
    "to_check": _("볼 계좌가 없습니다"),
    "to_approve": _("승인할 변경이 없습니다"),
    "to_confirm": _("본인 확인을 기다리는 변경이 없습니다"),
    "waiting": _("조회를 기다리는 계좌가 없습니다"),
    "refused": _("쓸 수 없는 계좌가 없습니다"),
    "denied": _("본인이 부인한 변경이 없습니다"),
}
TONES = {"entered": "waiting", "to_check": "attention", "verified": "good", "refused": "plain"}
OUTCOME_TONES = {"matches": "good", "nearly": "attention", "differs": "attention", "no_account": "plain"}


@register.filter
def account_list(code: str) -> str:
    """The name of a list of accounts."""
    return str(LISTS[code])


@register.filter
def no_accounts(code: str) -> str:
    """What stands where a list of such accounts would be."""
    return str(EMPTY[code])


@register.filter
def account_standing(account: BankAccount) -> str:
    """Where an account stands, in a word or two; a change that is verified still waits for people."""
    if account.standing == "verified" and account.must_confirm and account.approved_by_id is None:
        return gettext("본인 확인 대기") if awaits_confirmation(account) else gettext("변경 승인 대기")
    return ACCOUNT.name(account.standing, page_language())


@register.filter
def account_tone(account: BankAccount) -> str:
    """The colour of the tag."""
    is_open_change = account.must_confirm and account.approved_by_id is None
    return "waiting" if account.standing == "verified" and is_open_change else TONES[account.standing]


@register.filter
def outcome_tone(inquiry: AccountInquiry) -> str:
    """The colour of what the bank said."""
    return OUTCOME_TONES.get(inquiry.outcome, "waiting")


@register.filter
def why(inquiry: AccountInquiry) -> str:
    """In words what is alike and what is not; '' where the bank named nobody."""
    comparison: Comparison | None = compared(account=inquiry.account, inquiry=inquiry)
    return comparison.reason(page_language()) if comparison else ""


@register.filter
def decision_name(decision: AccountDecision) -> str:
    """What was decided, in a few words."""
    return str(decision.get_kind_display())


@register.filter
def account_for_merchant(account: BankAccount) -> str:
    """To its merchant: what is with the account, in one sentence."""
    if account.standing == "refused":
        return gettext("이 계좌로는 지원금을 보낼 수 없습니다. 다른 계좌를 알려 주세요.")
    if awaits_confirmation(account):
        return gettext("결정 뒤에 바뀐 계좌입니다. 직접 바꾸셨는지 확인해 주셔야 지급합니다.")
    if account.standing != "verified":
        return gettext("은행에 예금주를 확인하고 있습니다. 확인되면 이 계좌로 지급합니다.")
    if account.must_confirm and account.approved_by_id is None:
        return gettext("확인해 주셔서 감사합니다. 담당자가 변경을 승인하면 이 계좌로 지급합니다.")
    return gettext("예금주가 확인된 계좌입니다. 이 계좌로 지급합니다.")
