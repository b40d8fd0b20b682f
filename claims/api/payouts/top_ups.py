"""Top-ups by the API: what was proposed, a new proposal, and the steps with one."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.payouts.batches import REASON
from claims.api.review.common import telling
from claims.models import TopUp, TopUpReason
from claims.selectors.top_ups import claims_of_top_up, standings_of, top_up_named, top_ups_of
from claims.services.payouts.top_up_lists import parse_claim_list
from claims.services.payouts.top_up_refusals import TopUpRefused
from claims.services.payouts.top_up_withdrawal import withdraw_top_up
from claims.services.payouts.top_ups import approve_top_up, drop_top_up, propose_top_up
from claims.views.payouts.overview import HANDLE, VIEW
from compensation import limits
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import general
from compensation.runtime.api_fields import ANY, TEXT, body, read, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import Order, ordered_page_of
from compensation.values.won import parse_won

FIELDS = {
    "top_up_amount": "amount_won",
    "top_up_over_most": "amount_won",
    "top_up_reason_code": "reason_code",
    "top_up_claims_missing": "claims",
    "top_up_claims_unknown": "claims",
    "top_up_list_long": "claims",
    "top_up_claims_none": "tier",
    "payout_reason_missing": "reason",
    "text_too_long": "reason",
}
CLAIMS = {"type": "array", "items": TEXT, "maxItems": limits.TOP_UP_LISTED_MAX, "description": "references of claims"}


class TopUpSum(serializers.Serializer[Any]):
    """How many claims of a top-up are where, and their sum: states of payouts, `waiting` or `withdrawn`."""

    standing = serializers.CharField()
    count = serializers.IntegerField()
    won = serializers.IntegerField()


class TopUpShort(serializers.Serializer[TopUp]):
    """A top-up in a list. `amount_won` is for each claim."""

    reference = serializers.CharField()
    state = serializers.ChoiceField(choices=["proposed", "approved", "dropped"])
    tier = serializers.CharField(source="tier_code", allow_blank=True)
    claims_count = serializers.IntegerField()
    amount_won = serializers.IntegerField()
    total_won = serializers.IntegerField()
    reason_code = serializers.ChoiceField(choices=TopUpReason.values)
    reason = serializers.CharField()
    proposed_by = serializers.CharField(source="proposed_by.get_full_name")
    proposed_at = serializers.DateTimeField()
    closed_by = serializers.CharField(source="closed_by.get_full_name", allow_null=True, default=None)
    closed_at = serializers.DateTimeField(allow_null=True)


class TopUpsAnswer(serializers.Serializer[Any]):
    """A page of top-ups, newest first."""

    results = TopUpShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TopUpAnswer(TopUpShort):
    """A top-up, and where its sums are."""

    standings = serializers.SerializerMethodField()

    def get_standings(self, top_up: TopUp) -> list[dict[str, Any]]:
        rows = standings_of(top_up=top_up).items()
        return [dict(TopUpSum({"standing": name, "count": row.count, "won": row.won}).data) for name, row in rows]


class TopUpClaimAnswer(serializers.Serializer[Any]):
    """What a claim gets of it. `payouts`: references of what was made of it and not cancelled, oldest first."""

    claim = serializers.CharField(source="claim.reference")
    amount_won = serializers.IntegerField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    payouts = serializers.SerializerMethodField()

    def get_payouts(self, row: Any) -> list[str]:
        return [payout.reference for payout in row.live_payouts]


class TopUpClaimsAnswer(serializers.Serializer[Any]):
    """A page of the claims of a top-up."""

    results = TopUpClaimAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


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
        amount_won = read(request.data, "amount_won", parse_won, missing=_amount_missing())
        with telling(FIELDS):
            top_up = propose_top_up(
                programme=programme,
                amount_won=amount_won,
                reason_code=text_of(request.data, "reason_code"),
                reason=text_of(request.data, "reason"),
                tier_code=text_of(request.data, "tier"),
                references=_references(request.data.get("claims")),
                actor=request.user,
                at=timezone.now(),
            )
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
        named = _references(request.data.get("claims"))
        more = {"reason": text_of(request.data, "reason"), "references": named or None}
        return self.do(request, code, reference, withdraw_top_up, **more)


def _top_up(request: Request, code: str, reference: str, *, permission: str) -> TopUp:
    programme = open_programme(request, code, permission=permission)
    try:
        return top_up_named(programme=programme, reference=reference)
    except TopUp.DoesNotExist as error:
        raise general(404) from error


def _references(said: object) -> Sequence[str]:
    """A list of references; what is none is kept as it is, so that the refusal names it."""
    texts = [text for text in said if isinstance(text, str)] if isinstance(said, list) else []
    with telling(FIELDS):
        return parse_claim_list("\n".join(texts))


def _amount_missing() -> TopUpRefused:
    return TopUpRefused("required", "금액을 적어 주세요.", "Please write the amount.")
