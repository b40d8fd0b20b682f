"""Taking in what the channel service reports of channel cash."""

from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from claims.services.channel_cash_reports import ReportRefused, read_report
from claims.services.evidence_files.names import plain_name
from claims.views.channel_cash.overview import HANDLE, channel_cash_page
from compensation.programmes.access import open_programme
from compensation.runtime.forms import Problem, told


@require_POST
@never_cache
@login_required
def channel_cash_report(request: HttpRequest, code: str) -> HttpResponse:
    """Reads the file at once: all of it, or nothing, and then says why line by line."""
    programme = open_programme(request, code, permission=HANDLE)
    file = request.FILES.get("report")
    if file is None or not file.is_whole or not file.size:
        what = gettext("파일을 골라 주세요.") if file is None else gettext("파일이 비었거나 너무 큽니다.")
        return channel_cash_page(request, programme, problems=[Problem("report", what)])
    try:
        report = read_report(
            programme=programme,
            path=Path(file.temporary_file_path()),
            name=plain_name(file.name),
            actor=request.user,
            at=(at := timezone.now()),
        )
    except ReportRefused as refused:
        return channel_cash_page(request, programme, problems=[Problem("report", told(refused))])
    if not report.is_accepted:
        return channel_cash_page(request, programme, report=report)
    if report.read_at != at:
        messages.info(request, gettext("이미 읽은 파일입니다. 바뀐 것이 없습니다."))
    else:
        messages.success(request, gettext("%(lines)s행을 읽었습니다.") % {"lines": f"{report.lines:,}"})
    return redirect("channel-cash", code)
