"""The members behind a job's figures by the API: page by page, or all in a file. Each leaves an access record."""

from itertools import islice

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.runtime.api_errors import FieldProblem, of_field, refused_fields
from compensation.runtime.api_view import ApiView
from compensation.runtime.cursors import open_position, seal_position
from compensation.runtime.downloads import CSV, attachment, csv_pieces
from compensation.runtime.pagination import rows_asked
from users.api.grants.answers import MembersAnswer
from users.models import GrantJob
from users.selectors.grant_proof import EXCLUDED, FAILED, GRANTED, KEPT, RECALLED, members_of, outcomes_of
from users.views.grants.access import RUN, note_members_taken, open_job
from users.views.grants.downloads import harmless

OUTCOME = OpenApiParameter(
    "outcome",
    {"type": "string", "enum": [GRANTED, EXCLUDED, RECALLED, KEPT, FAILED], "default": FAILED},
    "query",
    description="granted and excluded of a job that grants, recalled and kept of a recall, failed of both",
)


class GrantMembers(ApiView):
    """Who is behind a figure, a page at a time."""

    is_paged = True

    @extend_schema(
        operation_id="list_grant_members",
        tags=["grants"],
        summary="Members who got it, were left out or failed, and why",
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
        found = list(islice(members_of(job=job, outcome=outcome, after=(chunk, member)), limit + 1))
        shown = found[:limit]
        note_members_taken(request._request, job, outcome=outcome, reason="api")
        leads_on = len(found) > limit
        next_cursor = seal_position([shown[-1].chunk, shown[-1].member_id], of=of) if leads_on else None
        return Response(MembersAnswer({"results": shown, "next_cursor": next_cursor}).data)


class GrantMembersFile(ApiView):
    """All who are behind a figure."""

    reads_query = True

    @extend_schema(
        operation_id="download_grant_members",
        tags=["grants"],
        summary="The same as a file (CSV), row by row as they are read, however many millions there are",
        description="`member_number,chunk,reason`: the last is blank of whom there is nothing to explain.",
        parameters=[OUTCOME],
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, code: str, reference: str) -> StreamingHttpResponse:
        job = open_job(request._request, code, reference, permission=RUN)
        outcome = _outcome(request, job)
        note_members_taken(request._request, job, outcome=outcome, reason="api")
        named = members_of(job=job, outcome=outcome)
        rows = ((row.member_id, row.chunk, harmless(row.reason)) for row in named)
        headers = attachment(f"grant-{job.reference}-{outcome}.csv")
        pieces = csv_pieces(["member_number", "chunk", "reason"], rows)
        return StreamingHttpResponse(pieces, content_type=CSV, headers=headers)


def _outcome(request: Request, job: GrantJob) -> str:
    outcome = request.query_params.get("outcome", FAILED)
    if outcome not in (known := outcomes_of(job)):
        listed = ", ".join(known)
        told = f"다음 가운데 하나를 적어 주세요: {listed}", f"Please write one of: {listed}"
        raise refused_fields(FieldProblem("outcome", "choice_unknown", *told))
    return outcome
