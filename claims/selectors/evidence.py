"""What proof a claim has and lacks."""

from django.db.models import Exists, OuterRef, Q

from claims.models import Claim, Evidence
from compensation.policy.document import Policy
from compensation.policy.evidence import EvidenceKind, missing_documents
from compensation.policy.transitions import EvidenceScanState
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from merchants.models import CertificateState

CERTIFICATE = "small_merchant_certificate"


def missing_documents_of(*, claim: Claim, policy: Policy) -> tuple[EvidenceKind, ...]:
    """The documents that the council needs and the claim lacks. A merchant's verified certificate serves all claims."""
    present = set(claim.evidence.exclude(scan_state=EvidenceScanState.INFECTED).values_list("kind", flat=True))
    if claim.merchant.certificate_state == CertificateState.VERIFIED:
        present.add(CERTIFICATE)
    return missing_documents(policy=policy, present=present)


def missing_document_counts(*, programme: Programme) -> dict[EvidenceKind, int]:
    """For the claims that wait for the council: how many lack each kind of document."""
    waiting = Claim.objects.filter(programme=programme, state="awaiting_council")
    needed = missing_documents(policy=current_policy(programme=programme).policy, present=())
    return {kind: waiting.exclude(_proven(kind.code)).count() for kind in needed}


def _proven(kind: str) -> Q:
    taken = Evidence.objects.exclude(scan_state=EvidenceScanState.INFECTED)
    there = Q(Exists(taken.filter(claim=OuterRef("pk"), kind=kind)))
    return there | Q(merchant__certificate_state=CertificateState.VERIFIED) if kind == CERTIFICATE else there
