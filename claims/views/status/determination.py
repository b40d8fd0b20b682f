"""A determination with its reasons: as a page, and as a letter (PDF) to keep or to print."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from claims.models import Claim, Determination
from claims.selectors.status import determinations_of
from claims.services.letters import determination_letter
from claims.views.claim_content import tier_of, working_of
from claims.views.status.own import own_claim
from claims.views.status.pages import objecting, objection_result
from compensation.programmes.access import note_access
from compensation.runtime.downloads import HARMLESS_HEADERS
from compensation.runtime.templatetags.wording import in_korean


@require_safe
@never_cache
@login_required
def my_determination(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What was decided and why, how it was worked out, and what can be done about it until when."""
    claim = own_claim(request, reference)
    determinations = determinations_of(claim=claim)
    determination = _determination(determinations, number)
    policy = determination.assessment.policy_version.policy
    content = {
        "claim": claim,
        "determination": determination,
        "number": number,
        "tier": tier_of(determination.assessment, policy),
        "working": working_of(determination.assessment),
        "is_current": claim.determination_id == determination.pk,
        **objection_result(claim, determination, determinations),
        **objecting(claim, determination, policy, timezone.now()),
    }
    return render(request, "merchant/determination.html", content)


@require_safe
@never_cache
@login_required
def my_letter(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The letter in the language of the page, made when it is asked for. Whoever takes it leaves an access record."""
    claim = own_claim(request, reference)
    determination = _determination(determinations_of(claim=claim), number)
    language = "ko" if in_korean() else "en"
    letter = determination_letter(determination=determination, language=language, at=timezone.now())
    detail = f"determination {number} {language}"
    note_access(request, subject=f"claim {claim.reference}", task="letter_downloaded", detail=detail)
    return HttpResponse(letter, headers=_headers(claim, number))


def _determination(rows: Sequence[Determination], number: int) -> Determination:
    """The determinations of a claim are counted from 1. Raises Http404."""
    if not 1 <= number <= len(rows):
        raise Http404
    return rows[number - 1]


def _headers(claim: Claim, number: int) -> dict[str, Any]:
    name = f"determination-{claim.reference}-{number}.pdf"
    own = {"Content-Type": "application/pdf", "Content-Disposition": f'attachment; filename="{name}"'}
    return HARMLESS_HEADERS | own
