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
from claims.views.status.own import REFUSED, Problem, own_claim, told
from compensation.policy.transitions import ClaimState
from compensation.runtime.masking import masked_email, masked_phone
from compensation.values.bank_accounts import BANKS, parse_account_number, parse_bank
from compensation.values.names import parse_name
from compensation.values.refused import ValueRefused
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
        return _page(request, claim)
    values, problems = _parsed(request)
    if problems:
        return _page(request, claim, problems)
    account = BankAccountDetails(values["bank"].code, values["number"], values["holder"])
    try:
        change_account(claim=claim, account=account, actor=request.user, at=timezone.now())
    except AccountChangeRefused as refused:
        return _page(request, claim, [Problem("content", told(refused))])
    messages.success(request, gettext("받을 계좌를 바꾸었습니다. 등록된 연락처로도 알려 드립니다."))
    return redirect("my-claim", claim.reference)


def _parsed(request: HttpRequest) -> tuple[dict[str, Any], list[Problem]]:
    values, problems = {}, []
    for name, parse in PARSERS.items():
        try:
            values[name] = parse(request.POST.get(name, ""))
        except ValueRefused as refused:
            problems.append(Problem(name, told(refused)))
    return values, problems


def _page(request: HttpRequest, claim: Claim, problems: list[Problem] | None = None) -> HttpResponse:
    problems = problems or []
    account = next(iter(claim.merchant.bank_accounts.all()), None)
    merchant = claim.merchant
    content = {
        "claim": claim,
        "account": account,
        "bank": BANKS.get(account.bank_code) if account else None,
        "can_change": claim.state != ClaimState.WITHDRAWN,
        "banks": sorted({bank.code: bank for bank in BANKS.values()}.values(), key=lambda bank: bank.name),
        "typed": {name: request.POST.get(name, "") for name in PARSERS},
        "wrong": {problem.target: problem.message for problem in problems},
        "problems": problems,
        "told_at": masked_phone(merchant.phone) if merchant.phone else masked_email(merchant.email),
    }
    return render(request, "merchant/account.html", content, status=REFUSED if problems else 200)
