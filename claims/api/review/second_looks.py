"""The second look (재확인): what was drawn, and how it stands; one of them; noting what one thinks of it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claim_answers import AssessmentAnswer, LossAnswer, assessment_values
from claims.api.review.common import VIEW, chosen, telling
from claims.models import LookOutcome, SecondLook
from claims.selectors.second_looks import (
    DEFAULT_STANDING,
    STANDINGS,
    DrawSummary,
    draws_of,
    has_part,
    look_rows,
    second_look_of,
    second_looks_of,
)
from claims.services.letter_words import reason_text
from claims.services.second_looks import look
from claims.views.quality.second_looks import FIELDS, LOOK
from compensation import limits
from compensation.programmes.access import note_access, open_programme
from compensation.runtime.api_errors import general
from compensation.runtime.api_fields import Sentence, body, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import Order, ordered_page_of

STANDING = OpenApiParameter(
    "standing", {"type": "string", "enum": list(STANDINGS), "default": DEFAULT_STANDING}, "query"
)


class LookShort(serializers.Serializer[Any]):
    """A second look at a claim's `number`-th determination. `is_own_work`: somebody else has to look."""

    reference = serializers.CharField(source="look.determination.claim.reference")
    number = serializers.IntegerField()
    trade_name = serializers.CharField(source="look.determination.claim.merchant.trade_name")
    by_council = serializers.BooleanField(source="look.determination.by_council")
    assessed_won = serializers.IntegerField(source="look.determination.assessment.assessed_won")
    amount_won = serializers.IntegerField(source="look.determination.amount_won")
    decided_at = serializers.DateTimeField(source="look.determination.decided_at")
    outcome = serializers.CharField(source="look.outcome", allow_blank=True)
    note = serializers.CharField(source="look.note", allow_blank=True)
    looked_by = serializers.CharField(source="look.looked_by.get_full_name", allow_null=True, default=None)
    looked_at = serializers.DateTimeField(source="look.looked_at", allow_null=True)
    is_own_work = serializers.BooleanField()


class LooksAnswer(serializers.Serializer[Any]):
    """A page of second looks."""

    results = LookShort(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class LookAnswer(LookShort):
    """One with the facts, the working and the decision. `is_current`: no later decision has taken its place."""

    reason = Sentence()
    losses = LossAnswer(many=True)
    assessment = AssessmentAnswer()
    is_current = serializers.BooleanField()


class DrawAnswer(serializers.Serializer[Any]):
    """A draw: with its seed it can be repeated. `standings`: how many of its looks stand how."""

    number = serializers.IntegerField()
    seed = serializers.CharField(source="draw.seed")
    share_bp = serializers.IntegerField(source="rules.share_bp")
    first_place = serializers.IntegerField(source="draw.first_place")
    candidates = serializers.IntegerField(source="draw.candidates")
    drawn = serializers.IntegerField(source="draw.drawn")
    drawn_at = serializers.DateTimeField(source="draw.drawn_at")
    standings = serializers.SerializerMethodField()

    def get_standings(self, row: DrawSummary) -> dict[str, int]:
        return row.standings


class DrawsAnswer(serializers.Serializer[Any]):
    """The newest draws, newest first."""

    results = DrawAnswer(many=True)


class Looks(ApiView):
    """What was drawn."""

    is_paged = True

    @extend_schema(
        operation_id="list_second_looks",
        tags=["review"],
        summary="Second looks that stand so, oldest first",
        parameters=[STANDING],
        responses=LooksAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme, asked = open_programme(request, code, permission=VIEW), request.query_params
        standing = chosen(asked, "standing", STANDINGS) or DEFAULT_STANDING
        found = second_looks_of(programme=programme, standing=standing)
        page = ordered_page_of(rows=found, order=Order("id", is_descending=False), asked=asked)
        rows = look_rows(looks=page.rows, user=request.user)
        return Response(LooksAnswer({"results": rows, "next_cursor": page.next_cursor}).data)


class Draws(ApiView):
    """The draws."""

    @extend_schema(
        operation_id="list_draws", tags=["review"], summary="The newest draws of second looks", responses=DrawsAnswer
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        return Response(DrawsAnswer({"results": draws_of(programme=programme)}).data)


class Look(ApiView):
    """One second look."""

    @extend_schema(
        operation_id="show_second_look",
        tags=["review"],
        summary="A second look: the facts, the working and the decision",
        description="Reading it leaves an access record.",
        responses=LookAnswer,
    )
    def get(self, request: Request, code: str, reference: str, number: int) -> Response:
        row = _look(request, code, reference, number, permission=VIEW)
        note_access(request, subject=f"claim {reference}", task="second_look_opened")
        return Response(LookAnswer(_values(request, row, number)).data)

    @extend_schema(
        operation_id="look_again",
        tags=["review"],
        summary="Notes what somebody else thinks of a determination; another judgement keeps the payout back",
        request=body(
            {
                "outcome": {"type": "string", "enum": LookOutcome.values},
                "note": {"type": "string", "maxLength": limits.REVIEW_NOTE_LENGTH_MAX},
            },
            required=("outcome",),
        ),
        responses={201: LookShort},
    )
    @once
    def post(self, request: Request, code: str, reference: str, number: int) -> Response:
        row = _look(request, code, reference, number, permission=LOOK)
        outcome, note = text_of(request.data, "outcome"), text_of(request.data, "note")
        with telling(FIELDS):
            done = look(second_look=row, outcome=outcome, note=note, actor=request.user, at=timezone.now())
        return Response(LookShort(_short(request, done, number)).data, status=201)


def _look(request: Request, code: str, reference: str, number: int, *, permission: str) -> SecondLook:
    programme = open_programme(request, code, permission=permission)
    row = second_look_of(programme=programme, reference=reference, number=number)
    if row is None:
        raise general(404)
    return row


def _short(request: Request, row: SecondLook, number: int) -> dict[str, Any]:
    return {"look": row, "number": number, "is_own_work": has_part(second_look=row, user=request.user)}


def _values(request: Request, row: SecondLook, number: int) -> dict[str, Any]:
    determination = row.determination
    sentences = {f"message_{lang}": reason_text(determination=determination, language=lang) for lang in ("ko", "en")}
    return _short(request, row, number) | {
        "reason": {"code": determination.reason, **sentences},
        "losses": determination.claim.losses.all(),
        "assessment": assessment_values(determination.assessment),
        "is_current": determination.claim.determination_id == determination.pk,
    }
