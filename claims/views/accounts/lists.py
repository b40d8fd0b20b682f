"""Bank accounts that somebody has to look at, and how many merchants can be paid."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.selectors.accounts import LISTS, TO_CHECK, account_figures, accounts_of
from claims.selectors.paging import page_of
from claims.views.paging import Page, page_number
from compensation.programmes.access import open_programme, staff_page
from merchants.gateways.holder_inquiry import inquiry_is_set_up

VIEW = "programmes.view_accounts"


@require_safe
@staff_page
def programme_accounts(request: HttpRequest, code: str) -> HttpResponse:
    """The figures, and the list that `?list=` names. Names and numbers are masked."""
    programme = open_programme(request, code, permission=VIEW)
    which = request.GET.get("list", "")
    which = which if which in LISTS else TO_CHECK
    rows, number, total = page_of(rows=accounts_of(programme=programme, which=which), number=page_number(request.GET))
    content = {
        "programme": programme,
        "figures": account_figures(programme=programme),
        "lists": list(LISTS),
        "which": which,
        "rows": rows,
        "page": Page(number=number, total=total, query=request.GET),
        "is_set_up": inquiry_is_set_up(),
    }
    return render(request, "ops/accounts/list.html", content)
