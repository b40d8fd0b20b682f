"""The quota of the pass, for operations: how the line grows, and another quota by two people."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compensation.policy.quota import QuotaRefused
from compensation.programmes.access import may, open_programme, staff_page
from compensation.runtime.forms import PageForm, ParsedField, told
from compensation.runtime.templatetags.wording import count
from compensation.values.head_counts import parse_head_count
from users.models import PassQuotaChange, StoragePass
from users.selectors.storage_pass import figures_of, line_points, pass_of, proposed_change, prove_line, quota_changes_of
from users.services import storage_pass as passes
from users.views.grants.forms import note_field
from users.views.storage_pass.line_chart import line_chart

VIEW, CHANGE = "programmes.view_passes", "programmes.change_quota"


class SeenQuotaForm(PageForm):
    """A quota, in people. Whether it can be says the service."""

    quota = ParsedField(
        label=_("새 한도 (명)"),
        parse=parse_head_count,
        missing=_("새 한도를 적어 주세요."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class QuotaForm(SeenQuotaForm):
    """The new quota, and why."""

    note = note_field(_("이유"), missing=_("이유를 적어 주세요."))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def ops_pass(request: HttpRequest, code: str) -> HttpResponse:
    """The figures, the line, the changes; sent with the form it proposes another quota."""
    storage_pass = _pass(request, code, CHANGE if request.method == "POST" else VIEW)
    form = QuotaForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _proposed(request, storage_pass, form):
        messages.success(request, gettext("한도 변경을 올렸습니다. 다른 담당자가 승인하면 적용됩니다."))
        return redirect("ops-pass", code)
    return _page(request, storage_pass, form)


@staff_page
@require_POST
def ops_pass_decide(request: HttpRequest, code: str, decision: str) -> HttpResponse:
    """Approves or withdraws the change that waits: the one with the quota that the person saw."""
    storage_pass = _pass(request, code, CHANGE)
    change = proposed_change(storage_pass)
    try:
        if change is None or str(change.quota) != request.POST.get("quota"):
            raise passes.QuotaChangeMovedOn
        if decision == "approve":
            change = passes.approve_quota(change=change, approver=request.user, at=request.received_at)
            messages.success(request, _applied(change))
        else:
            passes.withdraw_quota(change=change, actor=request.user, at=request.received_at)
            messages.success(request, gettext("한도 변경을 철회했습니다."))
    except QuotaRefused as refused:
        messages.error(request, told(refused))
    except passes.PassRefused as refused:
        messages.error(request, str(refused))
    return redirect("ops-pass", code)


def _proposed(request: HttpRequest, storage_pass: StoragePass, form: QuotaForm) -> bool:
    typed = form.cleaned_data
    try:
        passes.propose_quota(
            storage_pass=storage_pass,
            quota=typed["quota"],
            note=typed["note"],
            maker=request.user,
            at=request.received_at,
        )
    except QuotaRefused as refused:
        form.add_error("quota", told(refused))
    except passes.PassRefused as refused:
        form.add_error(None, str(refused))
    return not form.errors


def _applied(change: PassQuotaChange) -> str:
    served = change.served_until - change.served_after
    if not served:
        return gettext("새 한도를 적용했습니다. 새로 차례가 된 이용자는 없습니다.")
    return gettext("새 한도를 적용했습니다. 기다리던 %(people)s명에게 이용권을 드리고 알립니다.") % {
        "people": count(served)
    }


@staff_page
@require_safe
def ops_pass_proof(request: HttpRequest, code: str) -> HttpResponse:
    """The whole line counted anew: takes seconds, so it is a page of its own."""
    storage_pass = _pass(request, code, VIEW)
    content = {
        "programme": storage_pass.programme,
        "proof": prove_line(storage_pass=storage_pass),
        "at": timezone.now(),
    }
    return render(request, "ops/pass_proof.html", content)


def _page(request: HttpRequest, storage_pass: StoragePass, form: QuotaForm) -> HttpResponse:
    points = line_points(storage_pass=storage_pass)
    content: dict[str, Any] = {
        "programme": storage_pass.programme,
        "storage_pass": storage_pass,
        "figures": figures_of(storage_pass),
        "chart": line_chart(points=points, quota=storage_pass.quota),
        "points": points[:: max(len(points) // 10, 1)],
        "changes": quota_changes_of(storage_pass),
        "proposed": proposed_change(storage_pass),
        "may_change": may(request, CHANGE, storage_pass.programme),
        "form": form,
        "problems": list(form.problems()),
    }
    return render(request, "ops/pass.html", content, status=422 if form.errors else 200)


def _pass(request: HttpRequest, code: str, permission: str) -> StoragePass:
    """The pass of a programme in which the person may do that. Raises Http404."""
    found = pass_of(open_programme(request, code, permission=permission))
    if found is None:
        raise Http404
    return found
