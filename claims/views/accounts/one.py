"""The accounts of one merchant, from the first to the one that counts, and what staff decide about that one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from claims.models import Claim
from claims.selectors.accounts import account_history
from claims.selectors.claims import claim_of_programme
from claims.services.account_checks import decide_account
from claims.views.accounts.lists import VIEW
from compensation import limits
from compensation.programmes.access import may, note_access, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.forms import REFUSED, Problem, told
from compensation.values.refused import ValueRefused
from merchants.models import BankAccount, DecisionKind
from merchants.selectors.accounts import awaits_approval, awaits_confirmation, had_part, has_decided
from merchants.services.account_decisions import AccountDecisionRefused, kinds_by_hand

CHECK, REVEAL = "programmes.check_accounts", "reveal"
DONE = {
    DecisionKind.VERIFIED: _("계좌를 확인했습니다."),
    DecisionKind.REFUSED: _("쓰지 않을 계좌로 정하고 소상공인에게 알렸습니다."),
    DecisionKind.ASKED_AGAIN: _("은행에 다시 조회합니다."),
    DecisionKind.CALLED: _("전화로 본인이 확인했다고 적었습니다."),
    DecisionKind.APPROVED: _("계좌 변경을 승인했습니다."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@sensitive_variables("accounts")
def programme_account(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The holder as it was said and as the bank has it; the number masked, but for one view with a reason.

    Whoever opens it leaves an access record.
    """
    programme = open_programme(request, code, permission=CHECK if request.method == "POST" else VIEW)
    claim = claim_of_programme(programme=programme, reference=reference)
    accounts = account_history(merchant=claim.merchant) if claim else []
    if claim is None or not accounts:
        raise Http404
    if request.method != "POST":
        note_access(request, subject=f"claim {claim.reference}", task="account_viewed")
        return _page(request, programme, claim, accounts)
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    try:
        _refuse_stale(request, accounts)
        if action == REVEAL:
            return _revealed(request, programme, claim, accounts, reason)
        decide_account(account=accounts[0], kind=action, reason=reason, actor=request.user, at=timezone.now())
    except ValueRefused as refused:
        target = "reason" if refused.code in ("reason_missing", "text_too_long") else "content"
        return _page(request, programme, claim, accounts, problems=[Problem(target, told(refused))])
    messages.success(request, str(DONE[DecisionKind(action)]))
    return redirect("programme-account", code, reference)


def _refuse_stale(request: HttpRequest, accounts: list[BankAccount]) -> None:
    """The person decides about the account that the page showed. Raises AccountDecisionRefused."""
    if request.POST.get("seen") != str(len(accounts)):
        raise AccountDecisionRefused(
            "account_replaced",
            "그사이 다른 계좌가 등록되었습니다. 새 계좌를 확인해 주세요.",
            "Another account was named meanwhile. Please look at that one.",
        )


def _revealed(
    request: HttpRequest, programme: Programme, claim: Claim, accounts: list[BankAccount], text: str
) -> HttpResponse:
    """Raises AccountDecisionRefused without a reason."""
    reason = " ".join(text.split())[: limits.PAYOUT_REASON_LENGTH_MAX]
    if not reason:
        raise AccountDecisionRefused("reason_missing", "이유를 적어 주세요.", "Please write why.")
    note_access(request, subject=f"claim {claim.reference}", task="account_number_revealed", detail=reason)
    return _page(request, programme, claim, accounts, is_revealed=True)


def _page(
    request: HttpRequest,
    programme: Programme,
    claim: Claim,
    accounts: list[BankAccount],
    *,
    problems: list[Problem] | None = None,
    is_revealed: bool = False,
) -> HttpResponse:
    problems = problems or []
    may_check = may(request, CHECK, programme)
    content: dict[str, Any] = {
        "programme": programme,
        "claim": claim,
        "account": accounts[0],
        "accounts": accounts,
        "actions": _actions(request, accounts[0]) if may_check else [],
        "is_own": had_part(account=accounts[0], user=request.user),
        "may_check": may_check,
        "is_revealed": is_revealed,
        "problems": problems,
        "reason": "" if is_revealed else request.POST.get("reason", ""),
        "wrong_reason": next((problem.message for problem in problems if problem.target == "reason"), ""),
    }
    return render(request, "ops/accounts/one.html", content, status=REFUSED if problems else 200)


def _actions(request: HttpRequest, account: BankAccount) -> list[tuple[str, str]]:
    """What this person can do with the account now: kind and words."""
    if had_part(account=account, user=request.user):
        return []
    words = {
        DecisionKind.VERIFIED: gettext("이 계좌로 지급해도 됩니다"),
        DecisionKind.REFUSED: gettext("쓸 수 없습니다"),
        DecisionKind.ASKED_AGAIN: gettext("은행에 다시 조회"),
    }
    found = [(str(kind), words[kind]) for kind in kinds_by_hand(account)]
    if awaits_confirmation(account) and not account.confirm_to:
        found.append((str(DecisionKind.CALLED), gettext("전화로 본인이 확인함")))
    if awaits_approval(account) and not has_decided(account=account, user=request.user):
        found.insert(0, (str(DecisionKind.APPROVED), gettext("변경 승인")))
    return found
