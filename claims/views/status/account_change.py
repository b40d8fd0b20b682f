"""The contact that was on record says whether the change of the account is its owner's: by a code that goes there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from claims.services.account_change import CONFIRM, answer_change, send_code_for_change
from claims.views.status.account import account_page
from claims.views.status.own import own_claim
from compensation.runtime.forms import Problem, told
from compensation.runtime.middleware import client_address
from compensation.values.refused import ValueRefused
from users.services.sign_in_codes import CodeThrottled
from users.views.code_sending import told_when

TOO_OFTEN = 429
FIELDS = {"account_code_wrong": "code", "account_answer_missing": "confirm"}


@require_POST
@never_cache
@login_required
def my_account_code(request: HttpRequest, reference: str) -> HttpResponse:
    """Sends a code to the contact that was on record before the change."""
    claim = own_claim(request, reference)
    try:
        send_code_for_change(claim=claim, address=client_address(request), at=timezone.now())
    except CodeThrottled as throttled:
        if not throttled.is_on_its_way:
            return account_page(request, claim, [Problem("content", told_when(throttled))], status=TOO_OFTEN)
    except ValueRefused as refused:
        return account_page(request, claim, [Problem("content", told(refused))])
    messages.success(request, gettext("인증번호를 보냈습니다."))
    return redirect(f"{reverse('my-account', args=[claim.reference])}?code=sent")


@sensitive_post_parameters("code")
@require_POST
@never_cache
@login_required
def my_account_answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Yes, I changed it; or no, it was not me: then the account from before counts again."""
    claim = own_claim(request, reference)
    answer = request.POST.get("answer", "")
    try:
        account = answer_change(
            claim=claim, code=request.POST.get("code", ""), answer=answer, actor=request.user, at=timezone.now()
        )
    except ValueRefused as refused:
        return account_page(request, claim, [Problem(FIELDS.get(refused.code, "content"), told(refused))])
    if answer == CONFIRM:
        messages.success(request, gettext("확인해 주셔서 감사합니다. 담당자가 승인하면 이 계좌로 지급합니다."))
        return redirect("my-claim", claim.reference)
    messages.success(request, gettext("그 계좌로는 지급하지 않습니다. 담당자에게도 알렸습니다."))
    return redirect("my-claim" if account else "my-account", claim.reference)
