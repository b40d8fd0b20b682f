"""A person's account: how they are reached and sign in, and which businesses they act for."""

from allauth.socialaccount.models import SocialAccount
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from compensation.runtime.forms import PageForm, ParsedField, focus_on_error
from compensation.values.business_numbers import parse_business_number
from merchants.selectors.representatives import businesses_of
from merchants.services.representatives import TakeOverRefused, take_over
from users.selectors.contacts import contacts_of, proven_phones
from users.services.api_tokens import live_tokens
from users.services.devices import signed_in_devices


class BusinessForm(PageForm):
    """Which business."""

    business_number = ParsedField(
        parse=parse_business_number,
        missing=gettext_lazy("사업자등록번호를 적어 주세요."),
        label=gettext_lazy("사업자등록번호"),
        help_text=gettext_lazy("숫자 10자리입니다. 예: 123-45-67891"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input--large"}),
    )


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Everything about one's account on one page."""
    at, key = timezone.now(), request.session.session_key
    context = {
        "contacts": contacts_of(user=request.user),
        "tokens": live_tokens(user=request.user, at=at),
        "devices": signed_in_devices(user=request.user, session_key=key, at=at),
        "businesses": businesses_of(user=request.user),
        "kakao": bool(settings.KAKAO_CLIENT_ID),
        "kakao_linked": SocialAccount.objects.filter(user=request.user).exists(),
    }
    return render(request, "account/account.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_business(request: HttpRequest) -> HttpResponse:
    """Taking over a business that the association has on record for the person's phone."""
    form = BusinessForm(request.POST if request.method == "POST" else None)
    status, not_found = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                number = form.cleaned_data["business_number"]
                merchant = take_over(user=request.user, business_number=number, at=timezone.now())
            except TakeOverRefused:
                not_found = True
                form.add_error("business_number", _("확인하신 휴대전화로 등록된 사업자를 찾지 못했습니다."))
            else:
                messages.success(request, _("%(name)s 사업자를 연결했습니다.") % {"name": merchant.trade_name})
                return redirect("account")
    context = {
        "form": focus_on_error(form),
        "phones": proven_phones(user=request.user),
        "not_found": not_found,
    }
    return render(request, "account/add_business.html", context, status=status)
