"""The quota of the pass, for operations: changes by two people, and the proof of the line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.policy.quota import QuotaRefused
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import FieldProblem, general, refused_fields
from compensation.runtime.api_fields import ANY, body
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import page_of
from users.api.grants.common import NOTE, read_form, telling_refusals
from users.models import PassQuotaChange, StoragePass
from users.selectors.storage_pass import line_points, pass_of, proposed_change, prove_line
from users.services import storage_pass as passes
from users.views.storage_pass.ops import CHANGE, VIEW, QuotaForm, SeenQuotaForm

TAG = "operations"
_SEEN = body({"quota": ANY}, required=("quota",))


class QuotaChangeAnswer(serializers.Serializer[Any]):
    """A change of the quota, in people. `state`: proposed, approved, withdrawn.

    An approved one serves the places after `served_after` up to `served_until`; those up to `told_until` were told.
    """

    quota = serializers.IntegerField()
    quota_before = serializers.IntegerField()
    note = serializers.CharField()
    state = serializers.CharField()
    maker = serializers.CharField(source="maker.get_full_name")
    decider = serializers.CharField(source="decider.get_full_name", allow_null=True, default=None)
    made_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    served_after = serializers.IntegerField()
    served_until = serializers.IntegerField()
    told_until = serializers.IntegerField()


class QuotaChangesAnswer(serializers.Serializer[Any]):
    """A page of changes, newest first."""

    results = QuotaChangeAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class LinePointAnswer(serializers.Serializer[Any]):
    """That the application with this place came at this moment."""

    place = serializers.IntegerField()
    at = serializers.DateTimeField()


class LineProofAnswer(serializers.Serializer[Any]):
    """What the pass says of its line (`said` applications), beside its rows."""

    holds = serializers.BooleanField()
    said = serializers.IntegerField()
    applications = serializers.IntegerField()
    first_place = serializers.IntegerField()
    last_place = serializers.IntegerField()
    out_of_order = serializers.IntegerField()
    activations_beyond_quota = serializers.IntegerField()


class LineAnswer(serializers.Serializer[Any]):
    """The line: some of its applications, evenly spaced, first and last among them; and its proof."""

    points = LinePointAnswer(many=True)
    proof = LineProofAnswer()


class QuotaView(ApiView):
    """A view of the pass that a programme has."""

    def opened(self, request: Request, code: str, permission: str) -> StoragePass:
        """The pass, for whoever has the permission. Raises Http404, ApiProblem (404)."""
        found = pass_of(open_programme(request._request, code, permission=permission))
        if found is None:
            raise general(404)
        return found


@contextmanager
def _telling_refusals() -> Iterator[None]:
    """What a quota cannot be is told beside it (422), what is not as it was seen as 409."""
    try:
        with telling_refusals():
            yield
    except QuotaRefused as refused:
        said = refused.message_ko, refused.message_en
        raise refused_fields(FieldProblem("quota", refused.code, *said)) from refused


class QuotaChanges(QuotaView):
    """The changes of the quota."""

    is_paged = True

    @extend_schema(
        operation_id="list_quota_changes", tags=[TAG], summary="Changes of the quota", responses=QuotaChangesAnswer
    )
    def get(self, request: Request, code: str) -> Response:
        changes = self.opened(request, code, VIEW).quota_changes.select_related("maker", "decider")
        page = page_of(rows=changes, moment="made_at", asked=request.query_params)
        return Response(QuotaChangesAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="propose_quota",
        tags=[TAG],
        summary="Asks for another quota, which counts once another person has approved it",
        request=body({"quota": ANY, "note": NOTE}, required=("quota", "note")),
        responses={201: QuotaChangeAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        storage_pass = self.opened(request, code, CHANGE)
        typed = read_form(lambda: QuotaForm(request.data))
        with _telling_refusals():
            change = passes.propose_quota(
                storage_pass=storage_pass, maker=request.user, at=request._request.received_at, **typed
            )
        return Response(QuotaChangeAnswer(change).data, status=201)


class _Decision(QuotaView):
    """What becomes of the change that waits: the one with the quota that the person saw."""

    def _decide(self, request: Request, code: str, decide: Callable[[PassQuotaChange], PassQuotaChange]) -> Response:
        storage_pass = self.opened(request, code, CHANGE)
        typed = read_form(lambda: SeenQuotaForm(request.data))
        with _telling_refusals():
            change = proposed_change(storage_pass)
            if change is None or change.quota != typed["quota"]:
                raise passes.QuotaChangeMovedOn
            return Response(QuotaChangeAnswer(decide(change)).data, status=201)


class QuotaApproval(_Decision):
    """The second person."""

    @extend_schema(
        operation_id="approve_quota",
        tags=[TAG],
        summary="Approves the proposed quota that one has seen; never one's own proposal",
        request=_SEEN,
        responses={201: QuotaChangeAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        at = request._request.received_at
        return self._decide(
            request, code, lambda change: passes.approve_quota(change=change, approver=request.user, at=at)
        )


class QuotaWithdrawal(_Decision):
    """Nobody wants it any more."""

    @extend_schema(
        operation_id="withdraw_quota",
        tags=[TAG],
        summary="Withdraws the proposed quota that one has seen",
        request=_SEEN,
        responses={201: QuotaChangeAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        at = request._request.received_at
        return self._decide(
            request, code, lambda change: passes.withdraw_quota(change=change, actor=request.user, at=at)
        )


class Line(QuotaView):
    """The line behind the figures."""

    @extend_schema(
        operation_id="prove_line",
        tags=[TAG],
        summary="How the line grew, and the proof of its order",
        description="Reads every application: about a second per million.",
        responses=LineAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        storage_pass = self.opened(request, code, VIEW)
        points, proof = line_points(storage_pass=storage_pass), prove_line(storage_pass=storage_pass)
        return Response(LineAnswer({"points": points, "proof": proof}).data)
