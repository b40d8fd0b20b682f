"""Changing the bank account that a payout goes to."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from claims.models import Claim
from claims.services.account_change import AccountChangeRefused, change_account
from claims.views.status.own import REFUSED, own_claim
from compensation.policy.transitions import ClaimState
from compensation.runtime.forms import Problem, told
from compensation.runtime.masking import masked_email, masked_phone
from compensation.runtime.templatetags.wording import local_name
from compensation.values.bank_accounts import BANKS, check_account_length, parse_account_number, parse_bank
from compensation.values.names import parse_name
from compensation.values.refused import ValueRefused
from merchants.selectors.accounts import awaits_confirmation
from merchants.services.bank_accounts import BankAccountDetails

PARSERS: dict[str, Callable[[object], Any]] = {"bank": parse_bank, "number": parse_account_number, "holder": parse_name}


@sensitive_post_parameters("number", "holder")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def my_account(request: HttpRequest, reference: str) -> HttpResponse:
    """The account on record, masked, and a form for another one."""
    claim = own_claim(request, reference)
    if request.method != "POST":
        return account_page(request, claim)
    values, problems = _parsed(request)
    if problems:
        return account_page(request, claim, problems)
    account = BankAccountDetails(values["bank"].code, values["number"], values["holder"])
    try:
        changed = change_account(claim=claim, account=account, actor=request.user, at=timezone.now())
    except AccountChangeRefused as refused:
        return account_page(request, claim, [Problem("content", told(refused))])
    if awaits_confirmation(changed):
        messages.success(
            request, gettext("받을 계좌를 바꾸었습니다. 등록된 연락처로 확인해 주시면 이 계좌로 지급합니다.")
        )
        return redirect("my-account", claim.reference)
    messages.success(request, gettext("받을 계좌를 바꾸었습니다. 등록된 연락처로도 알려 드립니다."))
    return redirect("my-claim", claim.reference)


def _parsed(request: HttpRequest) -> tuple[dict[str, Any], list[Problem]]:
    values, problems = {}, []
    for name, parse in PARSERS.items():
        try:
            values[name] = parse(request.POST.get(name, ""))
        except ValueRefused as refused:
            problems.append(Problem(name, told(refused)))
    if not problems:
        try:
            check_account_length(bank=values["bank"], number=values["number"])
        except ValueRefused as refused:
            problems.append(Problem("number", told(refused)))
    return values, problems


def _masked(contact: str) -> str:
    return masked_email(contact) if "@" in contact else masked_phone(contact)


def account_page(
    request: HttpRequest, claim: Claim, problems: list[Problem] | None = None, *, status: int = REFUSED
) -> HttpResponse:
    """The page, with what is wrong beside each field; `status` is answered where something is."""
    problems = problems or []
    account = next(iter(claim.merchant.bank_accounts.all()), None)
    merchant = claim.merchant
    content = {
        "claim": claim,
        "account": account,
        "can_change": claim.state != ClaimState.WITHDRAWN,
        "banks": sorted({bank.code: bank for bank in BANKS.values()}.values(), key=local_name),
        "typed": {name: request.POST.get(name, "") for name in PARSERS},
        "wrong": {problem.target: problem.message for problem in problems},
        "problems": problems,
        "told_at": masked_phone(merchant.phone) if merchant.phone else masked_email(merchant.email),
        "awaits_confirmation": awaits_confirmation(account),
        "asked_at": _masked(account.confirm_to) if account else "",
        "code_sent": request.GET.get("code") == "sent" or "code" in request.POST,
    }
    return render(request, "merchant/account.html", content, status=status if problems else 200)
