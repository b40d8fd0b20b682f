"""Signing in by Kakao: OpenID Connect by django-allauth (state, PKCE, the tokens), the rest is ours.

Kakao tells us who somebody is to Kakao, and nothing else is asked for or kept. The first time, a code to a phone or an
e-mail address says which account here that is.
"""

import contextlib
import logging
from typing import Any, NoReturn

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.openid_connect import views as allauth_views
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from compensation.runtime.middleware import client_address
from compensation.runtime.turnstile import leave_place
from users.services import sign_up
from users.services.member_sign_in import MemberTaken, NotAMember, arrive_as_member, know_member
from users.services.sign_in import note_kakao
from users.services.sign_up import KAKAO as PROVIDER
from users.views.code_sending import ask_for_contact
from users.views.coming_in import ACCOUNT, come_in, turned_away
from users.views.pending import KAKAO, begin, recall, remember, wanted_page

logger = logging.getLogger(__name__)

MEMBERS_PAGES = ("/my/benefits/", "/my/pass/")  # what members come for: their platform account is all they need


class KakaoProvider(OpenIDConnectProvider):
    """Takes the id and leaves names, pictures and addresses where they are, should Kakao send them."""

    def extract_extra_data(self, _data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, _data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, _data: dict[str, Any]) -> list[Any]:
        return []


class KakaoAdapter(DefaultSocialAccountAdapter):
    """Where allauth hands over: it never makes accounts or signs in by itself."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        raise ImmediateHttpResponse(_arrived(request, sociallogin.account.uid, sociallogin.state.get("next") or ""))

    def on_authentication_error(
        self, request: HttpRequest, *_provider: Any, error: Any = None, exception: Any = None, **_context: Any
    ) -> NoReturn:
        if error != AuthError.CANCELLED:
            logger.warning("kakao sign-in failed: %s %s", error, type(exception).__name__)
        raise ImmediateHttpResponse(_failed(request, cancelled=error == AuthError.CANCELLED))


@never_cache
@require_POST
def kakao_sign_in(request: HttpRequest) -> HttpResponse:
    """To Kakao. A POST, so that no link or picture on another site can begin it."""
    _require_kakao()
    provider = get_adapter(request).get_provider(request, PROVIDER)
    leave_place()
    try:
        return provider.redirect(request, process=AuthProcess.LOGIN, next_url=wanted_page(request) or None)
    except (requests.RequestException, KeyError, ValueError) as error:
        logger.warning("kakao does not answer: %s", type(error).__name__)
        return _failed(request)


@never_cache
@require_GET
def kakao_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from Kakao, with a code for allauth to redeem."""
    _require_kakao()
    leave_place()
    try:
        return allauth_views.callback(request, provider_id)
    except (KeyError, ValueError, TypeError) as error:  # an answer that is no OpenID Connect
        logger.warning("kakao's answer cannot be read: %s", type(error).__name__)
        return _failed(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kakao_contact(request: HttpRequest) -> HttpResponse:
    """The first time by Kakao: which account is it?"""
    way = recall(request, purposes=(KAKAO,))
    if way is None:
        return redirect("sign-in")
    return ask_for_contact(request, way=way, template="public/sign_up_kakao.html")


def _arrived(request: HttpRequest, uid: str, next_page: str) -> HttpResponse:
    if request.user.is_authenticated:
        return _linked(request, uid, next_page)
    try:
        arrival = _arrival(uid, next_page)
    except (sign_up.AccountClosed, sign_up.StaffSignsInByPassword) as error:
        return turned_away(request, error)
    if arrival is None:
        remember(request, begin(KAKAO, next_page=next_page, kakao_uid=uid))
        return redirect("sign-in-kakao-contact")
    note_kakao(uid=uid, address=client_address(request), at=timezone.now())
    return come_in(request, arrival, next_page)


def _arrival(uid: str, next_page: str) -> sign_up.Arrival | None:
    """Who came; None for somebody who has to say first which account it is. Raises as `arrive_by_kakao`."""
    user = sign_up.arrive_by_kakao(uid=uid)
    with contextlib.suppress(NotAMember, MemberTaken):
        if user is None and next_page.startswith(MEMBERS_PAGES):
            return arrive_as_member(uid=uid, at=timezone.now())
        if user is not None:
            know_member(user=user, uid=uid, at=timezone.now())
    return sign_up.Arrival(user=user, is_new=False) if user else None


def _linked(request: HttpRequest, uid: str, next_page: str) -> HttpResponse:
    """Somebody who is signed in came by Kakao: the next time that will do."""
    try:
        sign_up.link_kakao(user=sign_up.may_come_in(user=request.user), uid=uid)
        _tell_linked(request, uid)
    except sign_up.KakaoTaken:
        messages.error(request, _("이 카카오 계정은 다른 계정에 연결되어 있습니다."))
    except (sign_up.AccountClosed, sign_up.StaffSignsInByPassword):
        messages.error(request, _("담당자 계정은 카카오로 로그인할 수 없습니다."))
    return redirect(next_page if next_page.startswith(MEMBERS_PAGES) else ACCOUNT)


def _tell_linked(request: HttpRequest, uid: str) -> None:
    try:
        know_member(user=request.user, uid=uid, at=timezone.now())
    except NotAMember:
        pass  # they can sign in by it all the same
    except MemberTaken:
        messages.error(request, _("이 카카오 이용자의 혜택은 다른 계정에서 볼 수 있습니다."))
        return
    messages.success(request, _("이제 카카오로도 로그인할 수 있습니다."))


def _failed(request: HttpRequest, *, cancelled: bool = False) -> HttpResponse:
    if cancelled:
        messages.info(request, _("카카오 로그인을 취소했습니다."))
    else:
        messages.error(request, _("카카오 로그인을 마치지 못했습니다. 다시 시도하거나 인증번호로 로그인해 주세요."))
    return redirect(ACCOUNT if request.user.is_authenticated else "sign-in")


def _require_kakao() -> None:
    if not settings.KAKAO_CLIENT_ID:
        raise Http404
