"""The door of those who work on a programme: username and password."""

from typing import Any

from django import forms
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRefresh

from compensation.runtime.middleware import client_address
from users.models import User
from users.services import sign_in

USERNAME_LENGTH_MAX = 150  # the column's
PASSWORD_LENGTH_MAX = 1_000  # longer text is not hashed: that costs time

REFUSED = _("아이디 또는 비밀번호가 맞지 않습니다. 다시 확인해 주세요.")
THROTTLED = _("로그인에 여러 번 실패했습니다. %(until)s 이후에 다시 시도해 주세요.")


class StaffSignInForm(forms.Form):
    """Username and password; after `is_valid()` the person is `get_user()`."""

    username = forms.CharField(
        label=_("아이디"),
        max_length=USERNAME_LENGTH_MAX,
        error_messages={"required": _("아이디를 입력해 주세요.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("비밀번호"),
        max_length=PASSWORD_LENGTH_MAX,
        strip=False,
        error_messages={"required": _("비밀번호를 입력해 주세요.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.throttled = False
        self._user: User | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            self._check(username=data["username"], password=data["password"])
        return data

    def get_user(self) -> User | None:
        return self._user

    def _check(self, *, username: str, password: str) -> None:
        try:
            self._user = sign_in.check_credentials(
                request=self.request,
                username=username,
                password=password,
                address=client_address(self.request),
                at=timezone.now(),
            )
        except sign_in.SignInThrottled as throttled:
            self.throttled = True
            until = timezone.localtime(throttled.until + sign_in.ROUNDING_UP)
            raise forms.ValidationError(THROTTLED, params={"until": f"{until:%H:%M}"}) from throttled
        except sign_in.SignInRefused as refused:
            raise forms.ValidationError(REFUSED) from refused


class StaffSignIn(LoginView):
    """Django's own view (safe `next`, new session key, nothing cached) around our form."""

    template_name = "public/sign_in_staff.html"
    authentication_form = StaffSignInForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.htmx:  # a page that was polling when its session ended: let it load anew, and end up at the door
            return HttpResponseClientRefresh()
        return super().get(request, *args, **kwargs)

    def form_invalid(self, form: StaffSignInForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=429 if form.throttled else 422)


sign_out = LogoutView.as_view()
