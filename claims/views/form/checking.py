"""The last page of the form: everything that was written, what it would come to, the declaration, and sending it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim
from claims.selectors.claims import claims_of
from claims.selectors.drafts import live_claim_for
from claims.selectors.evidence_files import evidence_list
from claims.selectors.public import OPEN
from claims.services.drafts import facts_of, parse_saved
from claims.services.drafts.account import keeps_the_recorded
from claims.services.drafts.consents import asked_consents, declaration_of, given_consent
from claims.services.drafts.losses import typed_lines
from claims.services.drafts.steps import ACCOUNT, BUSINESS, CHECK, LOSSES, MARGIN, PERIODS
from claims.services.submission import (
    AlreadyFiled,
    DraftIncomplete,
    NotDeclared,
    NotYourDay,
    Origin,
    WindowClosed,
    submit_draft,
)
from claims.views.form.devices import device_name, remember_device
from claims.views.form.lines import caption_of
from claims.views.form.pages import consent_row
from claims.views.form.visits import Visit
from claims.views.form.wording import WORDS
from compensation.policy.assessment import assess_claim
from compensation.runtime.forms import Problem, told
from compensation.runtime.middleware import client_address
from compensation.runtime.templatetags.wording import page_language

REFUSED, CONFLICT = 422, 409


def check_page(visit: Visit) -> HttpResponse:
    """Shows everything; a POST sends it."""
    if visit.request.method != "POST":
        return _shown(visit)
    device = device_name(visit.request)
    try:
        claim = submit_draft(
            draft=visit.draft,
            declared=visit.request.POST.get("declared", ""),
            actor=visit.request.user,
            request_received_at=visit.request.received_at,
            at=timezone.now(),
            origin=Origin(client_address(visit.request), device),
        )
    except DraftIncomplete as incomplete:
        return _shown(visit, status=REFUSED, incomplete=incomplete.problems)
    except NotDeclared:
        return _shown(visit, status=REFUSED, not_declared=True)
    except WindowClosed:
        return _shown(visit, status=CONFLICT, too_late=True)
    except NotYourDay as other:
        content = {"visit": visit, "draft": visit.draft, "day": other.day, "programme": visit.draft.programme}
        return render(visit.request, "merchant/form/other_day.html", content, status=CONFLICT)
    except AlreadyFiled as filed:
        return _shown(visit, status=CONFLICT, already_filed=True, first=_address_of_first(visit, filed.claim))
    sent = redirect(visit.receipt_address(claim))
    return sent if visit.code else remember_device(sent, device)


def _shown(visit: Visit, *, status: int = 200, **content: Any) -> HttpResponse:
    incomplete = content.pop("incomplete", visit.open_problems)
    problems = [
        Problem(visit.address(step), f"{WORDS[step].name}: {told(problem)}")
        for step, found in incomplete.items()
        for problem in found
    ]
    declaration = declaration_of(visit.context.policy)
    shown = {
        "problems": problems,
        "is_refused": status != 200,
        "can_send": not problems and visit.intake.stage == OPEN,
        "declaration": consent_row(declaration, visit, "", "") if declaration else None,
        "existing": _existing(visit),
    }
    everything = visit.frame(CHECK) | _answers(visit) | _estimate(visit) | shown | content
    return render(visit.request, "merchant/form/check.html", everything, status=status)


def _answers(visit: Visit) -> dict[str, Any]:
    """Every answer in its normal form; None where it is missing or wrong."""
    context = visit.context
    business, lost, margin = (parse_saved(step, context).values for step in (BUSINESS, LOSSES, MARGIN))
    alternatives = parse_saved("alternative", context).values or {}
    account = parse_saved(ACCOUNT, context).values
    keeps = keeps_the_recorded(context.answers.typed(ACCOUNT), context)
    recorded = context.account_on_record if keeps else None
    industry = context.policy.industries.get(margin.industry_code) if margin else None
    lines = [
        caption_of(context, line)
        | {"lost_sales_won": (lost or {}).get(line["key"]), "has_alternative": alternatives.get(line["key"])}
        for line in typed_lines(context)
    ]
    return {
        "business": business.details if business else None,
        "lines": lines,
        "margin": margin,
        "industry": industry,
        "margin_bp": industry.margin_bp if industry else context.policy.general_margin_bp,
        "account": recorded or (account.named if account else None),
        "is_recorded": bool(recorded),
        "evidence": evidence_list(owner=visit.draft),
        "consents": _consents(visit),
        "addresses": {step: f"{visit.address(step)}?then=check" for step in visit.steps},
    }


def _consents(visit: Visit) -> list[dict[str, Any]]:
    typed, language = visit.context.answers.typed("consents"), page_language()
    return [
        {
            "title": consent.title(language),
            "is_given": bool(given_consent(consent, typed.get(consent.code), by_telephone=visit.draft.by_agent)),
        }
        for consent in asked_consents(visit.context.policy)
    ]


def _estimate(visit: Visit) -> dict[str, Any]:
    facts, policy = facts_of(visit.context), visit.context.policy
    if facts is None:
        return {"assessment": None}
    assessment = assess_claim(facts=facts, policy=policy)
    language = page_language()
    return {
        "assessment": assessment,
        "tier": next(tier for tier in policy.tiers if tier.code == assessment.tier_code),
        "working": [step.sentence(language) for step in assessment.steps],
    }


def _existing(visit: Visit) -> str:
    """The address of a claim that is there already for one of these services, so that nobody sends it in vain."""
    lines = parse_saved(PERIODS, visit.context).values
    business = visit.context.named_business
    if not lines or business is None or business.merchant is None or visit.intake.stage != OPEN:
        return ""
    services = sorted({line.service for line in lines})
    window = visit.intake.window
    first = live_claim_for(merchant=business.merchant, window=window, services=services) if window else None
    return _address_of_first(visit, first) if first else ""


def _address_of_first(visit: Visit, first: Claim | None) -> str:
    """Where the first claim can be seen, blank where it is not theirs to see."""
    if first is None:
        return ""
    if visit.code:
        return reverse("claim", args=[visit.code, first.reference])
    is_theirs = claims_of(user=visit.request.user).filter(pk=first.pk).exists()
    return reverse("my-claim", args=[first.reference]) if is_theirs else ""
