"""Finding what is the person's own. What is somebody else's and what does not exist are the same: 404."""

import rules
from rest_framework.request import Request

from claims.models import Claim, ClaimDraft
from claims.selectors.claims import claims_of
from claims.selectors.drafts import drafts_in_hand
from claims.services.drafts import DraftBecameClaim, device_digest
from compensation.programmes.access import note_access
from compensation.runtime.api_errors import ApiProblem

FILES_FOR_MERCHANTS = "programmes.file_for_merchants"


def own_draft(request: Request, reference: str) -> ClaimDraft:
    """A draft of the person's own, or one that they fill in as an agent: then they leave an access record.

    Raises ClaimDraft.DoesNotExist, which answers 404, also to who is no agent of that programme any more.
    """
    draft = drafts_in_hand(user=request.user).get(reference=reference)
    if draft.by_agent:
        if not rules.has_perm(FILES_FOR_MERCHANTS, request.user, draft.programme):
            raise ClaimDraft.DoesNotExist
        note_access(request, subject=f"draft {draft.reference}", task="claim_assisted")
    return draft


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
