"""What an officer finds out about a case: checks by hand, corrections of facts, and questions to the merchant."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claim_answers import QuestionAnswer
from claims.api.review.case_answers import CheckAnswer, CorrectionAnswer
from claims.api.review.common import PREPARE, REASON, case_named, telling, version_of
from claims.api.working import WorkingStep, working
from claims.models import CheckOutcome, Claim
from claims.services.assessed_facts import AssessedFacts
from claims.services.case_checks import record_check
from claims.services.fact_answers import read_correction, typed_facts
from claims.services.facts import correct_facts, preview_correction
from claims.services.questions import ask, cancel
from compensation import limits
from compensation.policy.case_checks import CHECKS
from compensation.runtime.api_errors import FieldProblem, refused_fields
from compensation.runtime.api_fields import TEXT, body, text_of, texts_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once

CHECK_FIELDS = {
    "check_unknown": "code",
    "check_outcome_missing": "outcome",
    "check_note_missing": "note",
    "text_too_long": "note",
}
CORRECTION_FIELDS = {"correction_reason_missing": "reason", "text_too_long": "reason"}
QUESTION_FIELDS = {
    "question_empty": "text",
    "question_kind_unknown": "kinds",
    "question_reason_unfit": "reasons",
    "text_too_long": "text",
}
FACTS = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": True},
    "description": "`facts.typed` of the case, corrected; steps that are left out stay as they are",
}


class FactsResult(serializers.Serializer[Any]):
    """What facts come to by the rule."""

    assessed_won = serializers.IntegerField()
    tier_code = serializers.CharField()
    working = WorkingStep(many=True)


class PreviewAnswer(serializers.Serializer[Any]):
    """The assessment before a correction (null: none yet) and after it; nothing is stored."""

    before = FactsResult(allow_null=True)
    after = FactsResult()


class Checks(ApiView):
    """Checks by hand."""

    @extend_schema(
        operation_id="record_check",
        tags=["review"],
        summary="Records what a person found for a check, with a note",
        request=body(
            {
                "code": {"type": "string", "enum": list(CHECKS)},
                "outcome": {"type": "string", "enum": CheckOutcome.values},
                "note": REASON,
            },
            required=("code", "outcome", "note"),
        ),
        responses={201: CheckAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review = case_named(request, code, reference, permission=PREPARE)
        found = {name: text_of(request.data, name) for name in ("code", "outcome", "note")}
        with telling(CHECK_FIELDS):
            check = record_check(claim=review.claim, actor=request.user, at=timezone.now(), **found)
        return Response(CheckAnswer(check).data, status=201)


class CorrectionPreview(ApiView):
    """What a correction would come to."""

    @extend_schema(
        operation_id="preview_correction",
        tags=["review"],
        summary="The assessment with corrected facts, beside the present one; stores nothing",
        request=body({"facts": FACTS}, required=("facts",)),
        responses=PreviewAnswer,
    )
    def post(self, request: Request, code: str, reference: str) -> Response:
        claim = case_named(request, code, reference, permission=PREPARE).claim
        before, after = preview_correction(claim=claim, changes=_changes(request, claim))
        return Response(PreviewAnswer({"before": before and _result(before), "after": _result(after)}).data)


class Corrections(ApiView):
    """Correcting facts."""

    @extend_schema(
        operation_id="correct_facts",
        tags=["review"],
        summary="Corrects facts of a claim, with a reason; the loss is assessed again",
        description="`version` is `facts.version` of the case as it was seen.",
        request=body(
            {"facts": FACTS, "version": {"type": "integer", "minimum": 1}, "reason": REASON},
            required=("facts", "version", "reason"),
        ),
        responses={201: CorrectionAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        claim = case_named(request, code, reference, permission=PREPARE).claim
        changes = _changes(request, claim)
        claim.facts_version = version_of(request.data)
        reason = text_of(request.data, "reason")
        with telling(CORRECTION_FIELDS):
            correct_facts(claim=claim, changes=changes, actor=request.user, reason=reason, at=timezone.now())
        return Response(CorrectionAnswer(claim.corrections.select_related("corrected_by").last()).data, status=201)


class Questions(ApiView):
    """Asking the merchant."""

    @extend_schema(
        operation_id="ask_merchant",
        tags=["review"],
        summary="Asks for papers and answers, all at once; the case's clock stands still until then",
        description="`kinds`: codes of evidence kinds; `reasons`: codes of the case's reasons of the kind `fixable`.",
        request=body(
            {
                "kinds": {"type": "array", "items": TEXT},
                "reasons": {"type": "array", "items": TEXT},
                "text": {"type": "string", "maxLength": limits.PARAGRAPHS_LENGTH_MAX},
            }
        ),
        responses={201: QuestionAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        review = case_named(request, code, reference, permission=PREPARE)
        lists = {name: texts_of(request.data, name, most=limits.TABLE_ENTRIES_MAX) for name in ("kinds", "reasons")}
        text = text_of(request.data, "text")
        with telling(QUESTION_FIELDS):
            question = ask(claim=review.claim, text=text, actor=request.user, at=timezone.now(), **lists)
        return Response(QuestionAnswer(question).data, status=201)


class QuestionCancellation(ApiView):
    """Taking a question back."""

    @extend_schema(
        operation_id="cancel_question",
        tags=["review"],
        summary="Takes a question back: it is no longer needed",
        request=None,
        responses={201: QuestionAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str, question: str) -> Response:
        review = case_named(request, code, reference, permission=PREPARE)
        asked = review.claim.questions.get(reference=question)
        with telling({}):
            cancel(question=asked, actor=request.user, at=timezone.now())
        asked.refresh_from_db()
        return Response(QuestionAnswer(asked).data, status=201)


def _changes(request: Request, claim: Claim) -> dict[str, Any]:
    """The facts that differ, read by the parsers of the form. Raises ApiProblem (422)."""
    facts = request.data.get("facts")
    if not isinstance(facts, Mapping) or not facts:
        raise refused_fields(
            FieldProblem("facts", "facts_missing", "고친 내용을 적어 주세요.", "Please send the corrected facts.")
        )
    known = typed_facts(claim=claim)
    unknown = [
        FieldProblem(f"facts.{step}", "step_unknown", "정정할 수 없는 항목입니다.", "This is no fact of a claim.")
        for step in facts.keys() - known.keys()
    ]
    if unknown:
        raise refused_fields(*unknown)
    parsed = read_correction(claim=claim, typed=known | dict(facts), actor=request.user)
    if parsed.values is None:
        raise refused_fields(*parsed.problems)
    return parsed.values


def _result(found: AssessedFacts) -> dict[str, Any]:
    return {
        "assessed_won": found.assessed_won,
        "tier_code": found.tier_code,
        "working": working(found.steps),
    }
