"""The chain of decisions: each names the digest of the one before, so that a change of any row shows afterwards.

Adding holds the council's row: decisions of two cases at once come one after the other. The lock comes last, after
those of the case.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from claims.models import AgendaItem, Council, CouncilDecision, Determination


def append(
    *,
    council_id: int,
    outcome: str,
    content: dict[str, Any],
    determination: Determination | None,
    at: datetime,
    item: AgendaItem | None = None,
    undoes: CouncilDecision | None = None,
) -> CouncilDecision:
    """Adds a decision at the end of the chain; a part of the caller's transaction, which ends soon."""
    council = Council.objects.select_for_update(no_key=True).get(pk=council_id)
    last = council.decisions.order_by("-number").first()
    previous = last.digest if last else ""
    return CouncilDecision.objects.create(
        council=council,
        number=last.number + 1 if last else 1,
        item=item,
        undoes=undoes,
        determination=determination,
        outcome=outcome,
        content=content,
        previous_digest=previous,
        digest=digest_of(previous=previous, content=content),
        decided_at=at,
    )


def digest_of(*, previous: str, content: dict[str, Any]) -> str:
    """SHA-256 (hex) of the digest before and the content as JSON: keys sorted, no spaces, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((previous + canonical).encode()).hexdigest()
