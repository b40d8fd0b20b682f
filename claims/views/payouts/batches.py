"""A batch: making one, its page with everything that was decided about it, its list, and how far its work is."""

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from claims.models import BankProfile, PayoutBatch
from claims.selectors.bank_files import current_profiles
from claims.selectors.paging import page_of
from claims.selectors.payouts import (
    approvals_of,
    batch_named,
    filling_of,
    list_of,
    payouts_of,
    plan,
    states_of,
    unfit_payouts,
)
from claims.services.bank_files.losses import losses
from claims.services.payouts.batch_rows import BatchRefused
from claims.services.payouts.batches import make_batch
from claims.views.paging import Page, page_number
from claims.views.payouts.overview import HANDLE, VIEW
from compensation import limits
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.forms import REFUSED, DayInput, PageForm, ParsedField, told
from compensation.runtime.progress import Progress
from compensation.values.dates import parse_day
from compensation.values.head_counts import parse_head_count
from compensation.values.paragraphs import parse_paragraphs

ROAD = ("draft", "frozen", "releasing", "released", "closed")


class BatchForm(PageForm):
    """For which bank, when, how many, and a note for those who approve."""

    profile = forms.ChoiceField(label=_("은행 양식"), error_messages={"required": _("은행 양식을 골라 주세요.")})
    pay_on = ParsedField(label=_("지급일"), parse=parse_day, widget=DayInput)
    size = ParsedField(
        label=_("최대 건수"),
        parse=parse_head_count,
        required=False,
        help_text=_("비워 두면 지급할 수 있는 건을 모두 담습니다."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    note = ParsedField(
        label=_("승인하는 사람에게 남길 말"),
        parse=lambda value: parse_paragraphs(value, length_max=limits.PAYOUT_REASON_LENGTH_MAX),
        required=False,
    )

    def __init__(self, *arguments: Any, profiles: list[BankProfile], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.profiles = {str(profile.pk): profile for profile in profiles}
        self.fields["profile"].choices = [(key, _profile_name(row)) for key, row in self.profiles.items()]


def _profile_name(profile: BankProfile) -> str:
    return f"{profile.layout.get('name_ko', profile.code)} (v{profile.version})"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def batch_new(request: HttpRequest, code: str) -> HttpResponse:
    """The preview of what may be paid now, and a form that makes a batch of it."""
    programme = open_programme(request, code, permission=HANDLE)
    at, profiles = timezone.now(), list(current_profiles(programme))
    form = BatchForm(request.POST or None, profiles=profiles, initial={"pay_on": day_in_seoul(at)})
    if request.method == "POST" and form.is_valid() and (batch := _made(request, programme, form)):
        return redirect("payout-batch", programme.code, batch.reference)
    content = {
        "programme": programme,
        "form": form,
        "plan": plan(programme=programme),
        "problems": list(form.problems()),
    }
    return render(request, "ops/payouts/batch_new.html", content, status=REFUSED if form.errors else 200)


def _made(request: HttpRequest, programme: Programme, form: BatchForm) -> PayoutBatch | None:
    typed = form.cleaned_data
    pay_on: date = typed["pay_on"]
    try:
        return make_batch(
            programme=programme,
            profile=form.profiles[typed["profile"]],
            pay_on=pay_on,
            actor=request.user,
            at=timezone.now(),
            size=limits.BATCH_PAYOUTS_MAX if typed["size"] is None else typed["size"],
            note=typed["note"] or "",
        )
    except BatchRefused as refused:
        field = {"batch_day": "pay_on", "batch_size": "size", "batch_profile": "profile"}.get(refused.code)
        form.add_error(field, told(refused))
        return None


@require_safe
@staff_page
def batch_page(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Everything about a batch: figures, what has to be done next, people, files, results, log."""
    programme = open_programme(request, code, permission=VIEW)
    batch = _batch(programme, reference)
    return render(request, "ops/payouts/batch.html", page_content(request, batch))


def page_content(request: HttpRequest, batch: PayoutBatch) -> dict[str, Any]:
    """What the page of a batch shows. A fixed number of queries."""
    programme, approvals = batch.programme, list(approvals_of(batch=batch)) if batch.digest else []
    is_open = batch.state in ("draft", "frozen")
    seen = list_of(batch=batch) if is_open and batch.filled_at else None
    return {
        "programme": programme,
        "batch": batch,
        "road": [(state, _standing(batch, state)) for state in ROAD],
        "states": states_of(batch=batch),
        "seen": seen,
        "unfit": len(unfit_payouts(batch=batch)) if seen else 0,
        "approvals": approvals,
        "missing": max((batch.approvals_needed or 0) - len(approvals), 0),
        "has_approved": any(approval.approver_id == request.user.pk for approval in approvals),
        "files": batch.files.all(),
        "results": batch.results.select_related("read_by")[:50],
        "events": batch.events.select_related("actor"),
        "is_at_work": is_at_work(batch),
        "progress": progress_of_batch(batch),
        "may_handle": may(request, HANDLE, programme),
    }


def is_at_work(batch: PayoutBatch) -> bool:
    """Whether a worker fills it, or makes its files."""
    return (batch.state == "draft" and batch.filled_at is None) or batch.state == "releasing"


def progress_of_batch(batch: PayoutBatch) -> Progress | None:
    """How far that work is."""
    now = timezone.now()
    if batch.state == "draft" and batch.filled_at is None:
        return filling_of(batch=batch, at=now)
    if batch.state == "releasing" and batch.released_at:
        written = sum(file.rows for file in batch.files.all())
        return Progress(written, batch.payouts_count or 0, batch.released_at.timestamp(), now.timestamp())
    return None


def _standing(batch: PayoutBatch, state: str) -> str:
    """done, now or next, of a step of the road."""
    if batch.state == "cancelled":
        return "next"
    here, there = ROAD.index(batch.state), ROAD.index(state)
    return "now" if here == there and state != "closed" else "done" if there <= here else "next"


@require_safe
@staff_page
def batch_live(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The progress of a batch that a worker is at; when that is over, the page loads anew."""
    batch = _batch(open_programme(request, code, permission=VIEW), reference)
    if not is_at_work(batch):
        return HttpResponseClientRefresh()
    return render(request, "ops/payouts/batch_live.html", {"batch": batch, "progress": progress_of_batch(batch)})


@require_safe
@staff_page
def batch_list_part(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The list of a batch, a page at a time; accounts are masked."""
    programme = open_programme(request, code, permission=VIEW)
    batch = _batch(programme, reference)
    count = limits.BATCH_PAYOUTS_MAX
    rows, number, total = page_of(rows=payouts_of(batch=batch), number=page_number(request.GET), count_max=count)
    content = {
        "programme": programme,
        "batch": batch,
        "rows": rows,
        "page": Page(number, total, request.GET, count),
        "may_take_out": batch.state == "draft" and may(request, HANDLE, programme),
    }
    return render(request, "ops/payouts/batch_list.html", content)


@require_safe
@staff_page
def batch_losses(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """What the bank's file would lose. Reads every holder's name, so the page of the batch asks for it afterwards."""
    programme = open_programme(request, code, permission=VIEW)
    batch = _batch(programme, reference)
    content = {"programme": programme, "batch": batch, "losses": losses(batch.profile, batch)}
    name = "batch_losses" if request.htmx else "batch_losses_page"
    return render(request, f"ops/payouts/{name}.html", content)


def _batch(programme: Programme, reference: str) -> PayoutBatch:
    try:
        return batch_named(programme=programme, reference=reference)
    except PayoutBatch.DoesNotExist as error:
        raise Http404 from error
