"""What a merchant can do about a claim: answer, object, ask for confirmation, change the account, withdraw."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.access import own_claim
from claims.api.claim_answers import AccountAnswer, ClaimShort, ObjectionAnswer, QuestionAnswer
from claims.api.evidence import named_evidence
from claims.models import ObjectionKind
from claims.services.account_change import change_account
from claims.services.drafts.account import NO_BANK, NO_HOLDER, NO_NUMBER
from claims.services.objections import file_objection, withdraw_objection
from claims.services.questions import answer
from claims.services.withdrawal import REASONS, withdraw
from compensation.runtime.api_errors import ApiProblem, FieldProblem, refused_fields
from compensation.runtime.api_fields import ANY, TEXT, body, read, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.masking import masked_account
from compensation.values.bank_accounts import check_account_length, parse_account_number, parse_bank
from compensation.values.names import parse_name
from compensation.values.refused import ValueRefused
from merchants.services.bank_accounts import BankAccountDetails

PAPERS = {"type": "array", "items": TEXT, "description": "references of the claim's documents"}
# Refusals of services that are about one field; the others are about the claim as it stands.
FIELDS = {
    "text_too_long": "text",
    "answer_empty": "text",
    "answer_papers_missing": "evidence",
    "objection_reasons_missing": "reasons",
    "confirmation_papers_missing": "evidence",
    "withdrawal_reason_missing": "reason",
}


class NewAnswer(ApiView):
    """Answering a question."""

    @extend_schema(
        operation_id="answer_question",
        tags=["claims"],
        summary="Answers a question, with papers that were added to the claim before",
        request=body({"text": TEXT, "evidence": PAPERS}),
        responses={201: QuestionAnswer},
    )
    @once
    def post(self, request: Request, reference: str, question: str) -> Response:
        claim = own_claim(request, reference)
        asked, papers = claim.questions.get(reference=question), named_evidence(request.data, claim=claim)
        try:
            answer(
                question=asked,
                text=text_of(request.data, "text"),
                evidence=papers,
                actor=request.user,
                at=timezone.now(),
            )
        except ValueRefused as refused:
            raise _problem(refused) from refused
        asked.refresh_from_db()
        return Response(QuestionAnswer(asked).data, status=201)


class NewObjection(ApiView):
    """Objecting."""

    @extend_schema(
        operation_id="file_objection",
        tags=["claims"],
        summary="Objects to the present determination, or asks for confirmation of a higher loss",
        request=body(
            {
                "kind": {"type": "string", "enum": ObjectionKind.values},
                "reasons": TEXT,
                "evidence": PAPERS,
            },
            required=("kind", "reasons"),
        ),
        responses={201: ObjectionAnswer},
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        claim = own_claim(request, reference)
        kind, papers = _kind(request.data), named_evidence(request.data, claim=claim)
        if claim.determination is None:
            raise ApiProblem(
                409, "not_determined", "아직 결정이 나오지 않았습니다.", "Nothing has been determined yet."
            )
        try:
            objection = file_objection(
                determination=claim.determination,
                kind=kind,
                reasons=text_of(request.data, "reasons"),
                evidence=papers,
                actor=request.user,
                at=timezone.now(),
            )
        except ValueRefused as refused:
            raise _problem(refused, text_field="reasons") from refused
        return Response(ObjectionAnswer(objection).data, status=201)


class ObjectionWithdrawal(ApiView):
    """Taking an objection back."""

    @extend_schema(
        operation_id="withdraw_objection",
        tags=["claims"],
        summary="Takes an objection or a request for confirmation back",
        request=None,
        responses={201: ObjectionAnswer},
    )
    @once
    def post(self, request: Request, reference: str, objection: str) -> Response:
        row = own_claim(request, reference).objections.get(reference=objection)
        try:
            withdraw_objection(objection=row, actor=request.user, at=timezone.now())
        except ValueRefused as refused:
            raise _problem(refused) from refused
        row.refresh_from_db()
        return Response(ObjectionAnswer(row).data, status=201)


class Withdrawal(ApiView):
    """Withdrawing the claim."""

    @extend_schema(
        operation_id="withdraw_claim",
        tags=["claims"],
        summary="Withdraws a claim before it is decided",
        request=body({"reason": {"type": "string", "enum": list(REASONS)}}, required=("reason",)),
        responses={201: ClaimShort},
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        claim = own_claim(request, reference)
        try:
            withdraw(claim=claim, reason=text_of(request.data, "reason"), actor=request.user, at=timezone.now())
        except ValueRefused as refused:
            raise _problem(refused) from refused
        claim.refresh_from_db(fields=["state"])
        return Response(ClaimShort(claim).data, status=201)


class Account(ApiView):
    """Where a payout goes."""

    @extend_schema(
        operation_id="change_account",
        tags=["claims"],
        summary="Makes this the account for the payout; the contact on record is told",
        request=body({"bank": ANY, "number": ANY, "holder": ANY}, required=("bank", "number", "holder")),
        responses=AccountAnswer,
    )
    def put(self, request: Request, reference: str) -> Response:
        claim = own_claim(request, reference)
        bank = read(request.data, "bank", parse_bank, missing=NO_BANK)
        number = read(request.data, "number", parse_account_number, missing=NO_NUMBER)
        holder = read(request.data, "holder", parse_name, missing=NO_HOLDER)
        read(request.data, "number", lambda _: check_account_length(bank=bank, number=number), missing=NO_NUMBER)
        account = BankAccountDetails(bank.code, number, holder)
        try:
            row = change_account(claim=claim, account=account, actor=request.user, at=timezone.now())
        except ValueRefused as refused:
            raise _problem(refused) from refused
        answer = {"bank_code": row.bank_code, "number": masked_account(row.number_last4)}
        return Response(AccountAnswer(answer).data)


def _kind(content: Any) -> ObjectionKind:
    kind = text_of(content, "kind")
    if kind not in ObjectionKind.values:
        raise refused_fields(
            FieldProblem(
                "kind",
                "kind_unknown",
                "objection(이의신청)이나 confirmation(확인 요청)으로 적어 주세요.",
                "Please write objection or confirmation.",
            )
        )
    return ObjectionKind(kind)


def _problem(refused: ValueRefused, *, text_field: str = "text") -> ApiProblem:
    """422 beside the field that the refusal is about; 409 where it is about the claim as it stands."""
    field = FIELDS.get(refused.code)
    if field is None:
        return ApiProblem(409, refused.code, refused.message_ko, refused.message_en)
    problem = FieldProblem(
        text_field if refused.code == "text_too_long" else field,
        refused.code,
        refused.message_ko,
        refused.message_en,
    )
    return refused_fields(problem)
