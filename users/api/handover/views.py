"""Handing over: deliveries with their manifests and files, or page by page; and what the other side says of them."""

import logging
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import limits
from compensation.programmes.access import note_access
from compensation.runtime.api_body import JsonBody
from compensation.runtime.api_errors import ApiProblem, FieldProblem, of_field, refused_fields
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import page_of
from compensation.values.text import plain_text
from users.api.handover.answers import (
    DeliveriesAnswer,
    ManifestAnswer,
    PageAnswer,
    ReceiptAnswer,
    ReceiptsAnswer,
    delivery_answer,
    page_answer,
    receipt_answer,
)
from users.api.handover.content import ranged
from users.api.handover.csv_body import LINE, CsvReceipt
from users.api.partner.views import PartnerView
from users.models import HandoverDelivery, HandoverFile, PartnerScope
from users.selectors.handover import delivered, deliveries_to, file_of, manifest, receipts_of_file
from users.services.handover.reading import FileDamaged, open_file, page_after
from users.services.handover.receipts import ReceiptFault, ReceiptHasFaults, Refused, take_receipt

logger = logging.getLogger(__name__)
TAG = "handover"
_ROWS = {"type": "integer", "minimum": 1, "maximum": limits.HEAD_COUNT_MAX}
_REFUSED = {
    "type": "array",
    "maxItems": limits.HANDOVER_RECEIPT_ROWS_MAX,
    "items": {
        "type": "object",
        "required": ["member", "reason"],
        "properties": {
            "member": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "reason": {"type": "string", "description": "your code, such as account_closed"},
        },
    },
    "description": "who was not accepted; all others of these rows were",
}
_RECEIPT = {
    "application/json": {
        "type": "object",
        "properties": {
            "refused": _REFUSED,
            "first_row": {"type": "integer", "minimum": 0, "maximum": limits.HEAD_COUNT_MAX, "description": "from 0"},
            "rows": {**_ROWS, "description": "how many; without it, to the end of the file"},
        },
        "required": ["refused"],
    },
    "text/csv": {"type": "string", "description": "member,reason in each line; first_row and rows in the address"},
}


class HandoverView(PartnerView):
    """For a partner whose token has the scope."""

    scopes = {"GET": (PartnerScope.RECEIVE,), "POST": (PartnerScope.RECEIVE,)}

    def delivery(self, request: Request, reference: str) -> HandoverDelivery:
        return deliveries_to(partner=self.token(request).partner).get(reference=reference)

    def file(self, request: Request, reference: str, number: int) -> HandoverFile:
        return file_of(partner=self.token(request).partner, reference=reference, number=number)


class Deliveries(HandoverView):
    """What there is for the partner."""

    is_paged = True

    @extend_schema(
        operation_id="list_deliveries", tags=[TAG], summary="Deliveries, newest first", responses=DeliveriesAnswer
    )
    def get(self, request: Request) -> Response:
        rows = deliveries_to(partner=self.token(request).partner)
        page = page_of(rows=rows, moment="created_at", asked=request.query_params)
        found = delivered(deliveries=page.rows)
        results = [delivery_answer(delivery, found[delivery.pk]) for delivery in page.rows]
        return Response(DeliveriesAnswer({"results": results, "next_cursor": page.next_cursor}).data)


class Manifest(HandoverView):
    """One delivery."""

    @extend_schema(
        operation_id="show_delivery",
        tags=[TAG],
        summary="The manifest of a delivery: its files with their hashes, and counts that add up",
        responses=ManifestAnswer,
    )
    def get(self, request: Request, reference: str) -> Response:
        return Response(ManifestAnswer(manifest(delivery=self.delivery(request, reference))).data)


class Content(HandoverView):
    """One file."""

    @extend_schema(
        operation_id="download_delivery_file",
        tags=[TAG],
        summary="A file of a delivery; with Range, the part of it that is still missing",
        parameters=[OpenApiParameter("Range", str, "header", description="bytes=1000-")],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            410: OpenApiResponse(OpenApiTypes.OBJECT, "It was destroyed: all of its rows were answered for long ago."),
            416: OpenApiResponse(OpenApiTypes.OBJECT, "The file has no such range."),
        },
    )
    def get(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        file = self.file(request, reference, number)
        _require_written(file)
        try:
            content = open_file(file=file)
        except FileDamaged as damaged:
            raise _damaged(damaged) from damaged
        note_access(request, subject=f"delivery {reference}", task="handover_file_fetched", detail=f"file {number}")
        return ranged(request, file=file, content=content, content_type="application/octet-stream")


class Grants(HandoverView):
    """The same rows page by page."""

    reads_query = True

    @extend_schema(
        operation_id="list_handed_over",
        tags=[TAG],
        summary="What was handed over, page by page, in the order in which it is to be taken over",
        description="Rows of one file at a time. At the end `delivery` is null: ask again later with `next_cursor`.",
        parameters=[
            OpenApiParameter("cursor", str, "query", description="`next_cursor` of the page before"),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": limits.HANDOVER_PAGE_ROWS_MAX}, "query"
            ),
        ],
        responses=PageAnswer,
    )
    def get(self, request: Request) -> Response:
        asked, partner = request.query_params, self.token(request).partner
        limit = _number(asked, "limit", least=1, most=limits.HANDOVER_PAGE_ROWS_MAX)
        try:
            with of_field("cursor"):
                page = page_after(
                    partner=partner, cursor=asked.get("cursor", ""), limit=limit or limits.HANDOVER_PAGE_ROWS
                )
        except FileDamaged as damaged:
            raise _damaged(damaged) from damaged
        if page.file:
            note_access(
                request,
                subject=f"delivery {page.file.delivery.reference}",
                task="handover_page_fetched",
                detail=f"file {page.file.number}, {len(page.rows)} rows from {page.first_row}",
            )
        return Response(page_answer(page))


class Receipts(HandoverView):
    """What the other side says of a file."""

    is_paged = True
    parser_classes = [JsonBody, CsvReceipt]

    @extend_schema(
        operation_id="list_receipts",
        tags=[TAG],
        summary="The receipts of a file, newest first",
        responses=ReceiptsAnswer,
    )
    def get(self, request: Request, reference: str, number: int) -> Response:
        rows = receipts_of_file(file=self.file(request, reference, number))
        page = page_of(rows=rows, moment="received_at", asked=request.query_params)
        return Response(ReceiptsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="send_receipt",
        tags=[TAG],
        summary="Says what became of a file, or of some of its rows: all accepted but those who are named",
        description="Taken whole or not at all; whoever is not accepted can be sent again in a new delivery.",
        request=_RECEIPT,
        responses={201: ReceiptAnswer},
    )
    @once
    def post(self, request: Request, reference: str, number: int) -> Response:
        said = request.data
        try:
            receipt = take_receipt(
                file=self.file(request, reference, number),
                token=self.token(request),
                refused=_refused(said),
                first_row=_number(said, "first_row", least=0, most=limits.HEAD_COUNT_MAX) or 0,
                rows=_number(said, "rows", least=1, most=limits.HEAD_COUNT_MAX),
                at=timezone.now(),
            )
        except ReceiptHasFaults as found:
            raise refused_fields(*(_of_row(fault, said["refused"]) for fault in found.faults)) from found
        except FileDamaged as damaged:
            raise _damaged(damaged) from damaged
        return Response(receipt_answer(receipt), status=201)


def _refused(said: Mapping[str, Any]) -> list[Refused]:
    rows = said.get("refused")
    most = limits.HANDOVER_RECEIPT_ROWS_MAX
    if not isinstance(rows, list) or len(rows) > most or not all(isinstance(row, dict) for row in rows):
        raise refused_fields(
            FieldProblem(
                "refused",
                "no_list_of_members",
                f"거절한 이용자를 회원번호와 사유의 목록으로 적어 주세요({most:,}명까지, 없으면 빈 목록).",
                f"Please list the refused members with their reasons, at most {most:,}; none is an empty list.",
            )
        )
    return [Refused(place, row.get("member"), row.get("reason")) for place, row in enumerate(rows)]


def _of_row(fault: ReceiptFault, rows: list[dict[str, Any]]) -> FieldProblem:
    """Named by its place in the list, or by its line in the CSV."""
    line = rows[fault.place].get(LINE)
    name = f"lines[{line}].{fault.part}" if isinstance(line, int) else f"refused[{fault.place}].{fault.part}"
    return FieldProblem(name, fault.code, fault.message_ko, fault.message_en)


def _number(asked: Mapping[str, Any], name: str, *, least: int, most: int) -> int | None:
    """A whole number that was asked for; None where nothing was. Raises ApiProblem (422)."""
    if asked.get(name) in (None, ""):
        return None
    text = plain_text(asked[name])
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    raise refused_fields(
        FieldProblem(
            name,
            "number_out_of_range",
            f"{least}에서 {most:,} 사이의 숫자로 적어 주세요.",
            f"Please write a number from {least} to {most:,}.",
        )
    )


def _require_written(file: HandoverFile) -> None:
    if file.destroyed_at:
        raise ApiProblem(
            410,
            "file_destroyed",
            "모든 행의 결과를 받은 뒤 보관 기간이 지나 지운 파일입니다. 다시 필요하면 운영 담당자에게 알려 주세요.",
            "All rows of this file were answered for, and its time is over. Tell operations if you need it.",
        )
    if not file.name:
        raise ApiProblem(
            409,
            "file_not_written",
            "아직 작성되지 않은 파일입니다. 잠시 뒤에 다시 받아 주세요.",
            "This file is not written yet. Please try again in a moment.",
        )


def _damaged(damaged: FileDamaged) -> ApiProblem:
    logger.error("a file that was handed over is damaged: %s", damaged)
    return ApiProblem(
        503,
        "file_damaged",
        "파일을 읽을 수 없습니다. 운영 담당자에게 알려 주세요.",
        "The file cannot be read. Please tell operations.",
    )
