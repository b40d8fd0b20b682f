"""The council's sessions: all that a person may look at, one with its agenda, calling one; and the seats."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.review.common import telling
from claims.api.review.council_answers import ItemShort, SeatsAnswer, SessionAnswer, SessionsAnswer, SessionShort
from claims.api.review.naming import named_group, named_party, named_state
from claims.models import AgendaItem, Review, SeatHolder, SessionKind
from claims.selectors.council import agenda_of, council_of, holders_of, session_of
from claims.selectors.council_readers import sessions_seen_by
from claims.selectors.council_standings import Standing, standings_of
from claims.selectors.queue import reviews_named
from claims.services.council.sessions import call_session
from claims.views.council.access import CALL, VIEW, open_session
from claims.views.council.calling import FIELDS, parse_moment
from compensation import limits
from compensation.policy.document import Policy
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.api_errors import FieldProblem, refused_fields
from compensation.runtime.api_fields import TEXT, body, read, text_of, texts_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import Order, ordered_page_of
from compensation.values.refused import ValueRefused

NO_START = ValueRefused("opens_at_missing", "의결을 시작하는 때를 적어 주세요.", "Please write when the vote begins.")
NO_END = ValueRefused("due_at_missing", "의결 기한을 적어 주세요.", "Please write when the vote ends.")
CASE_FIELDS = dict.fromkeys(
    ("session_empty", "session_too_long", "session_case_unknown", "session_case_taken", "session_case_unready"), "cases"
)


class Seats(ApiView):
    """Who sits on the council."""

    @extend_schema(
        operation_id="list_seats", tags=["council"], summary="Who sits, sat or will sit", responses=SeatsAnswer
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        council, policy = council_of(programme=programme), current_policy(programme=programme).policy
        holders = holders_of(council=council) if council else ()
        today = day_in_seoul(timezone.now())
        return Response(SeatsAnswer({"results": [_holder(row, policy, today) for row in holders]}).data)


class Sessions(ApiView):
    """The sessions that a person may look at."""

    is_paged = True

    @extend_schema(
        operation_id="list_sessions",
        tags=["council"],
        summary="Sessions of the council, newest first; a member's are those of the own term",
        responses=SessionsAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        seen = sessions_seen_by(user=request.user, programme=programme, at=timezone.now())
        page = ordered_page_of(rows=seen, order=Order("number"), asked=request.query_params)
        return Response(SessionsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="call_session",
        tags=["council"],
        summary="Calls a session with cases that were referred: all of them, or none",
        request=body(
            {
                "kind": {"type": "string", "enum": SessionKind.values},
                "opens_at": TEXT,
                "due_at": TEXT,
                "cases": {"type": "array", "items": TEXT, "maxItems": limits.AGENDA_ITEMS_MAX},
            },
            required=("kind", "opens_at", "due_at", "cases"),
        ),
        responses={201: SessionShort},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=CALL)
        times = {
            "opens_at": read(request.data, "opens_at", parse_moment, missing=NO_START),
            "due_at": read(request.data, "due_at", parse_moment, missing=NO_END),
        }
        kind, cases = text_of(request.data, "kind"), _referred(programme, request.data)
        with telling(FIELDS | CASE_FIELDS):
            session = call_session(
                programme=programme, kind=kind, reviews=cases, actor=request.user, at=timezone.now(), **times
            )
        called = session_of(council=session.council, reference=session.reference)
        return Response(SessionShort(called).data, status=201)


class Session(ApiView):
    """One of them."""

    @extend_schema(
        operation_id="show_session", tags=["council"], summary="A session with its agenda", responses=SessionAnswer
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        _programme, session = open_session(request._request, code, reference)
        standings = standings_of(session=session, member=request.user, at=timezone.now())
        agenda = [_item(item, standings[item.pk]) for item in agenda_of(session=session)]
        return Response(SessionShort(session).data | {"agenda": ItemShort(agenda, many=True).data})


def _holder(row: SeatHolder, policy: Policy, today: Any) -> dict[str, Any]:
    return {
        "party": named_party(row.seat.party, policy),
        "number": row.seat.number,
        "name": row.user.get_full_name(),
        "is_substitute": row.is_substitute,
        "term_from": row.term_from,
        "term_until": row.term_until,
        "is_seated_today": row.term_from <= today and (row.term_until is None or today < row.term_until),
    }


def _referred(programme: Programme, content: Mapping[str, Any]) -> list[Review]:
    """The open reviews that the body names; what cannot be on an agenda the service says. Raises ApiProblem (422)."""
    references = texts_of(content, "cases", most=limits.AGENDA_ITEMS_MAX)
    found = {row.claim.reference: row for row in reviews_named(programme=programme, references=references)}
    gone = [
        FieldProblem(
            f"cases[{place}]",
            "case_unknown",
            "심사 중인 건이 아닙니다. 접수번호를 확인해 주세요.",
            "No such case is under review. Please check the reference.",
        )
        for place, reference in enumerate(references)
        if reference not in found
    ]
    if gone:
        raise refused_fields(*gone)
    return list(found.values())


def _item(item: AgendaItem, standing: Standing) -> dict[str, Any]:
    decision = getattr(item, "decision", None)
    review = item.review
    return {
        "position": item.position,
        "reference": review.claim.reference,
        "trade_name": review.claim.merchant.trade_name,
        "kind": review.objection.kind if review.objection else "council",
        "group": named_group(item),
        "state": named_state(item),
        "assessed_won": item.assessed_won,
        "verdict": item.proposal.verdict,
        "proposed_won": item.proposal.amount_won,
        "spoken": standing.spoken,
        "own": standing.own,
        "outcome": decision.outcome if decision else "",
        "amount_won": decision.content["amount_won"] if decision else None,
    }
