"""Finding what is the person's own. What is somebody else's and what does not exist are the same: 404."""

from rest_framework.request import Request

from claims.models import Claim
from claims.selectors.claims import claims_of
from claims.services.drafts import DraftBecameClaim, device_digest
from compensation.runtime.api_errors import ApiProblem


def own_claim(request: Request, reference: str) -> Claim:
    """Raises Claim.DoesNotExist, which answers 404."""
    return claims_of(user=request.user).get(reference=reference)


def device_of(request: Request) -> str:
    """Which of the person's devices asks: the program with this token, or the browser of this session."""
    return device_digest(f"token {request.auth}" if request.auth else f"session {request.session.session_key}")


def draft_was_sent(sent: DraftBecameClaim) -> ApiProblem:
    """409 with the claim that the draft became."""
    reference = sent.claim.reference
    return ApiProblem(
        409,
        "draft_sent",
        f"이미 제출하여 접수된 작성 내용입니다. 접수번호: {reference}",
        f"The draft was sent already. The claim's reference is {reference}.",
    )
