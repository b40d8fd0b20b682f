"""The second look: the draws and what became of them, what is to be done, and one determination to look at again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from claims.models import Claim, LookOutcome, SecondLook
from claims.selectors.paging import page_of
from claims.selectors.second_looks import (
    DEFAULT_STANDING,
    STANDINGS,
    draws_of,
    has_part,
    look_rows,
    second_look_of,
    second_looks_of,
    undrawn,
)
from claims.services.second_looks import look
from claims.views.claim_content import find_claim, tier_of, working_of
from claims.views.paging import Page, page_number
from compensation import limits
from compensation.programmes.access import may, note_access, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.forms import REFUSED, PageForm, told
from compensation.values.refused import ValueRefused

VIEW, LOOK = "programmes.view_reviews", "programmes.look_twice"
FIELDS = {"look_outcome_missing": "outcome", "look_note_missing": "note", "text_too_long": "note"}


class LookForm(PageForm):
    """What whoever looks again comes to. The service says what is missing."""

    outcome = forms.ChoiceField(
        label=_("판단"),
        required=False,
        help_text=_("같은 판단이면 결정대로 지급하고, 다른 판단이면 고칠 때까지 지급을 보류합니다."),
        choices=LookOutcome.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("메모"),
        required=False,
        help_text=_("다른 판단이면 무엇이 왜 다른지 적어 주세요. 결정을 고칠 담당자가 읽습니다."),
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": limits.REVIEW_NOTE_LENGTH_MAX}),
    )


@require_safe
@staff_page
def second_looks(request: HttpRequest, code: str) -> HttpResponse:
    """The draws, and the looks that stand as `?standing=` says."""
    programme = open_programme(request, code, permission=VIEW)
    standing = request.GET.get("standing", "")
    standing = standing if standing in STANDINGS else DEFAULT_STANDING
    found = second_looks_of(programme=programme, standing=standing)
    looks, number, total = page_of(rows=found, number=page_number(request.GET))
    content = {
        "programme": programme,
        "draws": draws_of(programme=programme),
        "undrawn": undrawn(programme=programme).exists(),
        "standing": standing,
        "standings": list(STANDINGS),
        "rows": look_rows(looks=looks, user=request.user),
        "page": Page(number=number, total=total, query=request.GET),
        "may_look": may(request, LOOK, programme),
    }
    return render(request, "officer/second_looks.html", content)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def second_look(request: HttpRequest, code: str, reference: str, number: int) -> HttpResponse:
    """Facts, working and decision, and the form. Whoever opens it leaves an access record."""
    programme = open_programme(request, code, permission=LOOK if request.method == "POST" else VIEW)
    row = second_look_of(programme=programme, reference=reference, number=number)
    if row is None:
        raise Http404
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _taken(request, form, row):
        messages.success(request, gettext("재확인을 마쳤습니다."))
        return redirect("second-looks", programme.code)
    claim = find_claim(Claim.objects.filter(programme=programme), reference)
    note_access(request, subject=f"claim {claim.reference}", task="second_look_opened")
    status = REFUSED if form.errors else 200
    content = _content(request, programme, claim, row, number, form)
    return render(request, "officer/second_look.html", content, status=status)


def _taken(request: HttpRequest, form: LookForm, row: SecondLook) -> bool:
    typed = {name: form.cleaned_data.get(name, "") for name in ("outcome", "note")}
    try:
        look(second_look=row, actor=request.user, at=timezone.now(), **typed)
    except ValueRefused as refused:
        form.add_error(FIELDS.get(refused.code), told(refused))
    return not form.errors


def _content(
    request: HttpRequest, programme: Programme, claim: Claim, row: SecondLook, number: int, form: LookForm
) -> dict[str, Any]:
    determination = row.determination
    policy = determination.assessment.policy_version.policy
    is_current = claim.determination_id == determination.pk
    is_own_work = has_part(second_look=row, user=request.user)
    may_look = may(request, LOOK, programme)
    return {
        "programme": programme,
        "claim": claim,
        "look": row,
        "determination": determination,
        "number": number,
        "tier": tier_of(determination.assessment, policy),
        "services": policy.services,
        "industry": policy.industries.get(claim.industry_code),
        "working": working_of(determination.assessment),
        "has_review": claim.reviews.exists(),
        "is_current": is_current,
        "is_own_work": is_own_work,
        "form": form if may_look and is_current and not row.outcome and (form.errors or not is_own_work) else None,
        "problems": list(form.problems()) if form.is_bound else [],
    }
