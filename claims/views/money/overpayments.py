"""Overpayments: what was paid too much, a proposal about one of them, and the second person's decision."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.models import Claim, OverpaymentChoice, OverpaymentProposal
from claims.selectors.claims import claim_of_programme
from claims.selectors.overpayments import decisions_of, overpayment_of, overpayments
from claims.services.payouts.overpayments import decide, drop, propose
from claims.views.money.overview import HANDLE, VIEW
from compensation import limits
from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.forms import REFUSED, PageForm, ParsedField, told
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won

FIELDS = {
    "overpayment_choice_missing": "choice",
    "overpayment_amount": "amount",
    "payout_reason_missing": "reason",
    "text_too_long": "reason",
}


class ProposalForm(PageForm):
    """What somebody wants done. The service says what is missing."""

    choice = forms.ChoiceField(
        label=_("처리"), required=False, choices=OverpaymentChoice.choices, widget=forms.RadioSelect
    )
    amount = ParsedField(
        label=_("금액"),
        parse=parse_won,
        required=False,
        help_text=_("비워 두면 지금 결정할 수 있는 초과 지급액 모두입니다."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("이유"),
        required=False,
        help_text=_("돌려받았다면 언제 어느 계좌로 받았는지도 적어 주세요. 결정할 담당자가 읽습니다."),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": limits.PAYOUT_REASON_LENGTH_MAX}),
    )


@require_safe
@staff_page
def overpayment_list(request: HttpRequest, code: str) -> HttpResponse:
    """The claims about which people have to decide."""
    programme = open_programme(request, code, permission=VIEW)
    content = {"programme": programme, "rows": overpayments(programme=programme)}
    return render(request, "ops/money/overpayments.html", content)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def overpayment(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """One claim's, with the form where nothing is proposed yet."""
    programme = open_programme(request, code, permission=HANDLE if request.method == "POST" else VIEW)
    claim = _claim(programme, reference)
    form = ProposalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _proposed(request, form, claim):
        messages.success(request, gettext("제안했습니다. 다른 담당자가 결정합니다."))
        return redirect("overpayment", programme.code, reference)
    sums = overpayment_of(claim=claim)
    may_handle = may(request, HANDLE, programme)
    content = {
        "programme": programme,
        "claim": claim,
        "sums": sums,
        "decisions": decisions_of(claim=claim),
        "form": form if may_handle and (form.errors or (sums.decidable_won and not sums.proposal)) else None,
        "problems": list(form.problems()) if form.is_bound else [],
        "may_handle": may_handle,
        "is_own": bool(sums.proposal and sums.proposal.proposed_by_id == request.user.pk),
    }
    return render(request, "ops/money/overpayment.html", content, status=REFUSED if form.errors else 200)


@require_POST
@staff_page
def overpayment_decision(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The second person's yes."""
    done = gettext("결정했습니다. 원장에 적었습니다.")
    return _settled(request, code, reference, done, decide)


@require_POST
@staff_page
def overpayment_dropping(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Takes the proposal away."""
    done = gettext("제안을 거두었습니다.")
    return _settled(request, code, reference, done, drop)


def _settled(request: HttpRequest, code: str, reference: str, done: str, act: Callable[..., object]) -> HttpResponse:
    """`act` (decide or drop) on the claim's newest proposal, which whoever pressed a button saw."""
    programme = open_programme(request, code, permission=HANDLE)
    proposal = OverpaymentProposal.objects.filter(claim=_claim(programme, reference)).order_by("-id").first()
    if proposal is None:
        raise Http404
    try:
        act(proposal=proposal, actor=request.user, at=timezone.now())
    except ValueRefused as refused:
        messages.error(request, told(refused))
    else:
        messages.success(request, done)
    return redirect("overpayment", programme.code, reference)


def _proposed(request: HttpRequest, form: ProposalForm, claim: Claim) -> bool:
    said = form.cleaned_data
    try:
        propose(
            claim=claim,
            choice=said["choice"],
            amount_won=said["amount"],
            reason=said["reason"],
            actor=request.user,
            at=timezone.now(),
        )
    except ValueRefused as refused:
        form.add_error(FIELDS.get(refused.code), told(refused))
    return not form.errors


def _claim(programme: Programme, reference: str) -> Claim:
    claim = claim_of_programme(programme=programme, reference=reference)
    if claim is None:
        raise Http404
    return claim
