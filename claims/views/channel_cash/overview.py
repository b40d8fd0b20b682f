"""Where a programme's channel cash stands."""

from datetime import datetime, time
from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compensation.policy.seoul import SEOUL
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme
from compensation.runtime.forms import Problem
from merchants.models import ChannelCashReport
from merchants.selectors.channel_cash import UseDay, channel_cash_figures, lists_of, reports_of, uses_by_day
from users.selectors.storage_pass import LinePoint
from users.views.storage_pass.line_chart import LineChart, line_chart

VIEW, HANDLE = "programmes.view_channel_cash", "programmes.handle_channel_cash"
REFUSED = 422
LISTED = 20  # newest lists and reports of the page
DAYS_LISTED = 31  # of the table beside the plot


@require_safe
@never_cache
@login_required
def channel_cash(request: HttpRequest, code: str) -> HttpResponse:
    """The figures, the plot of use, the lists and the reports."""
    programme = open_programme(request, code, permission=VIEW)
    return channel_cash_page(request, programme)


def channel_cash_page(
    request: HttpRequest,
    programme: Programme,
    *,
    problems: list[Problem] | None = None,
    report: ChannelCashReport | None = None,
) -> HttpResponse:
    """The page, after a refusal with what is wrong; `report`: one that was refused, with its faults."""
    problems = problems or []
    days = uses_by_day(programme=programme)
    figures = channel_cash_figures(programme=programme)
    content: dict[str, Any] = {
        "programme": programme,
        "figures": figures,
        "days": days[-DAYS_LISTED:][::-1],
        "chart": _chart(days, figures.granted_won),
        "lists": lists_of(programme=programme)[:LISTED],
        "reports": reports_of(programme=programme)[:LISTED],
        "may_handle": rules.has_perm(HANDLE, request.user, programme),
        "report": report,
        "problems": problems,
        "wrong": {problem.target: problem.message for problem in problems},
        "reason": request.POST.get("reason", ""),
    }
    status = REFUSED if problems or report else 200
    return render(request, "ops/channel_cash/overview.html", content, status=status)


def _chart(days: list[UseDay], granted_won: int) -> LineChart | None:
    points = [LinePoint(datetime.combine(day.day, time.min, SEOUL), day.used_so_far_won) for day in days]
    return line_chart(points=points, quota=granted_won)
