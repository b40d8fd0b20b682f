"""The messages of a programme, for operations and the customer centre: what went to whom, and sending it again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from claims.selectors.paging import page_of
from claims.views.paging import Page, page_number
from compensation.messaging.check_codes import normalise_check_code
from compensation.messaging.selectors import messages_of
from compensation.messaging.services.outbox import MessageMovedOn, NotToBeSentAgain, send_again
from compensation.policy.transitions import MESSAGE
from compensation.programmes.access import note_access, open_programme, staff_page
from compensation.runtime.forms import PageForm, ParsedField
from compensation.runtime.templatetags.wording import page_language
from compensation.values.text import plain_text

PERMISSION = "programmes.handle_messages"
REFUSED = 400


class MessageSearchForm(PageForm):
    """The search above the list."""

    q = ParsedField(
        label=gettext_lazy("확인번호"),
        help_text=gettext_lazy("메시지 끝에 있는 8자리입니다. 예: K7M4-9QXR"),
        parse=lambda typed: normalise_check_code(plain_text(typed)),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
    state = forms.ChoiceField(label=gettext_lazy("상태"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = page_language()
        states = ((state, MESSAGE.name(state, language)) for state in MESSAGE.states)
        self.fields["state"].choices = [("", _("전체")), *states]


@require_safe
@staff_page
def message_list(request: HttpRequest, code: str) -> HttpResponse:
    """Newest first. Whoever looks up one message by its code leaves an access record."""
    programme = open_programme(request, code, permission=PERMISSION)
    form = MessageSearchForm(request.GET)
    form.is_valid()
    check_code, state = form.cleaned_data.get("q"), form.cleaned_data.get("state", "")
    found = messages_of(programme=programme, state=state, check_code=check_code or "")
    rows, number, total = page_of(rows=found, number=page_number(request.GET))
    looked_up = rows[0] if check_code and rows else None
    if looked_up:
        note_access(request, subject=f"message {looked_up.check_code}", task="message_looked_up")
    content = {
        "programme": programme,
        "form": form,
        "rows": rows,
        "looked_up": looked_up,
        "page": Page(number=number, total=total, query=request.GET),
        "problems": list(form.problems()),
    }
    return render(request, "staff/messages.html", content, status=REFUSED if form.errors else 200)


@require_POST
@staff_page
def message_again(request: HttpRequest, code: str) -> HttpResponse:
    """Sends a message again that failed. Pressed twice, it goes out once."""
    programme = open_programme(request, code, permission=PERMISSION)
    check_code = request.POST.get("check_code", "").replace("\0", "")
    message = get_object_or_404(messages_of(programme=programme), check_code=check_code)
    try:
        send_again(message=message, actor=request.user, at=timezone.now())
    except MessageMovedOn:
        messages.info(request, _("이미 다시 보냈거나 실패한 메시지가 아닙니다."))
    except NotToBeSentAgain:
        messages.error(request, _("내용이 남아 있지 않아 다시 보낼 수 없습니다."))
    else:
        note_access(request, subject=f"message {message.check_code}", task="message_sent_again")
        messages.success(request, _("메시지를 다시 보냅니다."))
    return redirect(f"{reverse('messages', args=[code])}?{urlencode({'q': message.check_code})}")
