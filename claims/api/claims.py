"""A merchant's own claims: the list, and one with its working, its history and what can be done next."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claim_answers import ClaimAnswer, ClaimsAnswer, claim_answer
from claims.selectors.claims import claim_with_history, claims_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.pagination import page_of


class OwnClaims(ApiView):
    """The claims of the businesses that the person acts for."""

    is_paged = True

    @extend_schema(
        operation_id="list_claims", tags=["claims"], summary="One's own claims, newest first", responses=ClaimsAnswer
    )
    def get(self, request: Request) -> Response:
        page = page_of(rows=claims_of(user=request.user), moment="received_at", asked=request.query_params)
        return Response(ClaimsAnswer({"results": page.rows, "next_cursor": page.next_cursor}).data)


class OwnClaim(ApiView):
    """One of them."""

    @extend_schema(
        operation_id="show_claim",
        tags=["claims"],
        summary="A claim: where it stands, its working, what happened, what can be done",
        responses=ClaimAnswer,
    )
    def get(self, request: Request, reference: str) -> Response:
        claim = claim_with_history(claims=claims_of(user=request.user), reference=reference, for_merchant=True)
        return Response(claim_answer(claim=claim, at=timezone.now()))
