"""The documents of a case beside its forms."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from claims.models import Claim
from claims.selectors.evidence_files import SHOWN_STATES, evidence_seen_by
from compensation.policy.document import Policy
from compensation.programmes.models import Programme


def papers_content(
    request: HttpRequest, programme: Programme, claim: Claim, policy: Policy, at: datetime
) -> dict[str, Any]:
    """What officer/case_papers.html shows: each document with the pictures of its pages, where the person may see it.

    A document that was found infected, or has no pictures yet, is named and not shown.
    """
    seen = evidence_seen_by(user=request.user, programme=programme, at=at)
    evidence = list(seen.filter(claim=claim).prefetch_related("pages").order_by("id"))
    papers = [
        {"evidence": row, "pages": list(row.pages.all()) if row.scan_state in SHOWN_STATES else []} for row in evidence
    ]
    return {"papers": papers, "evidence_names": {kind.code: kind for kind in policy.evidence_kinds}}
