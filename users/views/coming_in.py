"""The moment somebody is let in, or is not."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from users.models import User
from users.services import sign_up
from users.services.devices import note_device
from users.views.pending import forget

BACKEND = "django.contrib.auth.backends.ModelBackend"
ACCOUNT = "account"  # the page where somebody new goes on: which businesses they act for


def come_in(request: HttpRequest, arrival: sign_up.Arrival, next_page: str) -> HttpResponse:
    """Signs in (with a new session key), and leads on: somebody new to the page that says how it goes on."""
    forget(request)
    begin_session(request, arrival.user)
    if not arrival.is_new or next_page:
        return redirect(next_page or settings.LOGIN_REDIRECT_URL)
    messages.success(request, _("가입되었습니다. 다음에도 같은 연락처로 로그인하시면 됩니다."))
    return redirect(ACCOUNT)


def begin_session(request: HttpRequest, user: User) -> None:
    """Signs in, under a new session key, which the person finds among their devices."""
    login(request, user, backend=BACKEND)
    if request.session.session_key is None:
        request.session.save()
    note_device(
        user=user,
        session_key=request.session.session_key,
        user_agent=request.headers.get("User-Agent", ""),
        at=timezone.now(),
    )


def turned_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page that says why somebody who has proven who they are does not get in this way."""
    forget(request)
    by_password = isinstance(error, sign_up.StaffSignsInByPassword)
    return render(request, "public/sign_in_refused.html", {"by_password": by_password}, status=403)
