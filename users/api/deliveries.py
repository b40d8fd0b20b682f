"""Handing over by the API, for operations: what was handed over, what is left, a new delivery, sending again."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import of_field
from compensation.runtime.api_fields import TEXT, Named, body
from compensation.runtime.api_view import ApiView
from compensation.runtime.cursors import open_position, seal_position
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import page_of, rows_asked
from users.api.grants.common import read_form, telling_refusals
from users.api.handover.answers import DeliveryAnswer, FileOfManifest, Totals, delivery_answer
from users.models import HandoverDelivery, HandoverFormat
from users.selectors.handover import (
    Delivered,
    delivered,
    deliveries_of,
    figures_of_delivery,
    manifest,
    refusals_by_reason,
    refusals_of,
)
from users.selectors.partners import left_to_hand_over
from users.services.handover.planning import plan_delivery, send_again
from users.services.handover.writing import retry_failed
from users.views.handover.access import HAND_OVER, VIEW, note_refused_seen, open_delivery
from users.views.handover.forms import EXPIRED, GRANTED, DeliveryForm

TAG = "operations"
_AS_USUAL = {"what": GRANTED, "format": HandoverFormat.CSV}  # where the body does not say
NEW_DELIVERY = body(
    {
        "partner": TEXT,
        "job": TEXT,
        "what": {"type": "string", "enum": [GRANTED, EXPIRED]},
        "format": {"type": "string", "enum": HandoverFormat.values},
        "anew": {"type": "boolean"},
    },
    required=("partner", "job"),
)


class AllTotals(Totals):
    """The same; of the files, those that are written and those that failed; of the refused, who is to be sent again."""

    written = serializers.IntegerField()
    failed = serializers.IntegerField()
    to_send_again = serializers.IntegerField()


class DeliveryShort(DeliveryAnswer):
    """A delivery to `partner`, made by `maker`. `is_settled`: all were accepted, or refused and sent again."""

    partner = Named()
    maker = serializers.CharField()
    is_settled = serializers.BooleanField()
    totals = AllTotals()


class DeliveriesOfProgramme(serializers.Serializer[Any]):
    """A page of deliveries, newest first."""

    results = DeliveryShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DeliveryFileAnswer(FileOfManifest):
    """A file; `fault`: what was wrong when it was written last."""

    fault = serializers.CharField(allow_blank=True)


class RefusalReasonAnswer(serializers.Serializer[Any]):
    """A partner's code, and of how many members it was said."""

    reason = serializers.CharField()
    members = serializers.IntegerField()


class DeliveryInFull(DeliveryShort):
    """A delivery with its files; why members were refused; and the deliveries by which they are sent again."""

    files = DeliveryFileAnswer(many=True)
    refused = RefusalReasonAnswer(many=True)
    sent_again_in = serializers.ListField(child=serializers.CharField())


class RefusedAnswer(serializers.Serializer[Any]):
    """A member whom the partner refused, and the delivery that sends them again."""

    file = serializers.IntegerField(source="file.number")
    member = serializers.IntegerField(source="member_id")
    reason = serializers.CharField()
    sent_again_in = serializers.CharField(source="sent_again.reference", allow_null=True, default=None)


class RefusedMembers(serializers.Serializer[Any]):
    """A page of them, by file and number."""

    results = RefusedAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class LeftAnswer(serializers.Serializer[Any]):
    """Members of a job (or a recall) whom a partner was not handed over yet."""

    partner = Named()
    job = serializers.CharField(source="job.reference")
    package = serializers.CharField(source="job.package.code")
    kind = serializers.CharField(source="job.kind")
    run_state = serializers.CharField(source="job.run_state")
    members = serializers.IntegerField()


class Left(serializers.Serializer[Any]):
    """By partner, newest job first."""

    results = LeftAnswer(many=True)


class DeliveriesToPartners(ApiView):
    """The deliveries of a programme."""

    is_paged = True

    @extend_schema(
        operation_id="list_deliveries_to_partners",
        tags=[TAG],
        summary="What was handed over to whom, newest first",
        responses=DeliveriesOfProgramme,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request._request, code, permission=VIEW)
        page = page_of(rows=deliveries_of(programme=programme), moment="created_at", asked=request.query_params)
        figures = delivered(deliveries=page.rows)
        results = [_short(one, figures[one.pk]) for one in page.rows]
        return Response(DeliveriesOfProgramme({"results": results, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="plan_delivery",
        tags=[TAG],
        summary="Hands a job over to a partner: what it does not have yet",
        description=(
            "`job`: the reference of a grant job or a recall. `what`: granted (of a recall: what was taken back), or "
            "expired (its items that have ended since). `anew`: also what the partner has, as it stands now. Workers "
            "write the files."
        ),
        request=NEW_DELIVERY,
        responses={201: DeliveryInFull},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme, at = open_programme(request._request, code, permission=HAND_OVER), request._request.received_at
        content = _AS_USUAL | request.data
        typed = read_form(lambda: DeliveryForm(content, programme=programme, at=at))
        with telling_refusals():
            made = plan_delivery(**typed["wish"], actor=request.user, at=at)
        return _in_full(made, status=201)


class DeliveriesLeft(ApiView):
    """What is left to be handed over."""

    @extend_schema(
        operation_id="list_left_to_hand_over",
        tags=[TAG],
        summary="What partners do not have yet, by job",
        description="Of finished jobs and recalls it is handed over by itself within a minute.",
        responses=Left,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request._request, code, permission=VIEW)
        left = left_to_hand_over(programme=programme, at=request._request.received_at)
        return Response(Left({"results": left}).data)


class DeliveryToPartner(ApiView):
    """A delivery."""

    @extend_schema(
        operation_id="show_delivery_to_partner",
        tags=[TAG],
        summary="A delivery with its files and what the partner said",
        responses=DeliveryInFull,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        return _in_full(open_delivery(request._request, code, reference))


class RefusedOfDelivery(ApiView):
    """Whom the partner refused."""

    is_paged = True

    @extend_schema(
        operation_id="list_refused_members",
        tags=[TAG],
        summary="The members whom the partner refused, and why; reading them leaves an access record",
        responses=RefusedMembers,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        delivery = open_delivery(request._request, code, reference)
        limit, of = rows_asked(request.query_params), f"refused of delivery {delivery.pk}"
        cursor = request.query_params.get("cursor")
        with of_field("cursor"):
            file, member = open_position(cursor, of=of) if cursor else (0, 0)
        behind = Q(file__number__gt=file) | Q(file__number=file, member_id__gt=member)
        found = list(refusals_of(delivery=delivery).filter(behind)[: limit + 1])
        shown = found[:limit]
        note_refused_seen(request._request, delivery, task="refused_members_listed")
        leads_on = len(found) > limit
        next_cursor = seal_position([shown[-1].file.number, shown[-1].member_id], of=of) if leads_on else None
        return Response(RefusedMembers({"results": shown, "next_cursor": next_cursor}).data)


class Resending(ApiView):
    """Those once more whom the partner refused."""

    @extend_schema(
        operation_id="send_refused_again",
        tags=[TAG],
        summary="Hands those over again whom the partner refused, each once; answers with the new delivery",
        request=None,
        responses={201: DeliveryInFull},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        delivery = open_delivery(request._request, code, reference, permission=HAND_OVER)
        with telling_refusals():
            again = send_again(delivery=delivery, actor=request.user, at=request._request.received_at)
        return _in_full(again, status=201)


class RewritingFiles(ApiView):
    """Failed files once more."""

    @extend_schema(
        operation_id="retry_delivery",
        tags=[TAG],
        summary="Has the files of a delivery that failed written again",
        request=None,
        responses={201: DeliveryInFull},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        delivery = open_delivery(request._request, code, reference, permission=HAND_OVER)
        with telling_refusals():
            retry_failed(delivery=delivery, actor=request.user)
        return _in_full(delivery, status=201)


def _short(delivery: HandoverDelivery, found: Delivered) -> dict[str, Any]:
    told = delivery_answer(delivery, found)
    counts = {name: getattr(found, name) for name in ("written", "failed", "to_send_again")}
    return told | {
        "partner": delivery.partner,
        "maker": delivery.maker.get_full_name(),
        "is_settled": found.is_settled,
        "totals": told["totals"] | counts,
    }


def _in_full(delivery: HandoverDelivery, *, status: int = 200) -> Response:
    reasons = refusals_by_reason(delivery=delivery)
    values = _short(delivery, figures_of_delivery(delivery=delivery)) | {
        "files": manifest(delivery=delivery)["files"],
        "refused": [{"reason": reason, "members": members} for reason, members in reasons],
        "sent_again_in": delivery.sent_again.order_by("number").values_list("reference", flat=True),
    }
    return Response(DeliveryInFull(values).data, status=status)
