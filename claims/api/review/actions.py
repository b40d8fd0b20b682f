"""What an officer does with a case on the desk. Each names the version that was seen, and answers with the new one."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.review.common import PREPARE, REASON, VERSION, case_named, each, telling, version_of
from claims.api.review.queue_answers import CaseShort
from claims.models import Review, Verdict
from claims.services import desk
from compensation import limits
from compensation.runtime.api_errors import FieldProblem, refused_fields
from compensation.runtime.api_fields import ANY, TEXT, body, read, text_of, texts_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won

# Refusals of services that are about one field; the others are about the case as it stands.
FIELDS = {
    "reason_missing": "reason",
    "text_too_long": "reason",
    "tags_too_many": "add",
}
PROPOSAL_FIELDS = {
    "text_too_long": "text",
    "proposal_reasons_mixed": "reasons",
    "proposal_reasons_missing": "reasons",
    "proposal_amount_too_low": "amount",
    "proposal_amount_too_high": "amount",
}
NO_AMOUNT = ValueRefused("amount_missing", "지원할 금액을 적어 주세요.", "Please write the amount to be granted.")
TAGS = {"type": "array", "items": {"type": "string", "maxLength": limits.TAG_LENGTH_MAX}, "maxItems": limits.TAGS_MAX}
PLAIN = body({"version": VERSION}, required=("version",))


class _Action(ApiView):
    """What all of them have in common."""

    def _case(self, request: Request, code: str, reference: str) -> tuple[Review, dict[str, Any]]:
        review = case_named(request, code, reference, permission=PREPARE)
        return review, {"actor": request.user, "version": version_of(request.data), "at": timezone.now()}

    def _answer(self, review: Review) -> Response:
        return Response(CaseShort(review).data, status=201)


class Taking(_Action):
    """Taking a case."""

    @extend_schema(
        operation_id="take_case", tags=["review"], summary="Takes a case", request=PLAIN, responses={201: CaseShort}
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review, given = self._case(request, code, reference)
        with telling(FIELDS):
            return self._answer(desk.take(review=review, **given))


class Release(_Action):
    """Giving it up."""

    @extend_schema(
        operation_id="release_case",
        tags=["review"],
        summary="Releases a case; somebody else's with a reason",
        request=body({"version": VERSION, "reason": REASON}, required=("version",)),
        responses={201: CaseShort},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review, given = self._case(request, code, reference)
        with telling(FIELDS):
            return self._answer(desk.release(review=review, reason=text_of(request.data, "reason"), **given))


class Hold(_Action):
    """Putting it aside."""

    @extend_schema(
        operation_id="hold_case",
        tags=["review"],
        summary="Puts a case aside, with a reason; its deadline goes on",
        request=body({"version": VERSION, "reason": REASON}, required=("version", "reason")),
        responses={201: CaseShort},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review, given = self._case(request, code, reference)
        with telling(FIELDS):
            return self._answer(desk.hold(review=review, reason=text_of(request.data, "reason"), **given))


class Resumption(_Action):
    """Going on with it."""

    @extend_schema(
        operation_id="resume_case",
        tags=["review"],
        summary="Goes on with a case that was put aside",
        request=PLAIN,
        responses={201: CaseShort},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review, given = self._case(request, code, reference)
        with telling(FIELDS):
            return self._answer(desk.resume(review=review, **given))


class Referral(_Action):
    """Referring it to the council."""

    @extend_schema(
        operation_id="refer_case",
        tags=["review"],
        summary="Refers a case to the council with a proposal",
        description="`reasons`: codes of the case's `reasons` that go with the verdict; a grant needs an `amount`.",
        request=body(
            {
                "version": VERSION,
                "verdict": {"type": "string", "enum": Verdict.values},
                "amount": ANY,
                "reasons": {"type": "array", "items": TEXT},
                "text": {"type": "string", "maxLength": limits.PARAGRAPHS_LENGTH_MAX},
            },
            required=("version", "verdict", "reasons"),
        ),
        responses={201: CaseShort},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review, given = self._case(request, code, reference)
        proposal = _proposal(request.data)
        with telling(PROPOSAL_FIELDS):
            return self._answer(desk.refer(review=review, proposal=proposal, **given))


class TakingBack(_Action):
    """Taking it back from the council."""

    @extend_schema(
        operation_id="take_case_back",
        tags=["review"],
        summary="Takes a case back from the council, while it is on no agenda",
        request=PLAIN,
        responses={201: CaseShort},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review, given = self._case(request, code, reference)
        with telling(FIELDS):
            return self._answer(desk.take_back(review=review, **given))


class Tags(_Action):
    """Words on a case."""

    @extend_schema(
        operation_id="tag_case",
        tags=["review"],
        summary="Puts words on a case, and takes others off",
        request=body({"version": VERSION, "add": TAGS, "remove": TAGS}, required=("version",)),
        responses={201: CaseShort},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review, given = self._case(request, code, reference)
        words = {
            name: each(name, texts_of(request.data, name, most=limits.TAGS_MAX), desk.parse_tag)
            for name in ("add", "remove")
        }
        with telling(FIELDS):
            return self._answer(desk.tag(review=review, **words, **given))


def _proposal(content: Mapping[str, Any]) -> desk.ProposalDetails:
    verdict = text_of(content, "verdict")
    if verdict not in Verdict.values:
        raise refused_fields(
            FieldProblem(
                "verdict",
                "verdict_unknown",
                "grant(지원)나 refuse(지원하지 않음)로 적어 주세요.",
                "Please write grant or refuse.",
            )
        )
    amount_won = read(content, "amount", parse_won, missing=NO_AMOUNT) if verdict == Verdict.GRANT else 0
    reasons = texts_of(content, "reasons", most=limits.TABLE_ENTRIES_MAX)
    return desk.ProposalDetails(Verdict(verdict), amount_won, reasons, text_of(content, "text"))
