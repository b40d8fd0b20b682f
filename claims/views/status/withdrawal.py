"""Withdrawing a claim: what that means, the reason, and one more click."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from claims.services.withdrawal import OPEN_STATES, REASONS, WithdrawalRefused, withdraw
from claims.views.status.own import REFUSED, own_claim
from compensation.runtime.forms import Problem, told


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def my_withdrawal(request: HttpRequest, reference: str) -> HttpResponse:
    claim, problems = own_claim(request, reference), []
    if request.method == "POST":
        chosen = request.POST.get("reason", "")
        try:
            withdraw(claim=claim, reason=chosen, actor=request.user, at=timezone.now())
        except WithdrawalRefused as refused:
            problems = [Problem("reason", told(refused))]
            claim.refresh_from_db(fields=["state"])
        else:
            messages.success(request, gettext("접수를 철회했습니다."))
            return redirect("my-claim", claim.reference)
    content = {
        "claim": claim,
        "can_withdraw": claim.state in OPEN_STATES,
        "reasons": REASONS,
        "chosen": request.POST.get("reason", ""),
        "problems": problems,
        "now": timezone.now(),
    }
    return render(request, "merchant/withdraw.html", content, status=REFUSED if problems else 200)
