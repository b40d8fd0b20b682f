"""The storage pass by the API: what is left of it, applying, and the own place in line."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.policy.quota import Standing
from compensation.runtime.api_errors import ApiProblem, as_response, general
from compensation.runtime.api_view import ApiView
from users.models import Member, StoragePass
from users.selectors.member_items import announced_programme, member_of
from users.selectors.storage_pass import PUBLIC_SECONDS, announced_pass, public_figures, standing_of
from users.services import storage_pass as passes
from users.services import waiting_room
from users.services.pass_batcher import ApplicationsUnavailable, apply
from users.services.waiting_room import Guest

TICKET = "Pass-Ticket"  # header of a request and of the answer: the place in the waiting room
RETRY_SECONDS = 5
_TICKET = OpenApiParameter(
    TICKET,
    location=OpenApiParameter.HEADER,
    description="What the last answer had: keeps the place in the waiting room.",
)


class PassFigures(serializers.Serializer[Any]):
    """How many passes there are, in people; at most a few seconds old. `waiting` stand behind the quota."""

    opens_at = serializers.DateTimeField()
    quota = serializers.IntegerField()
    issued = serializers.IntegerField()
    remaining = serializers.IntegerField()
    waiting = serializers.IntegerField()


class PassPlace(serializers.Serializer[Any]):
    """The application's number and what it means: `is_served`, or `next_in_line` (1 is the next who is served)."""

    place = serializers.IntegerField()
    is_served = serializers.BooleanField()
    next_in_line = serializers.IntegerField()


class Pass(ApiView):
    """The pass of a programme, for everybody."""

    permission_classes = [AllowAny]
    read_scope = "public"

    @extend_schema(
        operation_id="pass_figures", tags=["pass"], summary="How many passes are left", responses=PassFigures
    )
    def get(self, _request: Request, code: str) -> Response:
        announced_programme(code=code)
        figures = public_figures(programme_code=code, at=timezone.now())
        if figures is None:
            raise general(404)
        return Response(PassFigures(figures).data, headers={"Cache-Control": f"public, max-age={PUBLIC_SECONDS}"})


class PassApplicationOfOwn(ApiView):
    """The member's own application. Applying again answers the same place, so no key is needed to send it again."""

    @extend_schema(operation_id="pass_place", tags=["pass"], summary="The own place in line", responses=PassPlace)
    def get(self, request: Request, code: str) -> Response:
        storage_pass, member = _mine(request, code)
        standing = standing_of(storage_pass=storage_pass, member_id=member.pk)
        if standing is None:
            raise general(404)
        return Response(_answer(standing))

    @extend_schema(
        operation_id="apply_for_pass",
        tags=["pass"],
        summary="Applies for the pass",
        description=(
            "Answered after the application is durable. Harmless to repeat. Where many apply: 429 with Retry-After and "
            f"a {TICKET} header; send that header with the next try to keep the place in the waiting room."
        ),
        parameters=[_TICKET],
        request=None,
        responses=PassPlace,
    )
    def post(self, request: Request, code: str) -> Response:
        storage_pass, member = _mine(request, code)
        if _received_at(request) < storage_pass.opens_at:  # nobody is let in beforehand
            raise _not_open_yet(storage_pass.opens_at)
        refusal = _still_waiting(request, Guest(code, storage_pass.pk, member.pk))
        if refusal is not None:
            return refusal
        try:
            standing = apply(storage_pass_id=storage_pass.pk, member_id=member.pk, at=_received_at(request))
        except ApplicationsUnavailable as unavailable:
            raise general(503, retry_after=RETRY_SECONDS) from unavailable
        except passes.NotOpenYet as early:
            raise _not_open_yet(early.opens_at) from early
        except passes.PassRefused as refused:
            raise _not_for_this_account() from refused
        return Response(_answer(standing))


def _mine(request: Request, code: str) -> tuple[StoragePass, Member]:
    """Raises StoragePass.DoesNotExist, Member.DoesNotExist: 404."""
    storage_pass, member = announced_pass(code=code), member_of(user=request.user)
    if member is None:
        raise Member.DoesNotExist
    return storage_pass, member


def _still_waiting(request: Request, guest: Guest) -> Response | None:
    """None for who is let in. Raises ApiProblem (503) where the room is closed."""
    try:
        visit = waiting_room.enter(guest=guest, ticket=request.headers.get(TICKET, ""))
    except waiting_room.RoomClosed as closed:
        raise general(503, retry_after=RETRY_SECONDS) from closed
    if visit.is_admitted:
        return None
    response = as_response(_ahead(visit))
    response[TICKET] = visit.ticket
    return response


def _ahead(visit: waiting_room.Visit) -> ApiProblem:
    return ApiProblem(
        429,
        "waiting_room",
        f"신청이 몰려 차례로 받고 있습니다. 앞에 {visit.ahead:,}명이 있습니다.",
        f"Many are applying. There are {visit.ahead:,} people ahead.",
        retry_after=min(max(visit.seconds, 1), 60),
    )


def _not_open_yet(opens_at: datetime) -> ApiProblem:
    hour = timezone.localtime(opens_at).isoformat()
    return ApiProblem(
        409,
        "pass_not_open",
        f"아직 신청을 받지 않습니다. {hour}부터 받습니다.",
        f"Applications open at {hour}.",
    )


def _not_for_this_account() -> ApiProblem:
    return ApiProblem(
        403,
        "member_may_not_apply",
        "이용 중인 계정만 신청할 수 있습니다. 계정 상태를 확인해 주세요.",
        "Only accounts in use can apply. Please look at the state of the account.",
    )


def _received_at(request: Request) -> datetime:
    return request._request.received_at


def _answer(standing: Standing) -> Any:
    return PassPlace(standing).data
