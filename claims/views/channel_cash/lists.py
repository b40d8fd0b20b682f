"""Lists of channel cash for the channel service: made once, downloaded by whom and why."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from claims.views.channel_cash.overview import HANDLE, channel_cash_page
from compensation.programmes.access import note_access, open_programme
from compensation.runtime.forms import Problem, told
from compensation.values.refused import ValueRefused
from merchants.selectors.channel_cash import lists_of
from merchants.services.channel_cash_lists import CSV_GZ, XLSX, hand_out, make_next_list

TYPES = {XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CSV_GZ: "application/gzip"}


@require_POST
@never_cache
@login_required
def channel_cash_new_list(request: HttpRequest, code: str) -> HttpResponseBase:
    """Puts what was not handed over yet onto a list."""
    programme = open_programme(request, code, permission=HANDLE)
    made = make_next_list(programme=programme, actor=request.user, at=timezone.now())
    if made is None:
        messages.info(request, gettext("새로 넘길 채널 캐시가 없습니다."))
    else:
        messages.success(request, gettext("%(number)d번 명단을 만들었습니다.") % {"number": made.number})
    return redirect("channel-cash", code)


@require_POST
@never_cache
@login_required
def channel_cash_list(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """A list as a file. Asks for a reason, and keeps it with who has it."""
    programme = open_programme(request, code, permission=HANDLE)
    handed_over = lists_of(programme=programme).filter(number=number).first()
    kind = request.POST.get("kind", XLSX)
    if handed_over is None or kind not in TYPES:
        raise Http404
    reason = request.POST.get("reason", "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        try:
            hand_out(
                handed_over=handed_over, path=path, kind=kind, reason=reason, actor=request.user, at=timezone.now()
            )
        except ValueRefused as refused:
            return channel_cash_page(request, programme, problems=[Problem(f"reason-{number}", told(refused))])
        subject = f"channel cash list {programme.code}/{number}"
        note_access(request, subject=subject, task="channel_cash_list_downloaded", detail=reason)
        file = path.open("rb")  # FileResponse closes it; what is open stays readable when its folder is gone
    name = f"channel-cash-{programme.code}-{number}.{kind}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[kind])
