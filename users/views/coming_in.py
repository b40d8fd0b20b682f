"""The moment somebody is let in, or is not."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from users.services import sign_up
from users.views.pending import forget

BACKEND = "django.contrib.auth.backends.ModelBackend"
ACCOUNT = "account"  # the page where somebody new goes on: which businesses they act for


def come_in(request: HttpRequest, arrival: sign_up.Arrival, next_page: str) -> HttpResponse:
    """Signs in (with a new session key), and leads on: somebody new to the page that says how it goes on."""
    forget(request)
    login(request, arrival.user, backend=BACKEND)
    if not arrival.is_new or next_page:
        return redirect(next_page or settings.LOGIN_REDIRECT_URL)
    messages.success(request, _("가입되었습니다. 다음에도 같은 연락처로 로그인하시면 됩니다."))
    return redirect(ACCOUNT)


def turned_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page that says why somebody who has proven who they are does not get in this way."""
    forget(request)
    by_password = isinstance(error, sign_up.StaffSignsInByPassword)
    return render(request, "public/sign_in_refused.html", {"by_password": by_password}, status=403)
