"""Who sees which evidence, and its pictures. What nobody may see, and what does not exist, are the same."""

from datetime import datetime

import rules
from django.db.models import Q, QuerySet

from claims.models import Claim, ClaimDraft, Evidence, EvidencePage
from claims.selectors.council_readers import items_read_by
from compensation.policy.transitions import EvidenceScanState
from compensation.programmes.models import Programme
from users.models import User

# Pictures are made by us, and harmless; the file itself is given to nobody before a scanner has read it.
SHOWN_STATES = (EvidenceScanState.CLEAN, EvidenceScanState.UNSCANNED)


def evidence_list(*, owner: ClaimDraft | Claim) -> list[Evidence]:
    """The evidence of a draft or a claim, oldest first, with its pages (two queries)."""
    return list(owner.evidence.prefetch_related("pages"))


def claims_open_to(*, user: User) -> QuerySet[Claim]:
    """The claims to which a user may add evidence: those of the merchants that the user represents."""
    return Claim.objects.filter(merchant__representatives__user=user).select_related("programme")


def evidence_of_merchant(*, user: User) -> QuerySet[Evidence]:
    """What a merchant's user may see: evidence of the drafts in hand and of the represented merchants' claims."""
    return Evidence.objects.filter(
        Q(draft__owner=user, draft__claim__isnull=True) | Q(claim__merchant__representatives__user=user)
    )


def evidence_seen_by(*, user: User, programme: Programme, at: datetime) -> QuerySet[Evidence]:
    """What the people who work on a programme's claims may see: all, that of the cases a member reads, or none.

    A draft is nobody's business before it is submitted.
    """
    evidence = Evidence.objects.filter(claim__programme=programme).select_related("claim")
    if rules.has_perm("programmes.view_evidence", user, programme):
        return evidence
    if rules.has_perm("programmes.view_council_claims", user, programme):
        read = items_read_by(user=user, programme=programme, at=at)
        return evidence.filter(claim__in=read.order_by().values("review__claim"))
    return evidence.none()


def page_of(*, evidence: QuerySet[Evidence], reference: str, number: int) -> EvidencePage:
    """The picture of one page of one of these documents. Raises EvidencePage.DoesNotExist."""
    shown = evidence.filter(reference=reference, scan_state__in=SHOWN_STATES)
    return EvidencePage.objects.select_related("evidence__claim", "evidence__draft__programme").get(
        evidence__in=shown, number=number
    )


def downloadable(*, evidence: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Those whose file may be handed out as it was sent: a scanner found it clean."""
    return evidence.filter(scan_state=EvidenceScanState.CLEAN).exclude(storage_key="")
