"""The door for everyone: a code to a phone or an e-mail address signs in, and the first time makes the account."""

import math
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from compensation.runtime.forms import focus_on_error
from compensation.runtime.middleware import client_address
from compensation.values.contacts import ContactValue, parse_contact
from users.services import sign_in as services
from users.services import sign_up
from users.services.sign_in_codes import VALID, WAIT, CodeThrottled
from users.views.code_sending import ask_for_contact, send, told_when
from users.views.coming_in import ACCOUNT, come_in, turned_away
from users.views.fields import CodeForm
from users.views.pending import CONTACT, KAKAO, SIGN_IN, Pending, begin, forget, recall, wanted_page

BACK = {SIGN_IN: "sign-in", KAKAO: "sign-in-kakao-contact", CONTACT: "account-contact"}  # to name another contact


@never_cache
@sensitive_post_parameters("contact")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Where the code is to go."""
    if request.htmx and request.method == "GET":  # a page that was polling when its session ended: let it load anew
        return HttpResponseClientRefresh()
    if request.user.is_authenticated:
        return redirect(wanted_page(request) or settings.LOGIN_REDIRECT_URL)
    way = begin(SIGN_IN, next_page=wanted_page(request))
    return ask_for_contact(request, way=way, template="public/sign_in.html")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The code that was sent. What happens then is what the browser was in the middle of."""
    way = _with_code(request)
    if way is None:
        return redirect(settings.LOGIN_REDIRECT_URL if request.user.is_authenticated else "sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _check(request, form, way)
        if status == 200:
            return _go_on(request, way)
    return render(request, "public/sign_in_code.html", _code_page(way, form), status=status)


@never_cache
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """A new code to the same contact."""
    way = _with_code(request)
    if way is None:
        return redirect("sign-in")
    try:
        if send(request, way, parse_contact(way.contact)):
            messages.success(request, _("인증번호를 새로 보냈습니다. 먼저 받은 번호는 더 이상 쓸 수 없습니다."))
    except CodeThrottled as throttled:
        messages.error(request, told_when(throttled))
    return redirect("sign-in-code")


@never_cache
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The part of the code page that tells how long to wait; htmx loads it again when the wait is over."""
    way = _with_code(request)
    if way is None:
        return HttpResponseClientRefresh()
    return render(request, "public/sign_in_again.html", _code_page(way, CodeForm()))


def _with_code(request: HttpRequest) -> Pending | None:
    """What the browser is in the middle of, where a code was sent; to add a contact one has to be signed in still."""
    way = recall(request)
    if way is None or not way.contact or request.user.is_authenticated != (way.purpose == CONTACT):
        return None
    return way


def _check(request: HttpRequest, form: CodeForm, way: Pending) -> int:
    """The status of the answer: 200 for the right code; else the form says what is wrong."""
    if not form.is_valid():
        return 422
    try:
        services.check_code(
            contact=way.contact,
            code=form.cleaned_data["code"],
            purpose=way.purpose,
            address=client_address(request),
            at=timezone.now(),
        )
    except services.SignInRefused:
        form.add_error("code", _("인증번호가 맞지 않거나 시간이 지났습니다. 다시 확인하거나 새로 받아 주세요."))
        return 422
    except services.SignInThrottled as throttled:
        form.add_error("code", _told_until(throttled.until + services.ROUNDING_UP))
        return 429
    return 200


def _go_on(request: HttpRequest, way: Pending) -> HttpResponse:
    """The contact is proven: add it to the account that is signed in, or sign in."""
    contact, now = parse_contact(way.contact), timezone.now()
    try:
        if way.purpose == CONTACT:
            return _contact_added(request, way, contact)
        if way.purpose == KAKAO:
            arrival = sign_up.arrive_by_kakao_first(uid=way.kakao_uid, contact=contact, at=now)
        else:
            arrival = sign_up.arrive_by_contact(contact=contact, at=now)
    except (sign_up.AccountClosed, sign_up.StaffSignsInByPassword, sign_up.KakaoTaken) as error:
        return turned_away(request, error)
    return come_in(request, arrival, way.next_page)


def _contact_added(request: HttpRequest, way: Pending, contact: ContactValue) -> HttpResponse:
    forget(request)
    try:
        sign_up.add_contact(user=request.user, contact=contact, at=timezone.now())
        messages.success(request, _("연락처를 확인했습니다."))
    except sign_up.ContactTaken:
        messages.error(request, _("다른 계정에서 이미 확인한 연락처입니다. 그 연락처로 로그인해 주세요."))
    return redirect(way.next_page or ACCOUNT)


def _code_page(way: Pending, form: CodeForm) -> dict[str, Any]:
    now, again_at = timezone.now(), way.sent + WAIT
    return {
        "form": focus_on_error(form) if form.errors else form,
        "contact": way.contact,
        "is_phone": "@" not in way.contact,
        "valid_until": way.sent + VALID,
        "is_over": way.sent + VALID <= now,
        "again_at": again_at,
        "wait_seconds": max(0, math.ceil((again_at - now).total_seconds())),
        "back": BACK[way.purpose],
    }


def _told_until(until: datetime) -> str:
    at = timezone.localtime(until)
    return _("여러 번 틀렸습니다. %(until)s 이후에 다시 시도해 주세요.") % {"until": f"{at:%H:%M}"}
