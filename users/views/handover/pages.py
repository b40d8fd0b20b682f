"""Handing over, for operations: deliveries and how far they are, files, what the other side said, and sending again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from compensation.programmes.access import may, note_access, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.downloads import CSV, attachment, csv_pieces
from compensation.runtime.forms import PageForm
from compensation.runtime.templatetags.wording import local_name
from users.models import GrantJobKind, HandoverDelivery, HandoverFormat
from users.selectors.handover import (
    delivered,
    deliveries_of,
    figures_of_delivery,
    files_of,
    jobs_to_hand_over,
    receipts_of,
    refusals_by_reason,
    refusals_of,
    refused_lines,
)
from users.selectors.partners import receivers_of
from users.services.handover.planning import plan_delivery, send_again
from users.services.handover.refusals import HandoverRefused
from users.services.handover.writing import retry_failed

VIEW, HAND_OVER = "programmes.view_handover", "programmes.hand_over"
ROWS, RECEIPTS_SHOWN, REFUSED_SHOWN = 30, 20, 50
GRANTED, EXPIRED = "granted", "expired"


class DeliveryForm(PageForm):
    """Who gets what. The choices are the programme's own."""

    partner = forms.ChoiceField(label=_("받을 제휴사"), error_messages={"required": _("받을 제휴사를 골라 주세요.")})
    job = forms.ChoiceField(label=_("일괄 지급 작업"), error_messages={"required": _("일괄 지급 작업을 골라 주세요.")})
    what = forms.ChoiceField(
        label=_("무엇을 인계합니까?"),
        widget=forms.RadioSelect,
        initial=GRANTED,
        choices=[(GRANTED, _("지급(회수 작업이면 회수)한 내역")), (EXPIRED, _("기간이 끝난 품목"))],
    )
    format = forms.ChoiceField(
        label=_("파일 형식"),
        widget=forms.RadioSelect,
        initial=HandoverFormat.CSV,
        choices=[(HandoverFormat.CSV, "CSV.gz"), (HandoverFormat.PARQUET, "Parquet")],
    )

    def __init__(self, data: Any, *, programme: Programme, at: Any) -> None:
        super().__init__(data)
        self.partners = {partner.code: partner for partner in receivers_of(programme=programme, at=at)}
        self.jobs = {str(job.reference): job for job in jobs_to_hand_over(programme=programme)}
        self.fields["partner"].choices = [(code, local_name(one)) for code, one in self.partners.items()]
        self.fields["job"].choices = [(reference, _named(job)) for reference, job in self.jobs.items()]


def _named(job: Any) -> str:
    words = {"package": local_name(job.package), "members": f"{job.members:,}", "day": f"{job.created_at:%Y-%m-%d}"}
    if job.kind == GrantJobKind.RECALL:
        return gettext("%(package)s 회수, %(members)s명 (%(day)s)") % words
    return gettext("%(package)s 지급, %(members)s명 (%(day)s)") % words


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def deliveries(request: HttpRequest, code: str) -> HttpResponse:
    """The list; sent with the form it hands over what is new."""
    programme = open_programme(request, code, permission=HAND_OVER if request.method == "POST" else VIEW)
    form = DeliveryForm(request.POST if request.method == "POST" else None, programme=programme, at=request.received_at)
    if request.method == "POST" and form.is_valid() and (made := _planned(request, form)):
        messages.success(request, gettext("인계를 시작했습니다. 파일이 작성되는 대로 제휴사가 받을 수 있습니다."))
        return redirect("delivery", code, made.reference)
    content = _listed(request, programme) | {
        "form": form,
        "problems": list(form.problems()),
        "may_hand_over": may(request, HAND_OVER, programme),
    }
    return render(request, "ops/handover/deliveries.html", content, status=422 if form.errors else 200)


@require_safe
@staff_page
def deliveries_live(request: HttpRequest, code: str) -> HttpResponse:
    """The list while something moves."""
    programme = open_programme(request, code, permission=VIEW)
    return render(request, "ops/handover/deliveries_list.html", _listed(request, programme))


@require_safe
@staff_page
def delivery(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """One delivery."""
    found = _delivery(request, code, reference, VIEW)
    files = Paginator(files_of(delivery=found), ROWS).get_page(request.GET.get("page"))
    content = _live(found) | {
        "files": files,
        "receipts": receipts_of(delivery=found)[:RECEIPTS_SHOWN],
        "reasons": refusals_by_reason(delivery=found),
        "refusals": refusals_of(delivery=found)[:REFUSED_SHOWN],
        "refused_shown": REFUSED_SHOWN,
        "later": found.sent_again.order_by("number"),
        "may_hand_over": may(request, HAND_OVER, found.partner.programme),
    }
    if content["figures"].refused:
        _note(request, found, "refused_members_listed")
    return render(request, "ops/handover/delivery.html", content)


@require_safe
@staff_page
def delivery_live(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The figures while they move; the page loads anew when they call for something else than before (`?seen=`)."""
    content = _live(_delivery(request, code, reference, VIEW))
    if request.GET.get("seen", "") != content["seen"]:
        return HttpResponseClientRefresh()
    return render(request, "ops/handover/delivery_live.html", content)


@staff_page
@require_POST
def delivery_do(request: HttpRequest, code: str, reference: str, action: str) -> HttpResponse:
    """Sends those again whom the partner refused, or has failed files written again."""
    found = _delivery(request, code, reference, HAND_OVER)
    try:
        if action == "again":
            found = send_again(delivery=found, actor=request.user, at=request.received_at)
            messages.success(request, gettext("거절된 이용자를 새 인계로 다시 보냅니다."))
        else:
            retry_failed(delivery=found, actor=request.user)
            messages.success(request, gettext("실패한 파일을 다시 작성합니다."))
    except HandoverRefused as refused:
        messages.error(request, str(refused))
    return redirect("delivery", code, found.reference)


@require_safe
@staff_page
def delivery_refused(request: HttpRequest, code: str, reference: str) -> HttpResponseBase:
    """Everybody whom the partner refused, as CSV."""
    found = _delivery(request, code, reference, VIEW)
    _note(request, found, "refused_members_downloaded")
    heads = ["file", "member_number", "reason", "sent_again_in"]
    pieces = csv_pieces(heads, refused_lines(delivery=found))
    return StreamingHttpResponse(pieces, content_type=CSV, headers=attachment(f"refused-{found.reference}.csv"))


def _planned(request: HttpRequest, form: DeliveryForm) -> HandoverDelivery | None:
    typed = form.cleaned_data
    try:
        return plan_delivery(
            partner=form.partners[typed["partner"]],
            job=form.jobs[typed["job"]],
            format_=typed["format"],
            expired=typed["what"] == EXPIRED,
            actor=request.user,
            at=request.received_at,
        )
    except HandoverRefused as refused:
        form.add_error("partner", str(refused))
        return None


def _listed(request: HttpRequest, programme: Programme) -> dict[str, Any]:
    page = Paginator(deliveries_of(programme=programme), ROWS).get_page(request.GET.get("page"))
    figures = delivered(deliveries=list(page))
    rows = [(one, figures[one.pk]) for one in page]
    moves = any(not found.is_ready for _one, found in rows)
    return {"programme": programme, "page": page, "rows": rows, "moves": moves}


def _live(found: HandoverDelivery) -> dict[str, Any]:
    figures = figures_of_delivery(delivery=found)
    return {
        "programme": found.partner.programme,
        "delivery": found,
        "figures": figures,
        "seen": "-".join(
            str(int(part))
            for part in (figures.is_ready, figures.failed, figures.accepted, figures.refused, figures.to_send_again)
        ),
        "moves": not figures.is_settled,
    }


def _note(request: HttpRequest, found: HandoverDelivery, task: str) -> None:
    note_access(request, subject=f"delivery {found.reference}", task=task)


def _delivery(request: HttpRequest, code: str, reference: str, permission: str) -> HandoverDelivery:
    """Raises Http404."""
    programme = open_programme(request, code, permission=permission)
    rows = deliveries_of(programme=programme).select_related("partner__programme", "job__package", "again_of", "maker")
    try:
        return rows.get(reference=reference)
    except HandoverDelivery.DoesNotExist as error:
        raise Http404 from error
