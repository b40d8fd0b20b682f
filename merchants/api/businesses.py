"""The businesses that the person acts for, and taking over one whose registered phone they have proven."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.runtime.api_errors import FieldProblem, refused_fields
from compensation.runtime.api_fields import ANY, body, read
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.values.business_numbers import parse_business_number
from compensation.values.refused import ValueRefused
from merchants.selectors.representatives import businesses_of
from merchants.services.representatives import TakeOverRefused, take_over

_MISSING = ValueRefused("required", "사업자등록번호를 적어 주세요.", "Please write the business registration number.")


class Business(serializers.Serializer[Any]):
    """A business."""

    business_number = serializers.CharField()
    trade_name = serializers.CharField()
    representative_name = serializers.CharField()
    industry_code = serializers.CharField(allow_blank=True)


class BusinessesAnswer(serializers.Serializer[Any]):
    """All of them."""

    results = Business(many=True)


class Businesses(ApiView):
    """The person's businesses."""

    @extend_schema(
        operation_id="list_businesses",
        tags=["businesses"],
        summary="The businesses that one acts for",
        responses=BusinessesAnswer,
    )
    def get(self, request: Request) -> Response:
        return Response(BusinessesAnswer({"results": businesses_of(user=request.user)}).data)

    @extend_schema(
        operation_id="take_over_business",
        tags=["businesses"],
        summary="Takes over a business on record, by its registered phone",
        request=body({"business_number": ANY}, required=("business_number",)),
        responses={201: Business},
    )
    @once
    def post(self, request: Request) -> Response:
        number = read(request.data, "business_number", parse_business_number, missing=_MISSING)
        try:
            merchant = take_over(user=request.user, business_number=number, at=timezone.now())
        except TakeOverRefused as refused:
            raise refused_fields(
                FieldProblem(
                    "business_number",
                    "business_not_found",
                    "확인하신 휴대전화로 등록된 사업자를 찾지 못했습니다.",
                    "No business is on record for the phone that you have confirmed.",
                )
            ) from refused
        return Response(Business(merchant).data, status=201)
