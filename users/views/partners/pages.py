"""The partners of a programme: who they are, the tokens of their programs, their limits, and what they did by day."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from compensation import limits
from compensation.programmes.access import may, open_programme, staff_page
from compensation.runtime.forms import REFUSED, PageForm, told
from users.models import Partner, PartnerToken
from users.models.coupons import new_reference
from users.selectors.partners import days_of, partners_of, tokens_of
from users.services.partners import (
    PartnerNumberRefused,
    PartnerTokenMadeAlready,
    change_rate,
    issue_partner_token,
    register_partner,
    revoke_partner_token,
)
from users.views.partners.access import MANAGE, VIEW, open_partner
from users.views.partners.forms import SCOPE_NAMES, PartnerForm, RateForm, TokenForm

_REFERENCE = re.compile(rf"[0-9A-Z-]{{{limits.REFERENCE_LENGTH}}}")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def partners(request: HttpRequest, code: str) -> HttpResponse:
    """The list; sent with the form it registers another one."""
    programme = open_programme(request, code, permission=MANAGE if request.method == "POST" else VIEW)
    form = PartnerForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method == "POST" and form.is_valid():
        made = register_partner(programme=programme, actor=request.user, at=request.received_at, **form.cleaned_data)
        messages.success(request, gettext("제휴사를 등록했습니다. 이제 토큰을 만들어 주세요."))
        return redirect("partner", code, made.code)
    content = {
        "programme": programme,
        "rows": partners_of(programme=programme, at=request.received_at),
        "may_manage": may(request, MANAGE, programme),
        "form": form,
        "problems": list(form.problems()),
    }
    return render(request, "ops/partners/partners.html", content, status=REFUSED if form.errors else 200)


@staff_page
@require_http_methods(["GET", "HEAD"])
def partner(request: HttpRequest, code: str, partner_code: str) -> HttpResponse:
    """One partner."""
    found = open_partner(request, code, partner_code)
    return _page(request, found, token_form=TokenForm(), rate_form=_rate_form(found))


@staff_page
@require_POST
def partner_token(request: HttpRequest, code: str, partner_code: str) -> HttpResponse:
    """Makes a token and shows it, once: it is on this page and nowhere else. Sent twice, the form makes one token."""
    found, form = open_partner(request, code, partner_code, permission=MANAGE), TokenForm(request.POST)
    if form.is_valid():
        typed, drawn = form.cleaned_data, request.POST.get("reference", "")
        try:
            token, row = issue_partner_token(
                partner=found,
                label=typed["label"],
                scopes=typed["scopes"],
                days=typed["days"],
                reference=drawn if _REFERENCE.fullmatch(drawn) else "",
                actor=request.user,
                at=request.received_at,
            )
        except PartnerNumberRefused as refused:
            form.add_error("days", told(refused))
        except PartnerTokenMadeAlready:
            messages.info(request, gettext("이미 만든 토큰입니다. 적어 두지 못하셨으면 지우고 새로 만들어 주세요."))
            return redirect("partner", code, partner_code)
        else:
            content = {"programme": found.programme, "partner": found, "token": token, "row": row}
            return render(request, "ops/partners/token_made.html", content, status=201)
    return _page(request, found, token_form=form, rate_form=_rate_form(found))


@staff_page
@require_POST
def partner_token_end(request: HttpRequest, code: str, partner_code: str, reference: str) -> HttpResponse:
    """The program that uses it gets in no more."""
    found = open_partner(request, code, partner_code, permission=MANAGE)
    try:
        revoke_partner_token(programme=found.programme, reference=reference, actor=request.user, at=request.received_at)
    except PartnerToken.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, gettext("토큰을 지웠습니다. 이제 그 토큰으로는 들어올 수 없습니다."))
    return redirect("partner", code, partner_code)


@staff_page
@require_POST
def partner_rate(request: HttpRequest, code: str, partner_code: str) -> HttpResponse:
    """How often its programs may ask."""
    found, form = open_partner(request, code, partner_code, permission=MANAGE), RateForm(request.POST)
    if form.is_valid():
        try:
            change_rate(partner=found, requests_per_second=form.cleaned_data["requests_per_second"], actor=request.user)
        except PartnerNumberRefused as refused:
            form.add_error("requests_per_second", told(refused))
        else:
            messages.success(request, gettext("요청 한도를 바꾸었습니다."))
            return redirect("partner", code, partner_code)
    return _page(request, found, token_form=TokenForm(), rate_form=form)


def _rate_form(found: Partner) -> RateForm:
    return RateForm(initial={"requests_per_second": found.requests_per_second})


def _page(request: HttpRequest, found: Partner, *, token_form: PageForm, rate_form: PageForm) -> HttpResponse:
    at = request.received_at
    problems = [*token_form.problems(), *rate_form.problems()]
    content: dict[str, Any] = {
        "programme": found.programme,
        "partner": found,
        "tokens": [_shown(token, at) for token in tokens_of(partner=found)],
        "days": days_of(partner=found, at=at),
        "usual_rate": limits.PARTNER_REQUESTS_PER_SECOND_MAX,
        "guesses": limits.WRONG_CODES_PER_PARTNER_MAX,
        "guesses_of_shopper": limits.WRONG_CODES_PER_SHOPPER_MAX,
        "may_manage": may(request, MANAGE, found.programme),
        "token_form": token_form,
        "rate_form": rate_form,
        "reference": new_reference(),
        "problems": problems,
    }
    return render(request, "ops/partners/partner.html", content, status=REFUSED if problems else 200)


def _shown(token: PartnerToken, at: Any) -> dict[str, Any]:
    names = [SCOPE_NAMES[scope] for scope in SCOPE_NAMES if scope in token.scopes]
    return {"row": token, "scopes": names, "is_live": token.revoked_at is None and token.expires_at > at}
