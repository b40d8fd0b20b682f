"""The partner's API: validate a coupon code, redeem it, cancel a redemption, and look redemptions up."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import limits
from compensation.policy.coupon_codes import CouponCodeRefused
from compensation.runtime.api_errors import ApiProblem, FieldProblem, refused_fields, throttled_until
from compensation.runtime.api_fields import TEXT, body, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import HEADER, is_answered, once
from compensation.runtime.pagination import page_of
from users.api.partner.answers import CouponAnswer, RedemptionAnswer, RedemptionsAnswer, coupon_answer
from users.api.partner.authentication import HasScope, PartnerAuthentication
from users.api.partner.throttle import PartnerThrottle
from users.models import PartnerScope, PartnerToken
from users.selectors.coupons import redemptions_of
from users.services.coupons.guesses import TooManyGuesses, guard
from users.services.coupons.redeeming import RedemptionRefused, cancel, look_up, redeem

Scopes = ClassVar[dict[str, tuple[PartnerScope, ...]]]

_SHOPPER = {**TEXT, "maxLength": limits.SHOPPER_LENGTH_MAX, "description": "what you call the shopper: a guesser"}
_ORDER = {**TEXT, "maxLength": limits.ORDER_LENGTH_MAX, "description": "your own number of the purchase"}
_GUESSED = "Codes that were made up are counted for each `shopper`, and for the partner; then 429 is answered."


class PartnerView(ApiView):
    """What partners' programs ask for, by their tokens alone."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [PartnerThrottle]
    scopes: Scopes = {}

    def token(self, request: Request) -> PartnerToken:
        token: Any = request.auth
        return token


class CodeView(PartnerView):
    """Takes codes, and so counts those that were made up: before the request's own transaction.

    A request that is sent again gets its answer, however many were made up since: it tells a guesser nothing new.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "POST" or is_answered(request):
            return
        shopper, at = _short(request, "shopper", limits.SHOPPER_LENGTH_MAX), timezone.now()
        try:
            guard(partner=self.token(request).partner, shopper=shopper, code=_code(request), at=at)
        except CouponCodeRefused as refused:
            raise _wrong_code(refused) from refused
        except TooManyGuesses as many:
            raise throttled_until(many.until, at=at) from many


class Validation(CodeView):
    """What a code is good for."""

    scopes: Scopes = {"POST": (PartnerScope.VALIDATE,)}

    @extend_schema(
        operation_id="validate_coupon",
        tags=["partner"],
        summary="What a coupon code is good for, and whether it can be redeemed now",
        description=f"Changes nothing, so it needs no key; with one, the answer is kept like any other. {_GUESSED}",
        request=body({"code": TEXT, "shopper": _SHOPPER}, required=("code",)),
        parameters=[
            OpenApiParameter(
                HEADER, {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"}, "header"
            )
        ],
        responses={200: CouponAnswer},
    )
    def post(self, request: Request) -> Response:
        return self._once(request) if HEADER in request.headers else self._look_up(request)

    def _look_up(self, request: Request) -> Response:
        try:
            found = look_up(token=self.token(request), code=_code(request), at=timezone.now())
        except CouponCodeRefused as refused:
            raise _wrong_code(refused) from refused
        return Response(coupon_answer(found))

    _once = once(_look_up)


class Redemptions(CodeView):
    """The partner's redemptions, and a new one."""

    is_paged = True
    scopes: Scopes = {"GET": (PartnerScope.REDEEM, PartnerScope.CANCEL), "POST": (PartnerScope.REDEEM,)}

    @extend_schema(
        operation_id="list_redemptions",
        tags=["partner"],
        summary="The partner's own redemptions, newest first",
        responses=RedemptionsAnswer,
    )
    def get(self, request: Request) -> Response:
        rows = redemptions_of(partner=self.token(request).partner)
        page = page_of(rows=rows, moment="redeemed_at", asked=request.query_params)
        return Response(RedemptionsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="redeem_coupon",
        tags=["partner"],
        summary="Redeems a coupon: of any number at once, one wins",
        description="409 says why it cannot be redeemed: `coupon_not_granted`, `coupon_recalled`, `coupon_used`, "
        f"`coupon_declined`, `coupon_expired`. {_GUESSED}",
        request=body({"code": TEXT, "order": _ORDER, "shopper": _SHOPPER}, required=("code",)),
        responses={201: RedemptionAnswer},
    )
    @once
    def post(self, request: Request) -> Response:
        code, order = _code(request), _short(request, "order", limits.ORDER_LENGTH_MAX)
        try:
            redemption = redeem(token=self.token(request), code=code, order=order, at=timezone.now())
        except CouponCodeRefused as refused:
            raise _wrong_code(refused) from refused
        except RedemptionRefused as refused:
            raise ApiProblem(409, refused.code, refused.message_ko, refused.message_en) from refused
        return Response(RedemptionAnswer(redemption).data, status=201)


class OneRedemption(PartnerView):
    """One of the partner's own."""

    scopes: Scopes = {"GET": (PartnerScope.REDEEM, PartnerScope.CANCEL)}

    @extend_schema(
        operation_id="show_redemption", tags=["partner"], summary="One redemption", responses=RedemptionAnswer
    )
    def get(self, request: Request, reference: str) -> Response:
        redemption = redemptions_of(partner=self.token(request).partner).get(reference=reference)
        return Response(RedemptionAnswer(redemption).data)


class Cancellation(PartnerView):
    """Giving a coupon back."""

    scopes: Scopes = {"POST": (PartnerScope.CANCEL,)}

    @extend_schema(
        operation_id="cancel_redemption",
        tags=["partner"],
        summary="Cancels a redemption: the member has the coupon again, as long as it is valid",
        description="One that was cancelled already stays as it is.",
        request=None,
        responses={200: RedemptionAnswer},
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        redemption = cancel(token=self.token(request), reference=reference, at=timezone.now())
        return Response(RedemptionAnswer(redemption).data)


def _code(request: Request) -> str:
    text = text_of(request.data, "code")
    if not text.strip():
        raise refused_fields(
            FieldProblem("code", "required", "쿠폰 번호를 적어 주세요.", "Please write the coupon code.")
        )
    return text


def _short(request: Request, name: str, most: int) -> str:
    text = text_of(request.data, name).strip()
    if len(text) > most:
        raise refused_fields(
            FieldProblem(
                name,
                "text_too_long",
                f"{most}자 이하로 적어 주세요.",
                f"Please write at most {most} characters.",
            )
        )
    return text


def _wrong_code(refused: CouponCodeRefused) -> ApiProblem:
    return refused_fields(FieldProblem("code", refused.code, refused.message_ko, refused.message_en))
