"""Asking where a code is to go, and sending it there."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compensation.runtime.forms import focus_on_error
from compensation.runtime.middleware import client_address
from compensation.values.contacts import ContactValue
from users.services.sign_in_codes import WAIT, CodeThrottled, send_code
from users.views.fields import ContactForm
from users.views.pending import Pending, remember


def ask_for_contact(request: HttpRequest, *, way: Pending, template: str) -> HttpResponse:
    """The page that asks for a contact; once that is right, a code is sent there and asked for."""
    by_email = (request.POST or request.GET).get("by") == "email"
    form, status = ContactForm(request.POST if request.method == "POST" else None, by_email=by_email), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                send(request, way, form.cleaned_data["contact"])
                return redirect("sign-in-code")
            except CodeThrottled as throttled:
                form.add_error("contact", told_when(throttled))
                status = 429
    context = {"form": focus_on_error(form), "next": way.next_page, "kakao": bool(settings.KAKAO_CLIENT_ID)}
    return render(request, template, context, status=status)


def send(request: HttpRequest, way: Pending, contact: ContactValue) -> bool:
    """Sends a code and remembers where; False where the last one left a moment ago. Raises CodeThrottled."""
    now = timezone.now()
    sent_at, is_sent = now, True
    try:
        send_code(contact=contact.written, purpose=way.purpose, at=now, address=client_address(request))
    except CodeThrottled as throttled:
        if not throttled.is_on_its_way:
            raise
        sent_at, is_sent = min(throttled.retry_at - WAIT, now), False
    remember(request, replace(way, contact=contact.written, sent_at=sent_at.isoformat()))
    return is_sent


def told_when(throttled: CodeThrottled) -> str:
    """When the next code can be had."""
    until = timezone.localtime(throttled.retry_at + timedelta(seconds=1))
    return _("인증번호는 %(until)s 이후에 다시 받을 수 있습니다.") % {"until": f"{until:%H:%M:%S}"}
