"""Bank runs by the API: the plan, what is kept back, batches and their lists, and every step with a batch."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.payouts.access import batch_in
from claims.api.payouts.answers import (
    BatchAnswer,
    BatchesAnswer,
    KeptBackPage,
    PayoutAnswer,
    PayoutsAnswer,
    PlanAnswer,
    batch_values,
    kept_back_values,
    sentence_of,
)
from claims.api.review.common import telling
from claims.models import Payout, PayoutBatch
from claims.selectors.bank_files import current_profiles
from claims.selectors.payouts import batch_named, kept_back, payout_named, payouts_of, plan
from claims.services.payouts.batch_rows import BatchRefused
from claims.services.payouts.batches import cancel_batch, freeze_batch, make_batch, thaw_batch
from claims.services.payouts.holding import hold_payout, lift_hold, retry_payout
from claims.services.payouts.releasing import approve_batch, release_batch
from claims.views.payouts.overview import HANDLE, VIEW
from compensation import limits
from compensation.programmes.access import note_access, open_programme
from compensation.runtime.api_errors import general, of_field
from compensation.runtime.api_fields import body, read, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.forms import number_sent
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import Order, ordered_page_of, rows_asked
from compensation.values.dates import parse_date
from compensation.values.head_counts import parse_head_count

FIELDS = {
    "batch_day": "pay_on",
    "batch_size": "size",
    "batch_profile": "profile",
    "payout_reason_missing": "reason",
    "text_too_long": "reason",
}
REASON = {"type": "string", "maxLength": limits.PAYOUT_REASON_LENGTH_MAX}
AFTER = OpenApiParameter("after", {"type": "integer", "minimum": 0}, "query")
_DIGITS_MAX = 15


class Plan(ApiView):
    """What may be paid."""

    @extend_schema(
        operation_id="plan_payouts",
        tags=["payouts"],
        summary="What a batch made now would hold, and what is kept back",
        responses=PlanAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        found = plan(programme=open_programme(request, code, permission=VIEW))
        sums = [
            {"because": sentence_of(because), "count": kept.count, "won": kept.won}
            for because, kept in found.kept_back.items()
        ]
        values = {"payable": found.payable, "kept_back": sums, "budget_left_won": found.budget_left_won}
        return Response(PlanAnswer(values).data)


class KeptBack(ApiView):
    """What is kept back."""

    @extend_schema(
        operation_id="list_kept_back_payouts",
        tags=["payouts"],
        summary="Payouts that are kept back, with their reasons, oldest first",
        parameters=[AFTER, OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}, "query")],
        responses=KeptBackPage,
    )
    def get(self, request: Request, code: str) -> Response:
        programme, size = open_programme(request, code, permission=VIEW), rows_asked(request.query_params)
        after = number_sent(request.query_params.get("after", ""), digits_max=_DIGITS_MAX)
        rows = kept_back(programme=programme, after=after, size=size + 1)
        results = [kept_back_values(row, because) for row, because in rows[:size]]
        following = rows[size - 1][0].pk if len(rows) > size else None
        return Response({"results": results, "next_after": following})


class Batches(ApiView):
    """The batches."""

    is_paged = True

    @extend_schema(
        operation_id="list_payout_batches", tags=["payouts"], summary="Batches, newest first", responses=BatchesAnswer
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        rows = PayoutBatch.objects.filter(programme=programme).select_related("made_by")
        page = ordered_page_of(rows=rows, order=Order("made_at"), asked=request.query_params)
        return Response(BatchesAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="make_payout_batch",
        tags=["payouts"],
        summary="Begins a draft; a worker fills it with what may be paid, oldest first",
        request=body(
            {
                "profile": {"type": "string", "description": "code of a bank profile"},
                "pay_on": {"type": "string", "format": "date"},
                "size": {"type": "integer", "minimum": 1, "maximum": limits.BATCH_PAYOUTS_MAX},
                "note": REASON,
            },
            required=("profile", "pay_on"),
        ),
        responses={201: BatchAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=HANDLE)
        profile = current_profiles(programme).filter(code=text_of(request.data, "profile")).first()
        day = read(request.data, "pay_on", parse_date, missing=_day_missing())
        wanted = request.data.get("size")
        with of_field("size"):
            size = limits.BATCH_PAYOUTS_MAX if wanted is None else parse_head_count(wanted)
        with telling(FIELDS | {"text_too_long": "note"}):
            if profile is None:
                raise BatchRefused("batch_profile", "그런 은행 양식이 없습니다.", "There is no such bank profile.")
            batch = make_batch(
                programme=programme,
                profile=profile,
                pay_on=day.day,
                actor=request.user,
                at=timezone.now(),
                size=size,
                note=text_of(request.data, "note"),
            )
        return Response(BatchAnswer(batch_values(batch)).data, status=201)


class Batch(ApiView):
    """One batch."""

    @extend_schema(
        operation_id="show_payout_batch",
        tags=["payouts"],
        summary="A batch: its list's sums, approvals, files, log",
        responses=BatchAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        return Response(BatchAnswer(batch_values(batch_in(request, code, reference, permission=VIEW))).data)


class BatchList(ApiView):
    """The list of a batch."""

    is_paged = True

    @extend_schema(
        operation_id="list_payouts_of_batch",
        tags=["payouts"],
        summary="The payouts of a batch in its order",
        responses=PayoutsAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        rows = payouts_of(batch=batch_in(request, code, reference, permission=VIEW))
        page = ordered_page_of(rows=rows, order=Order("id", is_descending=False), asked=request.query_params)
        return Response(PayoutsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)


DIGEST = {"type": "string", "description": "the batch's `digest` as it was seen"}


class BatchStep(ApiView):
    """What the steps with a batch have in common."""

    def do(self, request: Request, code: str, reference: str, act: Callable[..., object], **more: Any) -> Response:
        batch = batch_in(request, code, reference, permission=HANDLE)
        with telling(FIELDS):
            act(batch=batch, actor=request.user, at=timezone.now(), **more)
        fresh = batch_named(programme=batch.programme, reference=reference)
        return Response(BatchAnswer(batch_values(fresh)).data)


class Freezing(BatchStep):
    """Freezing the list."""

    @extend_schema(
        operation_id="freeze_payout_batch",
        tags=["payouts"],
        summary="Fixes the list that was seen; from then on it can be approved",
        request=body({"digest": DIGEST}, required=("digest",)),
        responses=BatchAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self.do(request, code, reference, freeze_batch, digest=text_of(request.data, "digest"))


class Approving(BatchStep):
    """Approving the list."""

    @extend_schema(
        operation_id="approve_payout_batch",
        tags=["payouts"],
        summary="Says yes to the frozen list that was seen; not by who made it",
        request=body({"digest": DIGEST}, required=("digest",)),
        responses=BatchAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self.do(request, code, reference, approve_batch, digest=text_of(request.data, "digest"))


class Releasing(BatchStep):
    """Releasing the batch."""

    @extend_schema(
        operation_id="release_payout_batch",
        tags=["payouts"],
        summary="Sends an approved batch on its way; a worker makes the bank's files",
        request=None,
        responses=BatchAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self.do(request, code, reference, release_batch)


class Thawing(BatchStep):
    """Making a frozen list a draft again."""

    @extend_schema(
        operation_id="thaw_payout_batch",
        tags=["payouts"],
        summary="Makes a frozen list a draft again",
        request=body({"reason": REASON}, required=("reason",)),
        responses=BatchAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self.do(request, code, reference, thaw_batch, reason=text_of(request.data, "reason"))


class Cancelling(BatchStep):
    """Giving a batch up."""

    @extend_schema(
        operation_id="cancel_payout_batch",
        tags=["payouts"],
        summary="Gives a batch up before it is released; its payouts are due again",
        request=body({"reason": REASON}, required=("reason",)),
        responses=BatchAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self.do(request, code, reference, cancel_batch, reason=text_of(request.data, "reason"))


class PayoutView(ApiView):
    """One payout."""

    @extend_schema(
        operation_id="show_payout",
        tags=["payouts"],
        summary="A payout; reading it leaves an access record",
        responses=PayoutAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        payout = _payout(request, code, reference, permission=VIEW)
        note_access(request, subject=f"claim {payout.claim.reference}", task="payout_opened")
        return Response(PayoutAnswer(payout).data)


class PayoutStep(ApiView):
    """Keeping a payout back, letting it go, trying a returned one again."""

    @extend_schema(
        operation_id="act_on_payout",
        tags=["payouts"],
        summary="hold: keeps it back; lift: lets it go; retry: pays a returned one to the same account again",
        parameters=[OpenApiParameter("step", {"type": "string", "enum": ["hold", "lift", "retry"]}, "path")],
        request=body({"reason": REASON}),
        responses=PayoutAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str, step: str) -> Response:
        payout = _payout(request, code, reference, permission=HANDLE)
        named = {"payout": payout, "actor": request.user, "at": timezone.now()}
        with telling(FIELDS):
            if step == "hold":
                hold_payout(**named, reason=text_of(request.data, "reason"))
            elif step == "lift":
                lift_hold(**named)
            elif step == "retry":
                payout = retry_payout(**named, reason=text_of(request.data, "reason"))
            else:
                raise general(404)
        fresh = payout_named(programme=payout.programme, reference=payout.reference)
        return Response(PayoutAnswer(fresh).data)


def _payout(request: Request, code: str, reference: str, *, permission: str) -> Payout:
    return payout_named(programme=open_programme(request, code, permission=permission), reference=reference)


def _day_missing() -> BatchRefused:
    return BatchRefused("batch_day", "지급일을 적어 주세요.", "Please write the day of payment.")
