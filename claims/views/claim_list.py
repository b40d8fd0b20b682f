"""The list of a programme's claims."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from claims.selectors.claims import DEFAULT_ORDER, ClaimSearch, claims_seen_by, search_claims
from claims.selectors.paging import page_of
from claims.views.paging import Page, page_number
from compensation import limits
from compensation.policy.transitions import CLAIM
from compensation.programmes.access import open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.templatetags.wording import page_language

ORDER_NAMES = {
    "-received": _("최근 접수 순"),
    "received": _("오래된 접수 순"),
    "-loss": _("신고 손실액 큰 순"),
    "loss": _("신고 손실액 작은 순"),
    "-assessed": _("산정 피해액 큰 순"),
    "assessed": _("산정 피해액 작은 순"),
}


class ClaimSearchForm(forms.Form):
    """The search above the list. Its choices are the policy's, in the language of the page."""

    q = forms.CharField(
        label=_("찾기"),
        required=False,
        max_length=limits.NAME_LENGTH_MAX,
        help_text=_("접수번호, 사업자등록번호, 상호, 대표자명, 연락처"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(label=_("상태"), required=False)
    tier = forms.ChoiceField(label=_("지원 구간"), required=False)
    service = forms.ChoiceField(label=_("서비스"), required=False)
    order = forms.ChoiceField(label=_("정렬"), required=False, choices=list(ORDER_NAMES.items()))

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy, language = current_policy(programme=programme).policy, page_language()
        self.services = policy.services
        name = "name_ko" if language.startswith("ko") else "name_en"
        every = ("", _("전체"))
        self.fields["state"].choices = [every, *((state, CLAIM.name(state, language)) for state in CLAIM.states)]
        self.fields["tier"].choices = [every, *((tier.code, getattr(tier, name)) for tier in policy.tiers)]
        self.fields["service"].choices = [every, *((code, getattr(it, name)) for code, it in policy.services.items())]

    def search(self) -> ClaimSearch:
        """What to look for; a field that holds nonsense does not restrict."""
        self.is_valid()
        data = self.cleaned_data
        return ClaimSearch(
            text=data.get("q", ""),
            state=data.get("state", ""),
            tier=data.get("tier", ""),
            service=data.get("service", ""),
            order=data.get("order") or DEFAULT_ORDER,
        )


@require_safe
@staff_page
def claim_list(request: HttpRequest, code: str) -> HttpResponse:
    programme = open_programme(request, code)
    visible = claims_seen_by(user=request.user, programme=programme)
    if visible is None:
        raise Http404
    form = ClaimSearchForm(request.GET, programme=programme)
    found = search_claims(claims=visible, search=form.search())
    claims, number, total = page_of(rows=found, number=page_number(request.GET))
    return render(
        request,
        "staff/claims.html",
        {
            "programme": programme,
            "form": form,
            "claims": claims,
            "services": form.services,
            "page": Page(number=number, total=total, query=request.GET),
        },
    )
