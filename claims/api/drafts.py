"""Drafts by the API: the same steps, kept as sent, read by the same parsers, and filed by the same service."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.access import device_of, draft_was_sent
from claims.api.claim_answers import ClaimShort
from claims.api.submission_refusals import as_problem
from claims.models import ClaimDraft
from claims.selectors.drafts import own_drafts, unsent
from claims.services.drafts import (
    Answers,
    DraftBecameClaim,
    SavedElsewhere,
    StepContext,
    StepUnknown,
    TooManyDrafts,
    context_of,
    discard_draft,
    parse_saved,
    save_step,
    start_draft,
    steps_for,
)
from claims.services.drafts.steps import ACCOUNT
from claims.services.submission import SubmissionRefused, submit_draft
from claims.views.draft_access import draft_in_hand
from claims.views.public.programmes import find_public_programme
from compensation import limits
from compensation.runtime.api_errors import ApiProblem, general, refused_fields
from compensation.runtime.api_fields import TEXT, body, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.masking import masked_account
from compensation.runtime.pagination import page_of
from compensation.values.text import plain_text, whole_number

STEP = {
    "answers": {"type": "object", "additionalProperties": True},
    "version": {"type": "integer", "minimum": 0},
}


class DraftShort(serializers.Serializer[Any]):
    """A draft of the list."""

    reference = serializers.CharField()
    programme = serializers.CharField(source="programme.code")
    by_agent = serializers.BooleanField(help_text="filled in by the customer centre for a merchant")
    agent_reason = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class DraftsAnswer(serializers.Serializer[Any]):
    """A page of drafts."""

    results = DraftShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class StepProblem(serializers.Serializer[Any]):
    """What is wrong with an answer."""

    field = serializers.CharField()
    code = serializers.CharField()
    message_ko = serializers.CharField()
    message_en = serializers.CharField()


class StepAnswer(serializers.Serializer[Any]):
    """A step: what was sent for it, how often it was saved, and what is wrong with it. Account numbers are masked."""

    step = serializers.CharField()
    version = serializers.IntegerField()
    answers = serializers.DictField()
    problems = StepProblem(many=True)


class DraftAnswer(DraftShort):
    """A draft. `claim` is the reference of what it became."""

    claim = serializers.CharField(source="claim.reference", allow_null=True, default=None)
    steps = StepAnswer(many=True)


class Drafts(ApiView):
    """What the person has begun and not sent."""

    is_paged = True

    @extend_schema(
        operation_id="list_drafts",
        tags=["drafts"],
        summary="Drafts that were not sent, last touched first",
        responses=DraftsAnswer,
    )
    def get(self, request: Request) -> Response:
        rows = unsent(drafts=own_drafts(user=request.user))
        page = page_of(rows=rows, moment="updated_at", asked=request.query_params)
        return Response(DraftsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)


class NewDraft(ApiView):
    """Beginning one."""

    @extend_schema(
        operation_id="start_draft",
        tags=["drafts"],
        summary="Begins a draft; one in which nothing is written yet is taken up again",
        request=None,
        responses={201: DraftAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = find_public_programme(code)
        try:
            draft = start_draft(programme=programme, owner=request.user, at=timezone.now())
        except TooManyDrafts as error:
            raise too_many_drafts() from error
        return Response(draft_answer(draft, request), status=201)


class Draft(ApiView):
    """One draft."""

    @extend_schema(operation_id="show_draft", tags=["drafts"], summary="A draft with its steps", responses=DraftAnswer)
    def get(self, request: Request, reference: str) -> Response:
        return Response(draft_answer(draft_in_hand(request, reference), request))

    @extend_schema(operation_id="discard_draft", tags=["drafts"], summary="Throws a draft away", responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        try:
            discard_draft(draft=draft_in_hand(request, reference), actor=request.user)
        except DraftBecameClaim as sent:
            raise draft_was_sent(sent) from sent
        return Response(status=204)


class DraftStep(ApiView):
    """One step of a draft."""

    @extend_schema(
        operation_id="save_step",
        tags=["drafts"],
        summary="Replaces the answers of a step",
        description=(
            "What is sent is kept, right or wrong; 422 says what is wrong with it. `version` is the step's version as "
            "last seen (0: never saved); 409 tells that another device saved it meanwhile."
        ),
        request=body(STEP, required=("answers",)),
        responses=StepAnswer,
    )
    def put(self, request: Request, reference: str, step: str) -> Response:
        draft = draft_in_hand(request, reference)
        try:
            saved = save_step(
                draft=draft,
                step=step,
                typed=request.data.get("answers", {}),
                seen_version=whole_number(_number(request.data.get("version"))) or 0,
                device=device_of(request),
                actor=request.user,
                at=timezone.now(),
            )
        except StepUnknown as error:
            raise general(404) from error
        except DraftBecameClaim as sent:
            raise draft_was_sent(sent) from sent
        except SavedElsewhere as elsewhere:
            raise _saved_elsewhere(elsewhere) from elsewhere
        if saved.problems:
            raise refused_fields(*saved.problems)
        return Response(StepAnswer(_step(step, saved.context)).data)


class DraftSubmission(ApiView):
    """Filing it."""

    @extend_schema(
        operation_id="submit_draft",
        tags=["drafts"],
        summary="Files the draft as a claim",
        description="`declared` is the digest (`digest_ko` or `digest_en`) of the programme's consent `truth`.",
        request=body({"declared": TEXT}, required=("declared",)),
        responses={201: ClaimShort},
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        draft = draft_in_hand(request, reference)
        try:
            claim = submit_draft(
                draft=draft,
                declared=text_of(request.data, "declared"),
                actor=request.user,
                request_received_at=request._request.received_at,
                at=timezone.now(),
            )
        except SubmissionRefused as refused:
            raise as_problem(refused) from refused
        return Response(ClaimShort(claim).data, status=201)


def too_many_drafts() -> ApiProblem:
    """409 for who has begun too many and sent none."""
    most = limits.DRAFTS_PER_PERSON_MAX
    return ApiProblem(
        409,
        "too_many_drafts",
        f"제출하지 않은 작성 내용이 {most}개 있습니다. 먼저 제출하거나 지워 주세요.",
        f"There are {most} drafts that were not sent. Please send or discard some first.",
    )


def draft_answer(draft: ClaimDraft, request: Request) -> Any:
    """The answer about a draft, with its steps as this person may know them."""
    context = context_of(draft, user=request.user)
    steps = []
    for step in steps_for(context):
        try:
            steps.append(_step(step, context))
        except StepUnknown:  # a page of its own in the browser, nothing to write
            continue
    names = ("reference", "programme", "by_agent", "agent_reason", "version", "created_at", "updated_at", "claim")
    return DraftAnswer({name: getattr(draft, name) for name in names} | {"steps": steps}).data


def _step(step: str, context: StepContext) -> dict[str, Any]:
    answers: Answers = context.answers
    typed = answers.typed(step)
    if step == ACCOUNT and typed.get("number"):
        typed |= {"number": masked_account(plain_text(typed["number"]))}
    return {
        "step": step,
        "version": answers.version(step),
        "answers": typed,
        "problems": parse_saved(step, context).problems,
    }


def _number(value: object) -> int | float:
    return value if isinstance(value, (int, float)) else 0


def _saved_elsewhere(elsewhere: SavedElsewhere) -> ApiProblem:
    version = elsewhere.args[0]
    return ApiProblem(
        409,
        "saved_elsewhere",
        f"다른 기기에서 이 단계를 먼저 저장했습니다(버전 {version}). 확인한 뒤 그 버전을 적어 다시 보내 주세요.",
        f"Another device saved this step (version {version}). Please look at it, and send again with that version.",
    )
