"""Top-ups by the API: what was proposed, a new proposal, and the steps with one."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.payouts.batches import REASON
from claims.api.payouts.top_up_answers import TopUpAnswer, TopUpClaimsAnswer, TopUpsAnswer
from claims.api.review.common import telling
from claims.models import TopUp, TopUpReason
from claims.selectors.top_ups import claims_of_top_up, top_up_named, top_ups_of
from claims.services.payouts.top_up_lists import parse_claim_list
from claims.services.payouts.top_up_refusals import Fault, ProposalRefused
from claims.services.payouts.top_up_withdrawal import withdraw_top_up
from claims.services.payouts.top_ups import approve_top_up, drop_top_up, propose_top_up
from claims.views.payouts.overview import HANDLE, VIEW
from compensation import limits
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import FieldProblem, refused_fields
from compensation.runtime.api_fields import ANY, TEXT, body, text_of, texts_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import Order, ordered_page_of

NAMES = {"tier_code": "tier", "listed": "claims"}  # of what the service calls otherwise
FIELDS = {"payout_reason_missing": "reason", "text_too_long": "reason", "top_up_list_long": "claims"}
CLAIMS = {"type": "array", "items": TEXT, "maxItems": limits.TOP_UP_LISTED_MAX, "description": "references of claims"}


class TopUps(ApiView):
    """The top-ups of a programme."""

    is_paged = True

    @extend_schema(
        operation_id="list_top_ups", tags=["payouts"], summary="Top-ups, newest first", responses=TopUpsAnswer
    )
    def get(self, request: Request, code: str) -> Response:
        rows = top_ups_of(programme=open_programme(request, code, permission=VIEW))
        page = ordered_page_of(rows=rows, order=Order("proposed_at"), asked=request.query_params)
        return Response(TopUpsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="propose_top_up",
        tags=["payouts"],
        summary="Proposes a further sum for all determined claims of a tier, or for listed ones; another one approves",
        request=body(
            {
                "tier": TEXT,
                "claims": CLAIMS,
                "amount_won": ANY,
                "reason_code": {"type": "string", "enum": TopUpReason.values},
                "reason": REASON,
            },
            required=("amount_won", "reason_code", "reason"),
        ),
        responses={201: TopUpAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=HANDLE)
        try:
            top_up = propose_top_up(
                programme=programme,
                amount_won=request.data.get("amount_won"),
                reason_code=text_of(request.data, "reason_code"),
                reason=text_of(request.data, "reason"),
                tier_code=text_of(request.data, "tier"),
                listed=_listed(request.data),
                actor=request.user,
                at=timezone.now(),
            )
        except ProposalRefused as refused:
            raise refused_fields(*map(_problem, refused.faults)) from refused
        return Response(TopUpAnswer(top_up).data, status=201)


class TopUpView(ApiView):
    """One top-up."""

    @extend_schema(operation_id="show_top_up", tags=["payouts"], summary="A top-up", responses=TopUpAnswer)
    def get(self, request: Request, code: str, reference: str) -> Response:
        return Response(TopUpAnswer(_top_up(request, code, reference, permission=VIEW)).data)


class TopUpClaims(ApiView):
    """The claims of a top-up."""

    is_paged = True

    @extend_schema(
        operation_id="list_claims_of_top_up",
        tags=["payouts"],
        summary="The claims of a top-up, and the payouts that were made of it",
        responses=TopUpClaimsAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        rows = claims_of_top_up(top_up=_top_up(request, code, reference, permission=VIEW))
        page = ordered_page_of(rows=rows, order=Order("id", is_descending=False), asked=request.query_params)
        return Response(TopUpClaimsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)


class TopUpStep(ApiView):
    """What the steps with a top-up have in common."""

    def do(self, request: Request, code: str, reference: str, act: Callable[..., object], **more: Any) -> Response:
        top_up = _top_up(request, code, reference, permission=HANDLE)
        with telling(FIELDS):
            act(top_up=top_up, actor=request.user, at=timezone.now(), **more)
        return Response(TopUpAnswer(top_up_named(programme=top_up.programme, reference=reference)).data)


class TopUpApproving(TopUpStep):
    """Approving."""

    @extend_schema(
        operation_id="approve_top_up",
        tags=["payouts"],
        summary="The second person's yes: sums are set aside, payouts made, merchants told",
        request=None,
        responses=TopUpAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self.do(request, code, reference, approve_top_up)


class TopUpDropping(TopUpStep):
    """Dropping a proposal."""

    @extend_schema(
        operation_id="drop_top_up",
        tags=["payouts"],
        summary="Takes a proposal away",
        request=None,
        responses=TopUpAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        return self.do(request, code, reference, drop_top_up)


class TopUpWithdrawing(TopUpStep):
    """Withdrawing what has not left."""

    @extend_schema(
        operation_id="withdraw_top_up",
        tags=["payouts"],
        summary="Withdraws an approved top-up from the claims named, or from all, where it has not left",
        request=body({"claims": CLAIMS, "reason": REASON}, required=("reason",)),
        responses=TopUpAnswer,
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        reason, listed = text_of(request.data, "reason"), _listed(request.data)
        named = None if request.data.get("claims") is None else parse_claim_list(listed)
        return self.do(request, code, reference, withdraw_top_up, reason=reason, references=named)


def _top_up(request: Request, code: str, reference: str, *, permission: str) -> TopUp:
    return top_up_named(programme=open_programme(request, code, permission=permission), reference=reference)


def _listed(content: Mapping[str, Any]) -> str:
    return "\n".join(texts_of(content, "claims", most=limits.TOP_UP_LISTED_MAX))


def _problem(fault: Fault) -> FieldProblem:
    field, refused = fault
    return FieldProblem(NAMES.get(field, field), refused.code, refused.message_ko, refused.message_en)
