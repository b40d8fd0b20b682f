"""Is my claim already here? The association filed thousands; whoever proves the registered phone is told of theirs.

Two steps: business number and phone, then the code that was sent there. What is told depends on the proven phone only,
and the first step answers the same for every business, so that nobody learns who has filed.
"""

import time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from claims.selectors.public import claims_on_record, open_programmes
from claims.views.public.programmes import intake
from claims.views.public.throttle import LookUpThrottled, count_look_up
from compensation.runtime.encryption import blind_index
from compensation.runtime.forms import PageForm, ParsedField, all_problems
from compensation.runtime.middleware import client_address
from compensation.values.business_numbers import parse_business_number
from compensation.values.contacts import parse_mobile
from users.services.sign_in_codes import CodeThrottled, send_code, verify_code

PURPOSE = "check_claim"
PROVEN = "check_claim_proven"  # in the session: what was proven, as a digest, and when
PROVEN_SECONDS = 600  # how long the answers can be looked at: after a double click or a reload, for a second business


class AskForm(PageForm):
    """Whose claim, and the phone that is registered for it."""

    business_number = ParsedField(
        label=_("사업자등록번호"),
        help_text=_("숫자 10자리입니다. 예: 123-45-67891"),
        parse=parse_business_number,
        missing=_("사업자등록번호를 적어 주세요."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    phone = ParsedField(
        label=_("접수할 때 적은 휴대전화 번호"),
        help_text=_("이 번호로 인증번호를 보냅니다. 예: 010-1234-5678"),
        parse=parse_mobile,
        missing=_("휴대전화 번호를 적어 주세요."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )


class CodeForm(PageForm):
    """The code that arrived by message."""

    code = forms.CharField(
        label=_("인증번호"),
        help_text=_("받은 메시지에 있는 숫자 6자리입니다."),
        error_messages={"required": _("받은 인증번호 6자리를 적어 주세요.")},
        max_length=64,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input--code", "autofocus": True}
        ),
    )


@cache_control(no_store=True)  # on a shared computer, the next person's back button finds nothing
@require_http_methods(["GET", "HEAD", "POST"])
def check_claim(request: HttpRequest) -> HttpResponse:
    """The step follows from the button: `code`, `back` or the first. What was typed stands in no address."""
    if request.method != "POST":
        return _page(request, {"form": AskForm()})
    step, form = request.POST.get("step"), AskForm(request.POST)
    if step == "back":
        return _page(request, {"form": AskForm(initial=request.POST.dict())})
    try:
        count_look_up(request=request, name="claim")
    except LookUpThrottled as throttled:
        return _page(request, {"form": form, "throttled": throttled}, status=throttled.status)
    if not form.is_valid():
        return _page(request, {"form": form, "problems": all_problems([form])}, status=400)
    if _is_proven(request, form.cleaned_data["phone"]):
        return _answer(request, form)
    return _check_code(request, form) if step == "code" else _send_code(request, form)


def _send_code(request: HttpRequest, form: AskForm) -> HttpResponse:
    content = {"form": form, "phone": form.cleaned_data["phone"], "code_form": CodeForm(), "sent": True}
    try:
        send_code(contact=content["phone"], purpose=PURPOSE, at=timezone.now(), address=client_address(request))
    except CodeThrottled as throttled:
        until = date_format(timezone.localtime(throttled.retry_at), "H:i:s")
        wait = gettext("인증번호는 %(until)s 이후에 다시 받을 수 있습니다.") % {"until": until}
        return _page(request, content | {"wait_until": wait}, status=429)
    request.session.setdefault(PROVEN, {})  # begun here, so that a double click finds what the first proved
    return _page(request, content)


def _check_code(request: HttpRequest, form: AskForm) -> HttpResponse:
    phone, code_form = form.cleaned_data["phone"], CodeForm(request.POST)
    if code_form.is_valid() and not verify_code(
        contact=phone, code=code_form.cleaned_data["code"], purpose=PURPOSE, at=timezone.now()
    ):
        code_form.add_error("code", _("인증번호가 맞지 않거나 시간이 지났습니다. 다시 확인하거나 새로 받아 주세요."))
    if code_form.errors:
        content = {"form": form, "phone": phone, "code_form": code_form, "problems": all_problems([code_form])}
        return _page(request, content, status=400)
    request.session[PROVEN] = {_digest(phone): int(time.time())}
    return _answer(request, form)


def _answer(request: HttpRequest, form: AskForm) -> HttpResponse:
    programmes = [intake(programme, timezone.now()) for programme in open_programmes()]
    content = {
        "answered": True,
        "claims": claims_on_record(**form.cleaned_data),
        "open_intakes": [entry for entry in programmes if entry["is_open"]],
    }
    return _page(request, content)


def _page(request: HttpRequest, content: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "public/check_claim.html", content, status=status)


def _is_proven(request: HttpRequest, phone: str) -> bool:
    since = request.session.get(PROVEN, {}).get(_digest(phone), 0)
    return bool(time.time() - since < PROVEN_SECONDS)


def _digest(phone: str) -> str:
    return blind_index(phone, context=PURPOSE)
