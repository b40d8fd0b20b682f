"""What the council reads of a case: facts, documents, checks. No phone, no account: the consent says which data."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects

from claims.models import AgendaItem, Check, ClaimLoss, Evidence
from claims.selectors.evidence_files import SHOWN_STATES
from compensation.policy.case_checks import CHECKS
from compensation.policy.document import EvidenceKind, Industry, Policy
from compensation.policy.working import Step


@dataclass(frozen=True, slots=True)
class CasePapers:
    """A case as it is laid before the council. `policy` is the one by which it was assessed and is decided."""

    item: AgendaItem
    policy: Policy
    losses: tuple[ClaimLoss, ...]
    industry: Industry | None
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    evidence: tuple[Evidence, ...]

    @property
    def kinds(self) -> dict[str, EvidenceKind]:
        """The kinds of evidence by their codes."""
        return {kind.code: kind for kind in self.policy.evidence_kinds}


def papers_of(*, items: Sequence[AgendaItem]) -> list[CasePapers]:
    """The papers of these cases, in the same order; the number of queries does not grow with them."""
    claims = [item.review.claim for item in items]
    newest = Check.objects.order_by("claim_id", "code", "-id").distinct("claim_id", "code")
    shown = Evidence.objects.filter(scan_state__in=SHOWN_STATES).prefetch_related("pages")
    prefetch_related_objects(claims, "losses", Prefetch("checks", newest), Prefetch("evidence", shown))
    return [_papers(item) for item in items]


def _papers(item: AgendaItem) -> CasePapers:
    claim, policy = item.review.claim, item.policy_version.policy
    found = {check.code: check for check in claim.checks.all()}
    return CasePapers(
        item=item,
        policy=policy,
        losses=tuple(claim.losses.all()),
        industry=policy.industries.get(claim.industry_code),
        steps=tuple(Step.from_json(step) for step in item.review.assessment.steps),
        checks=tuple(found[code] for code in CHECKS if code in found),
        evidence=tuple(claim.evidence.all()),
    )
