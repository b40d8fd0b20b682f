"""The channel service's API: what a merchant used of the channel cash, and that the rest has expired."""

from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.policy.references import ReferenceRefused, normalise_reference
from compensation.runtime.api_errors import ApiProblem, FieldProblem, refused_fields
from compensation.runtime.api_fields import ANY, TEXT, body, read, text_of
from compensation.runtime.idempotency import once
from compensation.values.business_numbers import parse_business_number
from compensation.values.dates import parse_date
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank
from compensation.values.won import parse_won
from merchants.models import UseKind
from merchants.services.channel_cash_uses import ReportedUse, UsesRefused, book_uses
from users.api.partner.views import PartnerView, Scopes
from users.models import PartnerScope

NO_MERCHANT = ValueRefused(
    "merchant_missing", "참조번호나 사업자등록번호를 적어 주세요.", "Please send the reference or the business number."
)
NO_AMOUNT = ValueRefused("amount_missing", "금액을 적어 주세요.", "Please send the amount.")
NO_DAY = ValueRefused("date_missing", "날짜를 적어 주세요.", "Please send the date.")


class UseAnswer(serializers.Serializer[Any]):
    """What was booked, in won."""

    kind = serializers.ChoiceField(choices=UseKind.values)
    amount_won = serializers.IntegerField()
    on = serializers.DateField()


class ChannelCashUses(PartnerView):
    """Use and expiry of channel cash."""

    scopes: Scopes = {"POST": (PartnerScope.CASH_USE,)}

    @extend_schema(
        operation_id="report_channel_cash_use",
        tags=["partner"],
        summary="Reports what a merchant used on a day, once a day as its sum; or that the rest has expired",
        description="The merchant by our reference (from the list that was handed over) or by business number. For an "
        "expiry the amount may be left out; sent, it has to be all that is left. 409 says why nothing was booked.",
        request=body(
            {
                "reference": TEXT,
                "business_number": TEXT,
                "kind": {"type": "string", "enum": UseKind.values},
                "amount_won": ANY,
                "on": TEXT,
            },
            required=("kind", "on"),
        ),
        responses={201: UseAnswer},
    )
    @once
    def post(self, request: Request) -> Response:
        use = _use(request.data)
        try:
            booked = book_uses(
                programme=self.token(request).partner.programme,
                reported=[use],
                actor=self.token(request).partner.user,
                at=timezone.now(),
            )
        except UsesRefused as refused:
            fault = refused.faults[0]
            raise ApiProblem(409, fault.code, fault.message_ko, fault.message_en) from refused
        amount_won = booked.used_won + booked.expired_won
        return Response(UseAnswer({"kind": use.kind, "amount_won": amount_won, "on": use.on}).data, status=201)


def _use(content: Any) -> ReportedUse:
    """Raises ApiProblem (422)."""
    kind = text_of(content, "kind")
    if kind not in UseKind.values:
        raise refused_fields(
            FieldProblem(
                "kind",
                "use_kind_unknown",
                "used(사용)나 expired(소멸)로 적어 주세요.",
                "Please send used or expired.",
            )
        )
    reference, business_number = _merchant(content)
    is_rest = kind == UseKind.EXPIRED and is_blank(content.get("amount_won"))
    return ReportedUse(
        line=None,
        reference=reference,
        business_number=business_number,
        kind=kind,
        amount_won=None if is_rest else read(content, "amount_won", parse_won, missing=NO_AMOUNT),
        on=read(content, "on", _day, missing=NO_DAY),
    )


def _merchant(content: Any) -> tuple[str, str]:
    text = text_of(content, "reference")
    if is_blank(text):
        return "", read(content, "business_number", parse_business_number, missing=NO_MERCHANT)
    try:
        return normalise_reference(text), ""
    except ReferenceRefused as refused:
        raise refused_fields(
            FieldProblem("reference", refused.code, refused.message_ko, refused.message_en)
        ) from refused


def _day(typed: object) -> date:
    return parse_date(typed).day
