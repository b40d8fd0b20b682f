"""What would I get? The policy's own working, without an account, of facts that nobody keeps."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from claims.services.intake_rules import load_intake_rules
from claims.views.public.estimate_forms import LossForm, MarginForm
from claims.views.public.programmes import WEB, find_public_programme, intake, of_the_only_programme
from compensation import limits
from compensation.policy.assessment import ClaimAssessment, ClaimFacts, assess_claim
from compensation.policy.document import Policy
from compensation.policy.evidence import missing_documents
from compensation.policy.factors import Loss
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import all_problems, number_sent
from compensation.runtime.templatetags.wording import page_language

METHODS = ["GET", "HEAD", "POST"]


@csrf_exempt  # nothing is changed by it, and a page that was open for a day must not lose what was typed
@require_http_methods(METHODS)
def estimate(request: HttpRequest) -> HttpResponse:
    """The estimate of the only open programme, or the list of them."""
    return of_the_only_programme(request, _show, name="programme-estimate")


@csrf_exempt
@require_http_methods(METHODS)
def programme_estimate(request: HttpRequest, code: str) -> HttpResponse:
    return _show(request, find_public_programme(code))


def _show(request: HttpRequest, programme: Programme) -> HttpResponse:
    """An empty form; one line more or less; or the result, above the form that it comes from."""
    policy = current_policy(programme=programme).policy
    rules = load_intake_rules(programme=programme, channel=WEB)
    typed, change = request.POST, request.POST.get("change", "")
    count = _count_of(typed)
    content: dict[str, Any] = {"can_add": count < limits.LOSSES_PER_CLAIM_MAX}
    if request.method != "POST":
        losses, margin = [LossForm(number=1, rules=rules, policy=policy)], MarginForm(policy=policy)
    elif change:
        losses = _changed(typed, change, count, {"rules": rules, "policy": policy})
        margin = MarginForm(policy=policy, initial=typed.dict())
        content["can_add"] = len(losses) < limits.LOSSES_PER_CLAIM_MAX
    else:
        losses = [LossForm(typed, number=number, rules=rules, policy=policy) for number in range(1, count + 1)]
        margin = MarginForm(typed, policy=policy)
        content |= _result(losses, margin, policy)
    status = 400 if content.get("problems") else 200
    content |= {"losses": losses, "margin": margin, "policy": policy} | intake(programme, timezone.now())
    return render(request, "public/estimate.html", content, status=status)


def _count_of(typed: Mapping[str, str]) -> int:
    """How many losses the page had; nonsense counts as one."""
    return min(max(number_sent(typed.get("losses", ""), digits_max=3, otherwise=1), 1), limits.LOSSES_PER_CLAIM_MAX)


def _changed(typed: Any, change: str, count: int, options: Mapping[str, Any]) -> list[LossForm]:
    """The losses as typed with one more at the end ('add'), or without one ('remove-2'); nothing is judged yet."""
    kept = [number for number in range(1, count + 1) if change != f"remove-{number}" or count == 1]
    losses = [
        LossForm(number=place, initial=LossForm.typed_in(typed, number), **options)
        for place, number in enumerate(kept, start=1)
    ]
    if change == "add" and count < limits.LOSSES_PER_CLAIM_MAX:
        losses.append(LossForm(number=count + 1, focus=True, **options))
    return losses


def _result(losses: Sequence[LossForm], margin: MarginForm, policy: Policy) -> dict[str, Any]:
    """The problems, or the estimate with its working."""
    if problems := all_problems([*losses, margin]):
        return {"problems": problems}
    facts = ClaimFacts(
        losses=tuple(
            Loss(form.cleaned_data["service"], form.cleaned_data["lost_sales"], form.cleaned_data["alternative"])
            for form in losses
        ),
        reported_margin_bp=margin.cleaned_data["margin"],
        industry_code=margin.cleaned_data["industry"],
    )
    if sum(loss.lost_sales_won for loss in facts.losses) > limits.LOST_SALES_WON_MAX:
        most = f"{limits.LOST_SALES_WON_MAX:,}"
        losses[-1].add_error("lost_sales", _("매출 손실액은 모두 더해 %(most)s원 이하여야 합니다.") % {"most": most})
        return {"problems": all_problems(losses)}
    return _shown(assess_claim(facts=facts, policy=policy), policy)


def _shown(assessment: ClaimAssessment, policy: Policy) -> dict[str, Any]:
    language = page_language()
    return {
        "assessment": assessment,
        "tier": next(tier for tier in policy.tiers if tier.code == assessment.tier_code),
        "working": [step.sentence(language) for step in assessment.steps],
        "documents": missing_documents(policy=policy, present=()),
    }
