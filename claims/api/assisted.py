"""Filing for a merchant who called: an agent of the customer centre begins the draft, the rest is as with any other.

Agents sign in on the site and send their session's cookie with `X-CSRFToken`: who sees the data of many has no token.
"""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.drafts import DraftAnswer, DraftsAnswer, draft_answer, too_many_drafts
from claims.selectors.drafts import assisted_drafts, unsent
from claims.services.drafts import TooManyDrafts, start_draft
from claims.services.drafts.agent import parse_agent_reason
from claims.views.draft_access import FILES_FOR_MERCHANTS
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import of_field
from compensation.runtime.api_fields import TEXT, body, text_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.pagination import page_of


class AssistedDrafts(ApiView):
    """What an agent has begun for merchants in a programme."""

    is_paged = True

    @extend_schema(
        operation_id="list_assisted_drafts",
        tags=["drafts"],
        summary="Drafts that the agent fills in for merchants and has not sent",
        responses=DraftsAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=FILES_FOR_MERCHANTS)
        rows = unsent(drafts=assisted_drafts(user=request.user, programme=programme))
        page = page_of(rows=rows, moment="updated_at", asked=request.query_params)
        return Response(DraftsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)

    @extend_schema(
        operation_id="start_assisted_draft",
        tags=["drafts"],
        summary="Begins a draft for a merchant who called",
        description=(
            "`reason`: who called, and how it was made sure who it is. Consents are those read on the telephone "
            "(`telephone_digest_ko`, `telephone_digest_en` of the programme). Agents use their session, not a token."
        ),
        request=body({"reason": TEXT}, required=("reason",)),
        responses={201: DraftAnswer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission=FILES_FOR_MERCHANTS)
        with of_field("reason"):
            reason = parse_agent_reason(text_of(request.data, "reason"))
        try:
            draft = start_draft(
                programme=programme, owner=request.user, at=timezone.now(), by_agent=True, reason=reason
            )
        except TooManyDrafts as error:
            raise too_many_drafts() from error
        return Response(draft_answer(draft, request), status=201)
