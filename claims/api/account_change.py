"""Whose the change of an account was, by the API: the same code to the contact on record, the same two answers."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.access import own_claim
from claims.api.claim_answers import AccountAnswer
from claims.services.account_change import CONFIRM, DENY, answer_change, send_code_for_change
from compensation import limits
from compensation.runtime.api_errors import ApiProblem, FieldProblem, refused_fields, throttled_until
from compensation.runtime.api_fields import TEXT, body, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.masking import masked_account
from compensation.runtime.middleware import client_address
from compensation.values.refused import ValueRefused
from merchants.selectors.accounts import awaits_confirmation, newest_account
from users.services.sign_in_codes import CodeThrottled

# Refusals about one field; the others are about the account as it stands.
FIELDS = {"account_code_wrong": "code", "account_answer_missing": "answer"}


class ChangeCodeSent(serializers.Serializer[Any]):
    """For how long the code is good that went to the contact on record before the change."""

    valid_seconds = serializers.IntegerField()


class ChangeAnswered(AccountAnswer):
    """The account that counts now, and whether somebody still has to say whose its change was."""

    awaits_confirmation = serializers.BooleanField()


class AccountChangeCode(ApiView):
    """A code for the change of an account. Asked again it is sent again, so it takes no key."""

    @extend_schema(
        operation_id="send_account_change_code",
        tags=["claims"],
        summary="Sends a code to the contact that was on record before the account was changed",
        request=None,
        responses={202: ChangeCodeSent},
    )
    def post(self, request: Request, reference: str) -> Response:
        claim, at = own_claim(request, reference), timezone.now()
        try:
            send_code_for_change(claim=claim, address=client_address(request._request), at=at)
        except CodeThrottled as throttled:
            if not throttled.is_on_its_way:
                raise throttled_until(throttled.retry_at, at=at) from throttled
        except ValueRefused as refused:
            raise _problem(refused) from refused
        return Response(ChangeCodeSent({"valid_seconds": limits.CODE_VALID_SECONDS}).data, status=202)


class AccountChangeAnswer(ApiView):
    """Whose the change was. A code is good once, so no key is needed; and a wrong one counts, whatever follows."""

    @extend_schema(
        operation_id="answer_account_change",
        tags=["claims"],
        summary="confirm: it was me; deny: it was not, and the account from before counts again",
        request=body(
            {"answer": {"type": "string", "enum": [CONFIRM, DENY]}, "code": TEXT}, required=("answer", "code")
        ),
        responses={200: ChangeAnswered, 204: None},
    )
    def put(self, request: Request, reference: str) -> Response:
        claim = own_claim(request, reference)
        said = {"answer": text_of(request.data, "answer"), "code": text_of(request.data, "code")}
        try:
            answer_change(claim=claim, actor=request.user, at=timezone.now(), **said)
        except ValueRefused as refused:
            raise _problem(refused) from refused
        account = newest_account(merchant=claim.merchant)
        if account is None or (said["answer"] == DENY and account.standing == "refused"):
            return Response(status=204)  # there is no account any more that could be paid to
        values = {"bank_code": account.bank_code, "number": masked_account(account.number_last4)}
        return Response(ChangeAnswered(values | {"awaits_confirmation": awaits_confirmation(account)}).data)


def _problem(refused: ValueRefused) -> ApiProblem:
    field = FIELDS.get(refused.code)
    if field is None:
        return ApiProblem(409, refused.code, refused.message_ko, refused.message_en)
    return refused_fields(FieldProblem(field, refused.code, refused.message_ko, refused.message_en))
