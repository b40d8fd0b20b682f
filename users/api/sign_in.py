"""Signing in by the API: a code to a contact, a token for the code; the person's tokens, and revoking them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import limits
from compensation.runtime.api_errors import ApiProblem, FieldProblem, refused_fields, throttled_until
from compensation.runtime.api_fields import TEXT, body, read
from compensation.runtime.api_view import ApiView
from compensation.runtime.middleware import client_address
from compensation.values.contacts import ContactValue, parse_contact
from compensation.values.names import parse_name
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text
from users.services import sign_up
from users.services.api_tokens import issue_token, live_tokens, revoke_token
from users.services.sign_in import SignInRefused, SignInThrottled, check_code
from users.services.sign_in_codes import CodeThrottled, send_code

PURPOSE = "api"  # a code that was asked for on the sign-in page makes no token

_NO_CONTACT = ValueRefused(
    "required", "휴대전화 번호나 이메일을 적어 주세요.", "Please write a mobile number or an e-mail address."
)
_NO_CODE = ValueRefused("required", "받은 인증번호를 적어 주세요.", "Please write the code that you received.")
_NO_LABEL = ValueRefused(
    "required", "토큰을 쓸 프로그램의 이름을 적어 주세요.", "Please name the program that uses it."
)


class CodeSent(serializers.Serializer[Any]):
    """Where the code went, masked, and for how long it is good. The same whether there is an account or not."""

    contact = serializers.CharField()
    valid_seconds = serializers.IntegerField()


class Token(serializers.Serializer[Any]):
    """A token, without the token."""

    reference = serializers.CharField()
    label = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewToken(Token):
    """A token, shown this one time."""

    token = serializers.CharField()


class Tokens(serializers.Serializer[Any]):
    """The tokens that are good now, newest first."""

    results = Token(many=True)


class Codes(ApiView):
    """One-time codes."""

    permission_classes = [AllowAny]
    write_scope = "sign_in"

    @extend_schema(
        operation_id="send_code",
        tags=["sign-in"],
        summary="Sends a one-time code to a mobile phone or an e-mail address",
        request=body({"contact": TEXT}, required=("contact",)),
        responses={202: CodeSent},
    )
    def post(self, request: Request) -> Response:
        contact, at = _contact(request), timezone.now()
        try:
            send_code(contact=contact.written, purpose=PURPOSE, at=at, address=client_address(request))
        except CodeThrottled as throttled:
            if not throttled.is_on_its_way:
                raise throttled_until(throttled.retry_at, at=at) from throttled
        answer = {"contact": sign_up.masked(contact), "valid_seconds": limits.CODE_VALID_SECONDS}
        return Response(CodeSent(answer).data, status=202)


class OwnTokens(ApiView):
    """The person's tokens; a new one for a code. The code is good once, so no key is needed to send it again."""

    write_scope = "sign_in"

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(operation_id="list_tokens", tags=["sign-in"], summary="The tokens that are good", responses=Tokens)
    def get(self, request: Request) -> Response:
        return Response(Tokens({"results": live_tokens(user=request.user, at=timezone.now())}).data)

    @extend_schema(
        operation_id="issue_token",
        tags=["sign-in"],
        summary="Gives a token for a code",
        description="A code is good once, so no key is needed. The token is shown this one time.",
        request=body({"contact": TEXT, "code": TEXT, "label": TEXT}, required=("contact", "code", "label")),
        responses={201: NewToken},
    )
    def post(self, request: Request) -> Response:
        contact = _contact(request)
        label = read(
            request.data,
            "label",
            lambda value: parse_name(value, length_max=limits.API_TOKEN_LABEL_LENGTH_MAX),
            missing=_NO_LABEL,
        )
        _check(contact, read(request.data, "code", plain_text, missing=_NO_CODE), client_address(request))
        at = timezone.now()
        try:
            user = sign_up.arrive_by_contact(contact=contact, at=at).user
            token, row = issue_token(user=user, label=label, at=at)
        except (sign_up.AccountClosed, sign_up.StaffSignsInByPassword) as refused:
            raise ApiProblem(
                403,
                "no_token_for_account",
                "이 계정은 토큰으로 로그인할 수 없습니다. 사이트에서 로그인해 주세요.",
                "This account cannot use tokens. Please sign in on the site.",
            ) from refused
        row.token = token
        return Response(NewToken(row).data, status=201)


class OwnToken(ApiView):
    """One of the person's tokens."""

    @extend_schema(operation_id="revoke_token", tags=["sign-in"], summary="Revokes a token", responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        revoke_token(user=request.user, reference=reference, at=timezone.now())
        return Response(status=204)


def _contact(request: Request) -> ContactValue:
    return read(request.data, "contact", parse_contact, missing=_NO_CONTACT)


def _check(contact: ContactValue, code: str, address: str) -> None:
    """Not in a transaction that is rolled back: every try counts."""
    at = timezone.now()
    try:
        check_code(contact=contact.written, code=code, purpose=PURPOSE, address=address, at=at)
    except SignInThrottled as throttled:
        raise throttled_until(throttled.until, at=at) from throttled
    except SignInRefused as refused:
        raise refused_fields(
            FieldProblem(
                "code",
                "code_refused",
                "인증번호가 맞지 않거나 시간이 지났습니다. 다시 확인하거나 새로 받아 주세요.",
                "The code is wrong or too old. Please check it, or ask for a new one.",
            )
        ) from refused
