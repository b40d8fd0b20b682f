"""The council's decisions with the state of their chain, and undoing one."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.review.common import REASON, telling
from claims.api.review.council_answers import DecisionAnswer, DecisionsAnswer
from claims.api.review.naming import named_outcome
from claims.models import CouncilDecision
from claims.selectors.council import council_of
from claims.selectors.council_readers import decisions_seen_by
from claims.services.council.undoing import undo
from claims.services.council.verifying import chain_faults
from claims.views.council.access import VIEW
from claims.views.council.decisions import FIELDS, UNDO
from compensation.programmes.access import open_programme
from compensation.programmes.models import Programme
from compensation.runtime.api_errors import general
from compensation.runtime.api_fields import body, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import Order, ordered_page_of


class Decisions(ApiView):
    """The chain."""

    is_paged = True

    @extend_schema(
        operation_id="list_decisions",
        tags=["council"],
        summary="Decisions of the council, newest first, each with its digest",
        responses=DecisionsAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        seen = decisions_seen_by(user=request.user, programme=programme, at=timezone.now())
        page = ordered_page_of(rows=seen, order=Order("number"), asked=request.query_params)
        faults = _faults(programme)
        rows = [_values(decision, faults) for decision in page.rows]
        return Response(DecisionsAnswer({"results": rows, "next_cursor": page.next_cursor}).data)


class Undoing(ApiView):
    """Taking one back."""

    @extend_schema(
        operation_id="undo_decision",
        tags=["council"],
        summary="Undoes a decision before it is paid, by a second one that names it; both stay",
        request=body({"reason": REASON}, required=("reason",)),
        responses={201: DecisionAnswer},
    )
    @once
    def post(self, request: Request, code: str, number: int) -> Response:
        programme = open_programme(request, code, permission=UNDO)
        seen = decisions_seen_by(user=request.user, programme=programme, at=timezone.now())
        decision = seen.filter(number=number, determination__isnull=False).first()
        if decision is None:
            raise general(404)
        with telling(FIELDS):
            second = undo(
                decision=decision, reason=text_of(request.data, "reason"), actor=request.user, at=timezone.now()
            )
        made = seen.get(pk=second.pk)
        return Response(DecisionAnswer(_values(made, _faults(programme))).data, status=201)


def _faults(programme: Programme) -> set[int]:
    council = council_of(programme=programme)
    return {fault.number for fault in chain_faults(council=council)} if council else set()


def _values(decision: CouncilDecision, faults: set[int]) -> dict[str, Any]:
    undone = decision.undoes
    item = decision.item or (undone.item if undone else None)
    undone_by = getattr(decision, "undone_by", None)
    names = ("number", "previous_digest", "digest", "decided_at")
    return {name: getattr(decision, name) for name in names} | {
        "outcome": named_outcome(decision.outcome),
        "reference": item.review.claim.reference if item else "",
        "session": item.session.reference if item else "",
        "position": item.position if item else 0,
        "amount_won": decision.determination.amount_won if decision.determination else None,
        "undoes": undone.number if undone else None,
        "undone_by": undone_by.number if undone_by else None,
        "reason": decision.content["reason"] if undone else "",
        "is_intact": decision.number not in faults,
    }
