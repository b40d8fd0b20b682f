"""By what a person's account is open: tokens of programs, and the devices on which they are signed in."""

import re

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from compensation import limits
from compensation.runtime.forms import REFUSED, PageForm, ParsedField, focus_on_error
from compensation.values.names import parse_name
from users.models import ApiToken
from users.models.api_token import token_reference
from users.services.api_tokens import TokenMadeAlready, issue_token, revoke_token
from users.services.devices import sign_out_everywhere
from users.services.sign_up import AccountClosed, StaffSignsInByPassword, may_come_in
from users.views.coming_in import ACCOUNT, begin_session

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{22}")


class TokenForm(PageForm):
    """What the token is for."""

    label = ParsedField(
        label=gettext_lazy("어디에 쓰는 토큰입니까?"),
        help_text=gettext_lazy("나중에 알아볼 수 있는 이름을 적어 주세요. 예: 매장 관리 프로그램"),
        parse=lambda typed: parse_name(typed, length_max=limits.API_TOKEN_LABEL_LENGTH_MAX),
        missing=gettext_lazy("토큰을 쓸 프로그램의 이름을 적어 주세요."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Makes a token and shows it, once: it is on this page and nowhere else. Sent twice, the form makes one token."""
    _require_own_way(request)
    form, status = TokenForm(request.POST if request.method == "POST" else None), 200
    reference = request.POST.get("reference", "")
    if request.method == "POST":
        status = REFUSED
        if form.is_valid():
            try:
                return _made(request, form.cleaned_data["label"], reference)
            except TokenMadeAlready:
                messages.info(request, _("이미 만든 토큰입니다. 적어 두지 못하셨으면 지우고 새로 만들어 주세요."))
                return redirect(ACCOUNT)
    context = {"form": focus_on_error(form), "reference": token_reference()}
    return render(request, "account/new_token.html", context, status=status)


@login_required
@require_POST
def end_token(request: HttpRequest, reference: str) -> HttpResponse:
    """The program that uses it gets in no more."""
    try:
        revoke_token(user=request.user, reference=reference, at=timezone.now())
    except ApiToken.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("토큰을 지웠습니다. 이제 그 토큰으로는 들어올 수 없습니다."))
    return redirect(ACCOUNT)


@login_required
@require_POST
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """Everywhere but here: this browser goes on under a new session."""
    _require_own_way(request)
    sign_out_everywhere(user=request.user)
    begin_session(request, request.user)
    messages.success(request, _("이 기기를 뺀 모든 기기에서 로그아웃했습니다."))
    return redirect(ACCOUNT)


def _made(request: HttpRequest, label: str, reference: str) -> HttpResponse:
    """Raises TokenMadeAlready."""
    drawn = reference if _REFERENCE.fullmatch(reference) else ""
    token, row = issue_token(user=request.user, label=label, at=timezone.now(), reference=drawn)
    return render(request, "account/token_made.html", {"token": token, "row": row}, status=201)


def _require_own_way(request: HttpRequest) -> None:
    """Tokens and devices are of those who come in by a code or Kakao. Raises Http404."""
    try:
        may_come_in(user=request.user)
    except (AccountClosed, StaffSignsInByPassword) as error:
        raise Http404 from error
