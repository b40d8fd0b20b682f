"""What staff see of the thread with the merchant on the page of a claim, and who may ask."""

from collections.abc import Sequence
from typing import Any

import rules
from django.utils import timezone

from claims.models import Claim
from claims.selectors.evidence_files import evidence_seen_by
from claims.selectors.status import determinations_of, status_of
from claims.selectors.timeline import timeline_of
from compensation.policy.deadlines import answer_until
from compensation.policy.document import EvidenceKind, Policy
from compensation.policy.reasons import FIXABLE, reasons_of_kind
from compensation.policy.transitions import ClaimState
from users.models import User


def review_content(*, claim: Claim, user: User, policy: Policy, missing: Sequence[EvidenceKind]) -> dict[str, Any]:
    """Where the claim stands with its deadline, all that happened, and the form to ask for what is missing."""
    at = timezone.now()
    status = status_of(claim=claim, policy=policy, at=at)
    under_review = claim.state == ClaimState.AWAITING_COUNCIL or status.objection is not None
    may_ask = rules.has_perm("programmes.ask_merchant", user, claim.programme)
    return {
        "status": status,
        "events": timeline_of(
            claim=claim,
            determinations=determinations_of(claim=claim),
            evidence=list(evidence_seen_by(user=user, programme=claim.programme, at=at).filter(claim=claim)),
            policy=policy,
        ),
        "may_ask": may_ask and under_review,
        "evidence_kinds": policy.evidence_kinds,
        "chosen_kinds": [kind.code for kind in missing],
        "fixable_reasons": reasons_of_kind(reasons=policy.reasons, kinds=(FIXABLE,)),
        "chosen_reasons": [],
        "question_text": "",
        "answer_until": answer_until(asked_at=at, policy=policy),
        "ask_view": "staff-question",
        "cancel_view": "staff-question-cancellation",
    }
