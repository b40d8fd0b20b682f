"""The members behind a job's figures by the API, a page at a time. Each page that is read leaves an access record."""

from collections.abc import Iterator
from itertools import dropwhile, islice

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.runtime.api_errors import FieldProblem, of_field, refused_fields
from compensation.runtime.api_view import ApiView
from compensation.runtime.cursors import open_position, seal_position
from compensation.runtime.pagination import rows_asked
from users.api.grants.answers import MembersAnswer
from users.models import GrantJob
from users.selectors.grant_proof import EXCLUDED, FAILED, KEPT, NamedMember, members_of
from users.views.grants.access import RUN, note_members_taken, open_job
from users.views.grants.downloads import outcomes_of

OUTCOME = OpenApiParameter(
    "outcome",
    {"type": "string", "enum": [EXCLUDED, KEPT, FAILED], "default": FAILED},
    "query",
    description="excluded of a job that grants, kept of a recall, failed of both",
)


class GrantMembers(ApiView):
    """Who was left out, kept or failed."""

    is_paged = True

    @extend_schema(
        operation_id="list_grant_members",
        tags=["grants"],
        summary="Members who were left out or failed, and why",
        parameters=[OUTCOME],
        responses=MembersAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        job = open_job(request._request, code, reference, permission=RUN)
        outcome = _outcome(request, job)
        limit, of = rows_asked(request.query_params), f"grant members {job.pk} {outcome}"
        cursor = request.query_params.get("cursor")
        with of_field("cursor"):
            chunk, member = open_position(cursor, of=of) if cursor else (0, 0)
        found = list(islice(_after(job, outcome, chunk, member), limit + 1))
        shown = found[:limit]
        note_members_taken(request._request, job, outcome=outcome, reason="api")
        leads_on = len(found) > limit
        next_cursor = seal_position([shown[-1].chunk, shown[-1].member_id], of=of) if leads_on else None
        return Response(MembersAnswer({"results": shown, "next_cursor": next_cursor}).data)


def _after(job: GrantJob, outcome: str, chunk: int, member: int) -> Iterator[NamedMember]:
    """A chunk is read as a whole, so where the last page ended in one, it is read again."""
    members = members_of(job=job, outcome=outcome, from_chunk=chunk)
    return dropwhile(lambda named: (named.chunk, named.member_id) <= (chunk, member), members)


def _outcome(request: Request, job: GrantJob) -> str:
    outcome = request.query_params.get("outcome", FAILED)
    if outcome not in (known := outcomes_of(job)):
        listed = ", ".join(known)
        told = f"다음 가운데 하나를 적어 주세요: {listed}", f"Please write one of: {listed}"
        raise refused_fields(FieldProblem("outcome", "choice_unknown", *told))
    return outcome
