"""The books of a programme: whether everything agrees, the trial balance of any day, money over time, all as CSV."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from claims.selectors.money_plots import STACKED, money_plot
from claims.selectors.overpayments import overpayments
from claims.services.payouts.invariants import ask_for_check, newest_check
from compensation.ledger.selectors import balances, balances_by_day
from compensation.policy.seoul import end_of_day
from compensation.programmes.access import may, open_programme, staff_page
from compensation.runtime.downloads import CSV, attachment, csv_pieces
from compensation.runtime.forms import REFUSED, DayInput, PageForm, ParsedField
from compensation.values.dates import parse_date

VIEW, HANDLE = "programmes.view_payouts", "programmes.handle_payouts"
DAYS_SHOWN = 31  # the newest days with something booked; the file has all of them
VIOLATIONS_SHOWN = 50


class BalanceForm(PageForm):
    """The day whose end is shown."""

    as_of = ParsedField(
        label=_("기준일"),
        parse=parse_date,
        required=False,
        help_text=_("그날이 끝났을 때의 잔액을 보여 드립니다. 비워 두면 지금의 잔액입니다."),
        widget=DayInput,
    )


@require_safe
@staff_page
def money(request: HttpRequest, code: str) -> HttpResponse:
    """The page; `?as_of=` for the trial balance at the end of a day in Seoul."""
    programme = open_programme(request, code, permission=VIEW)
    form = BalanceForm(request.GET if "as_of" in request.GET else None)
    said = form.cleaned_data.get("as_of") if form.is_bound and form.is_valid() else None
    day = said.day if said else None
    standing = balances(programme=programme, as_of=end_of_day(day) if day else None)
    days, check = balances_by_day(programme=programme), newest_check(programme=programme)
    content: dict[str, Any] = {
        "programme": programme,
        "form": form,
        "problems": list(form.problems()),
        "day": day,
        "balances": standing.items(),
        "total_won": sum(standing.values()),
        "plot": money_plot(days=days),
        "stacked": STACKED,
        "days": days[: -DAYS_SHOWN - 1 : -1],
        "days_count": len(days),
        "check": check,
        "violations": check.violations[:VIOLATIONS_SHOWN] if check else [],
        "overpaid": overpayments(programme=programme),
        "may_handle": may(request, HANDLE, programme),
    }
    return render(request, "ops/money/overview.html", content, status=REFUSED if form.errors else 200)


@require_POST
@staff_page
def money_check(request: HttpRequest, code: str) -> HttpResponse:
    """Has a worker look now; what it finds stands on the page once it is done."""
    programme = open_programme(request, code, permission=VIEW)
    ask_for_check(programme=programme, by=request.user)
    messages.success(request, gettext("맞춰 보기를 시작했습니다. 끝나면 이 화면에 결과가 나옵니다."))
    return redirect("money", programme.code)


@require_safe
@staff_page
def money_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Every day and account: what changed, and what stood at the day's end. Codes and whole won only, no formulas."""
    programme = open_programme(request, code, permission=VIEW)
    today = timezone.localdate().isoformat()
    rows = (
        [day.day.isoformat(), account, day.changes[account], day.balances[account]]
        for day in balances_by_day(programme=programme)
        for account in day.balances
    )
    pieces = csv_pieces(["day", "account", "change_won", "balance_won"], rows)
    return HttpResponse(pieces, content_type=CSV, headers=attachment(f"{programme.code}-trial-balance-{today}.csv"))
