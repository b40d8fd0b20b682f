"""Is this message really from us? Whoever got one types the code that stands in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from claims.views.public.throttle import LookUpThrottled, count_look_up
from compensation.messaging.check_codes import normalise_check_code
from compensation.messaging.selectors import message_by_check_code
from compensation.runtime.forms import PageForm, ParsedField, all_problems
from compensation.values.text import plain_text


class MessageCheckForm(PageForm):
    """A mistyped code is told from one that we never sent: the check character gives it away."""

    code = ParsedField(
        label=_("확인번호"),
        help_text=_("받은 메시지의 끝에 있는 영문자와 숫자 8자리입니다. 예: K7M4-9QXR"),
        parse=lambda typed: normalise_check_code(plain_text(typed)),
        missing=_("받은 메시지의 끝에 있는 확인번호를 적어 주세요."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "class": "input--code",
        }


@require_http_methods(["GET", "HEAD", "POST"])
def check_message(request: HttpRequest) -> HttpResponse:
    """Nothing is stored, and the code never stands in an address."""
    if request.method != "POST":
        return render(request, "public/check_message.html", {"form": MessageCheckForm()})
    form, content, status = MessageCheckForm(request.POST), {}, 200
    try:
        count_look_up(request=request, name="message")
    except LookUpThrottled as throttled:
        content, status = {"throttled": throttled}, throttled.status
    else:
        if form.is_valid():
            content = {"asked": True, "message": message_by_check_code(code=form.cleaned_data["code"])}
        else:
            content, status = {"problems": all_problems([form])}, 400
    return render(request, "public/check_message.html", content | {"form": form}, status=status)
