"""Finding a won: what somebody types leads to claims, and each of them to its money trace."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from claims.selectors.claims import claim_of_programme
from claims.selectors.money_search import HITS_MAX, find_money
from claims.selectors.money_trace import trace_of
from claims.views.money.overview import VIEW
from compensation import limits
from compensation.programmes.access import note_access, open_programme, staff_page
from compensation.runtime.forms import PageForm


class SearchForm(PageForm):
    """One field for everything that leads to money."""

    q = forms.CharField(
        label=_("찾기"),
        required=False,
        max_length=limits.NAME_LENGTH_MAX,
        help_text=_(
            "접수번호, 지급번호, 지급 묶음 번호, 파일 이름과 행(이름#17), 상호, 대표자명, 예금주, 사업자등록번호, "
            "계좌번호, 금액"
        ),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def money_search(request: HttpRequest, code: str) -> HttpResponse:
    """The claims that the text leads to. Sent by POST: an account number has no place in an address.

    Who looks leaves a record of how something was found; what was typed may be personal data and is not kept.
    """
    programme = open_programme(request, code, permission=VIEW)
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_bound and form.is_valid() and form.cleaned_data["q"]:
        found = find_money(programme=programme, text=form.cleaned_data["q"])
        ways = sorted({how for hit in found.hits for how in hit.how})
        note_access(request, subject=f"programme {programme.code}", task="money_searched", detail=", ".join(ways))
    content = {
        "programme": programme,
        "form": form,
        "problems": list(form.problems()) if form.is_bound else [],
        "found": found,
        "hits_max": HITS_MAX,
    }
    return render(request, "ops/money/search.html", content, status=422 if form.errors else 200)


@require_safe
@staff_page
def money_trace(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """All money of one claim, and every entry of the ledger about it. Whoever opens it leaves an access record."""
    programme = open_programme(request, code, permission=VIEW)
    claim = claim_of_programme(programme=programme, reference=reference)
    if claim is None:
        raise Http404
    note_access(request, subject=f"claim {claim.reference}", task="money_traced")
    content = {"programme": programme, "claim": claim, "trace": trace_of(claim=claim)}
    return render(request, "ops/money/trace.html", content)
