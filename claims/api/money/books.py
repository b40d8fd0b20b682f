"""The books by the API: the trial balance, the money trace of a claim, and whether everything agrees."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.money.answers import BalanceAnswer, MoneyCheckAnswer, MoneyTraceAnswer, check_values
from claims.selectors.claims import claim_of_programme
from claims.selectors.money_trace import trace_of
from claims.services.payouts.invariants import newest_check
from claims.views.money.overview import VIEW
from compensation.ledger.selectors import balances, balances_by_day
from compensation.policy.seoul import end_of_day
from compensation.programmes.access import note_access, open_programme
from compensation.runtime.api_errors import general, of_field
from compensation.runtime.api_view import ApiView
from compensation.values.dates import parse_date
from compensation.values.yes_no import parse_yes_no

AS_OF = OpenApiParameter("as_of", {"type": "string"}, "query", description="a day in Seoul (its end) or a moment")
BY_DAY = OpenApiParameter("by_day", {"type": "boolean", "default": False}, "query")


class TrialBalance(ApiView):
    """What stands on the accounts."""

    reads_query = True

    @extend_schema(
        operation_id="trial_balance",
        tags=["money"],
        summary="The trial balance, now or at any time, and day by day",
        parameters=[AS_OF, BY_DAY],
        responses=BalanceAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        as_of = _moment(request.query_params.get("as_of"))
        content: dict[str, Any] = {"as_of": as_of, "balances_won": balances(programme=programme, as_of=as_of)}
        if _wants_days(request.query_params.get("by_day")):
            content["days"] = balances_by_day(programme=programme)
        return Response(BalanceAnswer(content).data)


class MoneyTrace(ApiView):
    """All money of a claim."""

    @extend_schema(
        operation_id="money_trace",
        tags=["money"],
        summary="What became of a claim's money, with every entry of the ledger",
        description="Reading it leaves an access record.",
        responses=MoneyTraceAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        claim = claim_of_programme(programme=programme, reference=reference)
        if claim is None:
            raise general(404)
        note_access(request, subject=f"claim {claim.reference}", task="money_traced")
        return Response(MoneyTraceAnswer(trace_of(claim=claim)).data)


class Violations(ApiView):
    """Whether everything agrees."""

    @extend_schema(
        operation_id="money_violations",
        tags=["money"],
        summary="What the newest look at ledger, payouts, batches and bank files found",
        responses=MoneyCheckAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=VIEW)
        return Response(MoneyCheckAnswer(check_values(newest_check(programme=programme))).data)


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    with of_field("as_of"):
        said = parse_date(text)
    return said.moment if said.has_time else end_of_day(said.day)


def _wants_days(text: str | None) -> bool:
    if not text:
        return False
    with of_field("by_day"):
        return bool(parse_yes_no(text))
