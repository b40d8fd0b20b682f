"""Top-ups: what was proposed and decided, a new one, and the page of one with the second person's yes."""

from collections.abc import Callable, Mapping
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.models import TopUp, TopUpReason
from claims.selectors.paging import page_of
from claims.selectors.payouts import rules_of
from claims.selectors.top_ups import claims_of_top_up, standings_of, top_up_named, top_ups_of, uncommitted_won
from claims.services.payouts.batch_rows import why
from claims.services.payouts.top_up_lists import parse_claim_list
from claims.services.payouts.top_up_refusals import ProposalRefused
from claims.services.payouts.top_up_withdrawal import withdraw_top_up
from claims.services.payouts.top_ups import approve_top_up, drop_top_up, propose_top_up
from claims.views.paging import Page, page_number
from claims.views.payouts.overview import HANDLE, VIEW
from compensation import limits
from compensation.policy.tiers import Tier
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import PageForm, ParsedField, told
from compensation.runtime.templatetags.wording import in_korean
from compensation.values.refused import ValueRefused

REFUSED = 422
FIELDS = {"amount_won": "amount", "tier_code": "tier", "listed": "claims"}  # of what the service calls otherwise


class TopUpForm(PageForm):
    """For whom, how much, and why. The service reads what was typed, and says all that is wrong with it."""

    tier = forms.ChoiceField(
        label=_("누구에게"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("지원 구간을 골라 주세요.")},
    )
    claims = forms.CharField(
        label=_("접수번호"),
        required=False,
        help_text=_("‘접수번호를 적습니다’를 고르셨을 때만 적어 주세요. 한 줄에 하나씩 적거나 붙여 넣습니다."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    amount = forms.CharField(
        label=_("한 접수에 더 지급할 금액"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason_code = forms.ChoiceField(
        label=_("이유"), required=False, choices=TopUpReason.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("설명"),
        required=False,
        help_text=_("소상공인에게 보내는 안내에도 그대로 나옵니다."),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": limits.PAYOUT_REASON_LENGTH_MAX}),
    )

    def __init__(self, *arguments: Any, tiers: list[Tier], **named: Any) -> None:
        super().__init__(*arguments, **named)
        listed = [("", _("접수번호를 적습니다"))]
        self.fields["tier"].choices = [*((tier.code, _whole_tier(tier)) for tier in tiers), *listed]


class WithdrawalForm(PageForm):
    """From whom a top-up is withdrawn, and why. All is a choice of its own: an empty field takes from nobody."""

    scope = forms.ChoiceField(
        label=_("누구에게서"),
        choices=[("all", _("아직 나가지 않은 모든 접수")), ("listed", _("아래에 적은 접수만"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("누구에게서 거둘지 골라 주세요."),
            "invalid_choice": _("누구에게서 거둘지 골라 주세요."),
        },
    )
    claims = ParsedField(
        label=_("접수번호"),
        required=False,
        parse=parse_claim_list,
        help_text=_("한 줄에 하나씩 적거나 붙여 넣습니다."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = ParsedField(
        label=_("거두는 이유"),
        parse=why,
        help_text=_("소상공인에게 보내는 안내에도 그대로 나옵니다."),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": limits.PAYOUT_REASON_LENGTH_MAX}),
    )

    def clean(self) -> None:
        listed = self.cleaned_data.get("scope") == "listed"
        if listed and not self.errors and not self.cleaned_data["claims"]:
            self.add_error("claims", gettext("접수번호를 적어 주세요."))

    @property
    def references(self) -> tuple[str, ...] | None:
        """Of the claims that are meant; None for all."""
        return self.cleaned_data["claims"] if self.cleaned_data["scope"] == "listed" else None


def _whole_tier(tier: Tier) -> str:
    name = tier.name_ko if in_korean() else tier.name_en
    return str(_("‘%(tier)s’ 구간으로 결정된 모든 접수")) % {"tier": name}


@require_safe
@never_cache
@login_required
def top_up_list(request: HttpRequest, code: str) -> HttpResponse:
    """All of the programme, newest first."""
    programme = open_programme(request, code, permission=VIEW)
    rows, number, total = page_of(rows=top_ups_of(programme=programme), number=page_number(request.GET))
    content = {
        "programme": programme,
        "rows": rows,
        "page": Page(number, total, request.GET),
        "may_handle": rules.has_perm(HANDLE, request.user, programme),
    }
    return render(request, "ops/payouts/top_ups.html", content)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def top_up_new(request: HttpRequest, code: str) -> HttpResponse:
    """A form that proposes one."""
    programme = open_programme(request, code, permission=HANDLE)
    tiers = [tier for tier in current_policy(programme=programme).policy.tiers if tier.route != "no_support"]
    form = TopUpForm(request.POST or None, tiers=tiers)
    if request.method == "POST" and form.is_valid() and (top_up := _proposed(request, programme, form)):
        return redirect("top-up", programme.code, top_up.reference)
    content = {
        "programme": programme,
        "form": form,
        "left_won": uncommitted_won(programme=programme),
        "most_won": rules_of(programme=programme).top_up_won_max,
        "problems": list(form.problems()),
    }
    return render(request, "ops/payouts/top_up_new.html", content, status=REFUSED if form.errors else 200)


def _proposed(request: HttpRequest, programme: Programme, form: TopUpForm) -> TopUp | None:
    said = form.cleaned_data
    try:
        return propose_top_up(
            programme=programme,
            amount_won=said["amount"],
            reason_code=said["reason_code"],
            reason=said["reason"],
            tier_code=said["tier"],
            listed=said["claims"],
            actor=request.user,
            at=timezone.now(),
        )
    except ProposalRefused as refused:
        for field, fault in refused.faults:
            form.add_error(FIELDS.get(field, field), told(fault))
        return None


@require_safe
@never_cache
@login_required
def top_up_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """One of them: who gets what and why, who decided, and where each sum is."""
    programme = open_programme(request, code, permission=VIEW)
    return _page(request, programme, _top_up(programme, reference), WithdrawalForm())


def _page(request: HttpRequest, programme: Programme, top_up: TopUp, withdrawal: WithdrawalForm) -> HttpResponse:
    rows, number, total = page_of(rows=claims_of_top_up(top_up=top_up), number=page_number(request.GET))
    tiers = {tier.code: tier for tier in current_policy(programme=programme).policy.tiers}
    standings = standings_of(top_up=top_up)
    content = {
        "programme": programme,
        "top_up": top_up,
        "tier": tiers.get(top_up.tier_code),
        "standings": standings.items(),
        "can_withdraw": top_up.is_approved and bool(standings.keys() & {"due", "batched", "returned", "waiting"}),
        "rows": rows,
        "page": Page(number, total, request.GET),
        "left_won": uncommitted_won(programme=programme),
        "may_handle": rules.has_perm(HANDLE, request.user, programme),
        "is_own": top_up.proposed_by_id == request.user.pk,
        "withdrawal": withdrawal,
        "problems": list(withdrawal.problems()),
    }
    return render(request, "ops/payouts/top_up.html", content, status=REFUSED if withdrawal.errors else 200)


@require_POST
@never_cache
@login_required
def top_up_withdrawal(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Withdraws one, wholly or from what is listed. What is wrong is said on its page, beside what was typed."""
    programme = open_programme(request, code, permission=HANDLE)
    top_up, form = _top_up(programme, reference), WithdrawalForm(request.POST)
    if form.is_valid():
        said = {"reason": form.cleaned_data["reason"], "references": form.references}
        try:
            withdraw_top_up(top_up=top_up, actor=request.user, at=timezone.now(), **said)
        except ValueRefused as refused:
            form.add_error("scope", told(refused))
        else:
            messages.success(request, gettext("아직 나가지 않은 추가 지급을 거두었습니다."))
            return redirect("top-up", programme.code, reference)
    return _page(request, programme, top_up, form)


def _approve(request: HttpRequest, top_up: TopUp) -> object:
    return approve_top_up(top_up=top_up, actor=request.user, at=timezone.now())


def _drop(request: HttpRequest, top_up: TopUp) -> object:
    return drop_top_up(top_up=top_up, actor=request.user, at=timezone.now())


ACTS: Mapping[str, tuple[Callable[[HttpRequest, TopUp], object], Any]] = {
    "approve": (_approve, _("승인했습니다. 지급할 건을 만들었고, 다음 지급 묶음에 담깁니다.")),
    "drop": (_drop, _("제안을 거두었습니다.")),
}


@require_POST
@never_cache
@login_required
def top_up_act(request: HttpRequest, code: str, reference: str, step: str) -> HttpResponse:
    """Does one step with a top-up; a refusal is told on its page."""
    programme = open_programme(request, code, permission=HANDLE)
    top_up = _top_up(programme, reference)
    if step not in ACTS:
        raise Http404
    act, done = ACTS[step]
    try:
        act(request, top_up)
    except ValueRefused as refused:
        messages.error(request, told(refused))
    else:
        messages.success(request, str(done))
    return redirect("top-up", programme.code, reference)


def _top_up(programme: Programme, reference: str) -> TopUp:
    try:
        return top_up_named(programme=programme, reference=reference)
    except TopUp.DoesNotExist as error:
        raise Http404 from error
