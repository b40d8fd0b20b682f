"""How accounts of the ledger, entries and what a search found are said on pages."""

from django import template
from django.utils.translation import gettext_lazy as _

from claims.models import OverpaymentChoice
from claims.selectors.money_plots import Stretch
from compensation.ledger.models import Account

register = template.Library()

ENTRIES = {
    "determination": _("결정한 지원금을 예산에서 따로 둠"),
    "determination_superseded": _("결정이 바뀌어 예산으로 되돌림"),
    "payout_released": _("은행에 이체를 요청함"),
    "payout_paid": _("은행이 이체를 마침"),
    "payout_returned": _("은행이 반려함"),
    "payout_again": _("반려된 돈을 다시 지급할 돈으로 옮김"),
    "payout_not_owed": _("반려된 돈 가운데 더 지급할 것이 아닌 돈을 되돌림"),
    "top_up": _("추가로 지급할 돈을 예산에서 따로 둠"),
    "top_up_withdrawn": _("추가 지급을 거두어 예산으로 되돌림"),
    "overpayment_waived": _("초과 지급액을 회수하지 않기로 함"),
    "overpayment_repaid": _("초과 지급액을 돌려받음"),
    "overpayment_waiver_ended": _("결정이 바뀌어 회수하지 않기로 한 것을 되돌림"),
    "channel_cash": _("채널 캐시를 지급함"),
    "channel_cash_used": _("채널 캐시를 사용함"),
    "channel_cash_expired": _("채널 캐시가 소멸되어 예산으로 돌아감"),
}
FOUND_BY = {
    "reference": _("번호"),
    "bank_row": _("은행 파일의 행"),
    "business_number": _("사업자등록번호"),
    "account": _("계좌번호"),
    "amount": _("금액"),
    "name": _("이름"),
}
# The colours of the accounts in the plot: classes of static/css/money.css.
SERIES = {
    Account.PAYOUTS_PAID: "paid",
    Account.PAYOUTS_RELEASED: "released",
    Account.PAYOUTS_RETURNED: "returned",
    Account.MERCHANT_PAYABLE: "payable",
}


@register.filter
def account_name(account: str) -> str:
    """An account of the ledger in words."""
    return str(Account(account).label)


@register.filter
def account_series(account: str) -> str:
    return SERIES[Account(account)]


@register.filter
def entry_name(kind: str) -> str:
    """Why something was booked; the kind itself of one that is booked elsewhere."""
    return str(ENTRIES.get(kind, kind))


@register.filter
def found_by(how: str) -> str:
    """What of a claim was like what somebody looked for."""
    return str(FOUND_BY[how])


@register.filter
def overpayment_choice(choice: str) -> str:
    """What is, or was, to be done about a sum that was paid too much."""
    return str(OverpaymentChoice(choice).label)


@register.filter
def stretch_days(stretch: Stretch) -> str:
    """2023-01-05, or the first and the last of several days."""
    first, last = stretch.first.isoformat(), stretch.last.isoformat()
    return first if first == last else f"{first} – {last}"
