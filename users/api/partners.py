"""Partners by the API, for operations: who they are, what they did, their tokens, and how often they may ask."""

from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import limits
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import of_field
from compensation.runtime.api_fields import ANY, TEXT, body
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import page_of
from users.api.grants.common import read_form
from users.models import Partner, PartnerScope
from users.selectors.partners import days_of, partners_of, tokens_of
from users.services.partners import change_rate, issue_partner_token, register_partner, revoke_partner_token
from users.views.partners.access import MANAGE, VIEW, open_partner
from users.views.partners.forms import PartnerForm, RateForm, TokenForm

TAG = "operations"
NEW_TOKEN = body(
    {"label": TEXT, "scopes": {"type": "array", "items": {"type": "string", "enum": PartnerScope.values}}, "days": ANY},
    required=("label", "scopes"),
)


class PartnerAnswer(serializers.Serializer[Any]):
    """A partner. `live_tokens` are good now; `requests_per_second` null: as often as any partner."""

    code = serializers.CharField()
    name_ko = serializers.CharField()
    name_en = serializers.CharField()
    requests_per_second = serializers.IntegerField(allow_null=True)
    live_tokens = serializers.IntegerField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class PartnersAnswer(serializers.Serializer[Any]):
    """A page of partners, newest first."""

    results = PartnerAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PartnerDayAnswer(serializers.Serializer[Any]):
    """A day in Seoul: coupons that were taken and what they were worth, members who were handed over."""

    day = serializers.DateField()
    redeemed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    won = serializers.IntegerField()
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()


class PartnerInFull(PartnerAnswer):
    """A partner with what it did on the last month's days, newest first."""

    days = PartnerDayAnswer(many=True)


class PartnerTokenAnswer(serializers.Serializer[Any]):
    """A token of a partner's program, without the token."""

    reference = serializers.CharField()
    label = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class PartnerTokensAnswer(serializers.Serializer[Any]):
    """A page of tokens, newest first, also those that are not good any more."""

    results = PartnerTokenAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class NewPartnerToken(PartnerTokenAnswer):
    """A new token; null when the request is sent again."""

    token = serializers.CharField(allow_null=True)


class Partners(ApiView):
    """The partners of a programme."""

    is_paged = True

    @extend_schema(operation_id="list_partners", tags=[TAG], summary="Partners, newest first", responses=PartnersAnswer)
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request._request, code, permission=VIEW)
        rows = partners_of(programme=programme, at=request._request.received_at)
        page = page_of(rows=rows, moment="created_at", asked=request.query_params)
        return Response(PartnersAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="register_partner",
        tags=[TAG],
        summary="Registers a partner; its programs get in by tokens",
        request=body({"code": TEXT, "name_ko": TEXT, "name_en": TEXT}, required=("code", "name_ko", "name_en")),
        responses={201: PartnerInFull},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme, at = open_programme(request._request, code, permission=MANAGE), request._request.received_at
        typed = read_form(lambda: PartnerForm(request.data, programme=programme))
        return _in_full(request, register_partner(programme=programme, actor=request.user, at=at, **typed), status=201)


class OnePartner(ApiView):
    """A partner."""

    @extend_schema(
        operation_id="show_partner", tags=[TAG], summary="A partner and what it did by day", responses=PartnerInFull
    )
    def get(self, request: Request, code: str, partner: str) -> Response:
        return _in_full(request, open_partner(request._request, code, partner))


class PartnerLimit(ApiView):
    """How often its programs may ask."""

    @extend_schema(
        operation_id="limit_partner",
        tags=[TAG],
        summary="Bounds how often a partner's programs may ask; blank: as often as any partner's",
        request=body({"requests_per_second": ANY}),
        responses={201: PartnerInFull},
    )
    @once
    def post(self, request: Request, code: str, partner: str) -> Response:
        found = open_partner(request._request, code, partner, permission=MANAGE)
        typed = read_form(lambda: RateForm(request.data))
        with of_field("requests_per_second"):
            change_rate(partner=found, actor=request.user, **typed)
        return _in_full(request, found, status=201)


class PartnerTokens(ApiView):
    """The tokens of a partner's programs."""

    is_paged = True

    @extend_schema(
        operation_id="list_partner_tokens", tags=[TAG], summary="A partner's tokens", responses=PartnerTokensAnswer
    )
    def get(self, request: Request, code: str, partner: str) -> Response:
        rows = tokens_of(partner=open_partner(request._request, code, partner))
        page = page_of(rows=rows, moment="created_at", asked=request.query_params)
        return Response(PartnerTokensAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="issue_partner_token",
        tags=[TAG],
        summary="Gives a partner's program a token for what its scopes say",
        description=(
            f"The token is shown this one time: the same request again answers with null in its place. `days`: how "
            f"long it is good, {limits.PARTNER_TOKEN_DAYS} at most and where nothing is said."
        ),
        request=NEW_TOKEN,
        responses={201: NewPartnerToken},
    )
    @partial(once, shown_once=["token"])
    def post(self, request: Request, code: str, partner: str) -> Response:
        found = open_partner(request._request, code, partner, permission=MANAGE)
        content = {"days": limits.PARTNER_TOKEN_DAYS} | request.data
        typed = read_form(lambda: TokenForm(content))
        with of_field("days"):
            token, row = issue_partner_token(
                partner=found, actor=request.user, at=request._request.received_at, **typed
            )
        return Response(PartnerTokenAnswer(row).data | {"token": token}, status=201)


class OnePartnerToken(ApiView):
    """A token of a partner's program."""

    @extend_schema(
        operation_id="revoke_partner_token",
        tags=[TAG],
        summary="Revokes a partner's token: the program that uses it gets in no more",
        responses={204: None},
    )
    def delete(self, request: Request, code: str, partner: str, reference: str) -> Response:
        found, at = open_partner(request._request, code, partner, permission=MANAGE), request._request.received_at
        own = tokens_of(partner=found).get(reference=reference)
        revoke_partner_token(programme=found.programme, reference=own.reference, actor=request.user, at=at)
        return Response(status=204)


def _in_full(request: Request, partner: Partner, *, status: int = 200) -> Response:
    """As it stands now."""
    at = request._request.received_at
    found: Any = partners_of(programme=partner.programme, at=at).get(pk=partner.pk)
    found.days = days_of(partner=partner, at=at)
    return Response(PartnerInFull(found).data, status=status)
