"""Handing over, for operations: deliveries and how far they are, files, what the other side said, and sending again."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING, HttpResponseClientRefresh

from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.downloads import CSV, attachment, csv_pieces
from users.models import HandoverDelivery
from users.selectors.handover import (
    delivered,
    deliveries_of,
    figures_of_delivery,
    files_of,
    receipts_of,
    refusals_by_reason,
    refusals_of,
    refused_lines,
)
from users.services.handover.planning import plan_delivery, send_again
from users.services.handover.refusals import HandoverRefused
from users.services.handover.writing import retry_failed
from users.views.handover.access import HAND_OVER, VIEW, note_refused_seen, open_delivery
from users.views.handover.forms import DeliveryForm

ROWS, RECEIPTS_SHOWN, REFUSED_SHOWN = 30, 20, 50


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
    """The list while files are written; with the last of them the page asks no more."""
    content = _listed(request, open_programme(request, code, permission=VIEW))
    status = 200 if content["moves"] else HTMX_STOP_POLLING
    return render(request, "ops/handover/deliveries_list.html", content, status=status)


@require_safe
@staff_page
def delivery(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """One delivery."""
    found = open_delivery(request, code, reference)
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
        note_refused_seen(request, found, task="refused_members_listed")
    return render(request, "ops/handover/delivery.html", content)


@require_safe
@staff_page
def delivery_live(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The figures while they move; the page loads anew when they call for something else than before (`?seen=`)."""
    content = _live(open_delivery(request, code, reference))
    if request.GET.get("seen", "") != content["seen"]:
        return HttpResponseClientRefresh()
    return render(request, "ops/handover/delivery_live.html", content)


@staff_page
@require_POST
def delivery_do(request: HttpRequest, code: str, reference: str, action: str) -> HttpResponse:
    """Sends those again whom the partner refused, or has failed files written again."""
    found = open_delivery(request, code, reference, permission=HAND_OVER)
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
    found = open_delivery(request, code, reference)
    note_refused_seen(request, found, task="refused_members_downloaded")
    heads = ["file", "member_number", "reason", "sent_again_in"]
    pieces = csv_pieces(heads, refused_lines(delivery=found))
    return StreamingHttpResponse(pieces, content_type=CSV, headers=attachment(f"refused-{found.reference}.csv"))


def _planned(request: HttpRequest, form: DeliveryForm) -> HandoverDelivery | None:
    try:
        return plan_delivery(**form.cleaned_data["wish"], actor=request.user, at=request.received_at)
    except HandoverRefused as refused:
        form.add_error("partner", str(refused))
        return None


def _listed(request: HttpRequest, programme: Programme) -> dict[str, Any]:
    page = Paginator(deliveries_of(programme=programme), ROWS).get_page(request.GET.get("page"))
    figures = delivered(deliveries=list(page))
    rows = [(one, figures[one.pk]) for one in page]
    moves = any(found.is_being_written for _one, found in rows)
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
