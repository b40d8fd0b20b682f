"""Who gets at a draft and its papers, by the pages and by the API: who fills it in, for themselves or as an agent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from claims.models import ClaimDraft
from claims.selectors.drafts import drafts_in_hand
from compensation.programmes.access import may, note_access

FILES_FOR_MERCHANTS = "programmes.file_for_merchants"


def draft_in_hand(request: HttpRequest, reference: str) -> ClaimDraft:
    """A draft of the person's own, or one that they fill in as an agent.

    Raises ClaimDraft.DoesNotExist: what is somebody else's and what does not exist are the same. See `note_in_hand`.
    """
    draft = drafts_in_hand(user=request.user).get(reference=reference)
    note_in_hand(request, draft)
    return draft


def note_in_hand(request: HttpRequest, draft: ClaimDraft) -> None:
    """An agent leaves an access record. Raises ClaimDraft.DoesNotExist to who is no agent of the programme any more."""
    if not draft.by_agent:
        return
    if not may(request, FILES_FOR_MERCHANTS, draft.programme):
        raise ClaimDraft.DoesNotExist
    note_access(request, subject=f"draft {draft.reference}", task="claim_assisted")


def draft_may_be_gone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of a draft that is not there (404) where the draft is not, or was thrown away while it was sent."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return view(request, *args, **options)
        except ClaimDraft.DoesNotExist as error:
            raise Http404 from error

    return page
