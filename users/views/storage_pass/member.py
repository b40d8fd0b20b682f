"""The pass for members: apply, see the place in line, start the month. A waiting room keeps a stampede off."""

import math
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from users.models import Member, StoragePass
from users.selectors.member_items import member_of
from users.selectors.member_passes import MemberPass
from users.selectors.storage_pass import activation_of, announced_pass, public_figures, standing_of
from users.services import storage_pass as passes
from users.services import waiting_room
from users.services.pass_batcher import ApplicationsUnavailable, apply
from users.services.waiting_room import Guest, RoomClosed, Visit

TICKET = "pass-ticket"  # the cookie: one number for all tabs of a browser
RETRY_SECONDS = 5
COUNTED_DOWN = timedelta(days=1)  # before the opening: until then the day says more


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_pass(request: HttpRequest, code: str) -> HttpResponse:
    """Where the member stands, or the button to apply; behind a waiting room when many come. Sent, it applies.

    Who applies, and that they may, is on the ticket: nothing is looked up. Without a good one, the form is answered by
    the page, or by the way to sign in.
    """
    if request.method == "POST":
        allowed = waiting_room.let_in(programme_code=code, session_key=_session_key(request), ticket=_ticket(request))
        if allowed:
            return _apply(request, code, *allowed)
    return _own_page(request, code)


def _apply(request: HttpRequest, code: str, storage_pass_id: int, member_id: int) -> HttpResponse:
    """The answer comes after the commit, never before."""
    try:
        apply(storage_pass_id=storage_pass_id, member_id=member_id, at=request.received_at)
    except ApplicationsUnavailable as refused:
        return _try_again(request, code, str(refused))
    except passes.PassRefused as refused:
        messages.error(request, str(refused))
    return redirect("my-pass", code)


def _own_page(request: HttpRequest, code: str) -> HttpResponse:
    storage_pass, member = _pass(code), member_of(user=request.user)
    if member is None:
        return render(request, "member/who_are_you.html", {"kakao": bool(settings.KAKAO_CLIENT_ID)})
    if request.method == "POST":  # nobody was let in by it, or too long ago
        if standing_of(storage_pass=storage_pass, member_id=member.pk) is None:
            messages.warning(request, gettext("아직 신청되지 않았습니다. 차례가 되면 ‘신청하기’를 눌러 주세요."))
        return redirect("my-pass", code)
    return _page(request, storage_pass, member)


def _page(request: HttpRequest, storage_pass: StoragePass, member: Member) -> HttpResponse:
    standing = standing_of(storage_pass=storage_pass, member_id=member.pk)
    content = _content(storage_pass, standing=standing)
    if standing is not None:
        activation = activation_of(storage_pass=storage_pass, member_id=member.pk) if standing.is_served else None
        mine, at = MemberPass(storage_pass, standing, activation), content["at"]
        content |= {"mine": mine, "is_over": mine.is_over(at), "days_left": mine.days_left(at)}
        return render(request, "member/pass.html", content)
    if not content["is_open"]:
        return render(request, "member/pass.html", content)
    return _through_the_room(request, storage_pass, member, content)


def _through_the_room(
    request: HttpRequest, storage_pass: StoragePass, member: Member, content: dict[str, Any]
) -> HttpResponse:
    guest = Guest(storage_pass.programme.code, storage_pass.pk, member.pk, _session_key(request))
    try:
        visit = waiting_room.enter(guest=guest, ticket=_ticket(request))
    except RoomClosed:
        return _try_again(request, guest.programme_code, gettext("지금은 접속이 원활하지 않습니다."))
    response = render(request, "member/pass.html", content | {"visit": visit})
    return _with_ticket(response, visit)


@never_cache
@require_safe
def my_pass_room(request: HttpRequest, code: str) -> HttpResponse:
    """The part of the page that says how many are ahead; htmx loads it when it should be their turn.

    Whoever waits is known by their ticket: nothing is looked up.
    """
    guest = waiting_room.known_guest(programme_code=code, session_key=_session_key(request), ticket=_ticket(request))
    return _room(request, guest) if guest else _own_room(request, code)


@login_required
def _own_room(request: HttpRequest, code: str) -> HttpResponse:
    storage_pass, member = _pass(code), member_of(user=request.user)
    if member is None or timezone.now() < storage_pass.opens_at:  # nobody is let in beforehand
        raise Http404
    return _room(request, Guest(code, storage_pass.pk, member.pk, _session_key(request)))


def _room(request: HttpRequest, guest: Guest) -> HttpResponse:
    try:
        visit = waiting_room.enter(guest=guest, ticket=_ticket(request))
    except RoomClosed:
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    content = {"code": guest.programme_code, "visit": visit, "minutes": waiting_room.ADMITTED_SECONDS // 60}
    return _with_ticket(render(request, "member/pass_room.html", content), visit)


@never_cache
@login_required
@require_POST
def my_pass_start(request: HttpRequest, code: str) -> HttpResponse:
    """Starts the month."""
    storage_pass, member = _pass(code), member_of(user=request.user)
    if member is None:
        raise Http404
    try:
        passes.activate(storage_pass=storage_pass, member=member, at=timezone.now())
        messages.success(request, gettext("이용권을 시작했습니다."))
    except passes.PassRefused as refused:
        messages.error(request, str(refused))
    return redirect("my-pass", code)


def _pass(code: str) -> StoragePass:
    """Raises Http404 for a programme that is not announced, and for one without a pass."""
    try:
        return announced_pass(code=code)
    except StoragePass.DoesNotExist as error:
        raise Http404 from error


def _content(storage_pass: StoragePass, **more: Any) -> dict[str, Any]:
    at = timezone.now()
    return {
        "storage_pass": storage_pass,
        "programme": storage_pass.programme,
        "code": storage_pass.programme.code,
        "figures": public_figures(programme_code=storage_pass.programme.code, at=at),
        "is_open": at >= storage_pass.opens_at,
        "opens_in": _counted_down(storage_pass.opens_at - at),
        "at": at,
        **more,
    }


def _counted_down(time_left: timedelta) -> int | None:
    """Whole seconds until the opening, if it is near; never too few."""
    return math.ceil(time_left.total_seconds()) if timedelta() < time_left <= COUNTED_DOWN else None


def _session_key(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _ticket(request: HttpRequest) -> str:
    return request.COOKIES.get(TICKET, "")


def _with_ticket(response: HttpResponse, visit: Visit) -> HttpResponse:
    response.set_cookie(
        TICKET,
        visit.ticket,
        max_age=waiting_room.TICKET_SECONDS,
        path="/my/pass/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _try_again(request: HttpRequest, code: str, sentence: str) -> HttpResponse:
    content = {"code": code, "sentence": sentence}
    response = render(request, "member/pass_try_again.html", content, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
