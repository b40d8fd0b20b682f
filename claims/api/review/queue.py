"""The officers' queue: what waits, taking the next case, and giving cases to an officer."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.review.common import PREPARE, VIEW, chosen, telling
from claims.api.review.queue_answers import AssignedAnswer, CasesAnswer, CaseShort, OfficersAnswer
from claims.models import Review
from claims.selectors.queue import (
    COUNCIL,
    DEFAULT_ORDER,
    MERCHANT,
    MINE,
    NOBODYS,
    OBJECTION,
    OFFICER,
    ORDERS,
    QueueSearch,
    officers_of,
    reviews_named,
    search_queue,
    shown_reviews,
)
from claims.services.desk import assign, parse_tag, take_next
from compensation import limits
from compensation.policy.case_checks import CHECKS
from compensation.policy.transitions import OPEN_REVIEW_STATES
from compensation.programmes.access import note_access, open_programme
from compensation.programmes.models import Programme
from compensation.runtime.api_errors import ApiProblem, FieldProblem, of_field, refused_fields
from compensation.runtime.api_fields import TEXT, body, text_of, texts_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import Order, ordered_page_of
from compensation.values.refused import ValueRefused
from users.models import User

PLACES = {
    "due": Order("due_at", is_descending=False, nullable=True),
    "age": Order("opened_at", is_descending=False),
    "-age": Order("opened_at"),
    "-amount": Order("assessed_won"),
    "amount": Order("assessed_won", is_descending=False),
}
CHOICES = {
    "whose": (MINE, NOBODYS),
    "kind": (COUNCIL, OBJECTION),
    "waits_for": (MERCHANT, OFFICER),
    "state": tuple(OPEN_REVIEW_STATES),
    "mark": tuple(CHECKS),
    "order": tuple(ORDERS),
}
PARAMETERS = [
    OpenApiParameter(
        "text",
        {"type": "string", "maxLength": limits.NAME_LENGTH_MAX},
        "query",
        description="reference, business number, trade name, representative, phone or account holder",
    ),
    *(OpenApiParameter(name, {"type": "string", "enum": list(codes)}, "query") for name, codes in CHOICES.items()),
    OpenApiParameter("tag", {"type": "string", "maxLength": limits.TAG_LENGTH_MAX}, "query"),
]
NOBODY_KNOWN = ValueRefused("officer_missing", "맡을 담당자를 골라 주세요.", "Please choose who takes the cases.")


class Queue(ApiView):
    """What is under review in a programme."""

    is_paged = True

    @extend_schema(
        operation_id="list_cases",
        tags=["review"],
        summary="The queue of cases, by filters, search and order",
        description="Whoever searches by `text` leaves an access record, as on the page.",
        parameters=PARAMETERS,
        responses=CasesAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme, asked = open_programme(request, code, permission=VIEW), request.query_params
        search = _search(asked)
        order = PLACES[search.order]
        found = search_queue(programme=programme, search=search, user=request.user).only("pk", order.column)
        page = ordered_page_of(rows=found, order=order, asked=asked)
        if search.text:
            note_access(request, subject=f"programme {programme.code}", task="reviews_searched")
        return Response(CasesAnswer({"results": shown_reviews(found=page.rows), "next_cursor": page.next_cursor}).data)


class NextCase(ApiView):
    """Work for whoever asks for it."""

    @extend_schema(
        operation_id="take_next_case",
        tags=["review"],
        summary="Takes the case that is due first and that nobody has",
        request=None,
        responses={201: CaseShort},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=PREPARE)
        with telling({}):
            review = take_next(programme=programme, actor=request.user, at=timezone.now())
        if review is None:
            raise ApiProblem(
                409, "no_case_waits", "지금 맡을 수 있는 건이 없습니다.", "No case is waiting for you right now."
            )
        return Response(CaseShort(review).data, status=201)


class Officers(ApiView):
    """Whom a case can be given to."""

    @extend_schema(
        operation_id="list_officers", tags=["review"], summary="The officers of a programme", responses=OfficersAnswer
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        return Response(OfficersAnswer({"results": officers_of(programme=programme)}).data)


class Assignment(ApiView):
    """Giving cases to an officer."""

    @extend_schema(
        operation_id="assign_cases",
        tags=["review"],
        summary="Gives cases to an officer: all of them, or none",
        request=body(
            {"cases": {"type": "array", "items": TEXT, "maxItems": limits.BULK_CASES_MAX}, "officer": TEXT},
            required=("cases", "officer"),
        ),
        responses={201: AssignedAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=PREPARE)
        reviews = _named(programme, request.data)
        officer = _officer(programme, text_of(request.data, "officer"))
        with telling({}):
            count = assign(reviews=reviews, officer=officer, actor=request.user, at=timezone.now())
        return Response(AssignedAnswer({"assigned": count}).data, status=201)


def _search(asked: Any) -> QueueSearch:
    """Unlike the page, nonsense is told: a program would take what it did not ask for."""
    given = {name: chosen(asked, name, codes) for name, codes in CHOICES.items()}
    text, tag = asked.get("text", ""), asked.get("tag", "")
    if len(text) > limits.NAME_LENGTH_MAX:
        raise refused_fields(
            FieldProblem(
                "text",
                "text_too_long",
                f"{limits.NAME_LENGTH_MAX}자 이하로 적어 주세요.",
                f"Please write at most {limits.NAME_LENGTH_MAX} characters.",
            )
        )
    if tag:
        with of_field("tag"):
            tag = parse_tag(tag)
    return QueueSearch(**(given | {"text": text, "tag": tag, "order": given["order"] or DEFAULT_ORDER}))


def _named(programme: Programme, content: Any) -> list[Review]:
    """The open cases that the body names. Raises ApiProblem (422) for any other."""
    references = texts_of(content, "cases", most=limits.BULK_CASES_MAX)
    reviews = reviews_named(programme=programme, references=references)
    known = {review.claim.reference for review in reviews}
    problems = [
        FieldProblem(
            f"cases[{place}]",
            "case_unknown",
            "심사 중인 건이 아닙니다. 접수번호를 확인해 주세요.",
            "No such case is under review. Please check the reference.",
        )
        for place, reference in enumerate(references)
        if reference not in known
    ]
    if not references:
        problems = [FieldProblem("cases", "cases_missing", "먼저 건을 골라 주세요.", "Please choose cases first.")]
    if problems:
        raise refused_fields(*problems)
    return reviews


def _officer(programme: Programme, username: str) -> User:
    officer = next((row for row in officers_of(programme=programme) if row.username == username), None)
    if officer is None:
        with of_field("officer"):
            raise NOBODY_KNOWN
    return officer
