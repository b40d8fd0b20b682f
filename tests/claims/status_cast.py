"""Hong, who runs a diner, and claims of hers on every road: in a tier, without support, before the council."""

from datetime import datetime, timedelta

from claims.models import Claim, ClaimTransition, Evidence
from claims.services.assessment import assess_next_batch
from claims.services.evidence import receive_evidence
from compensation.messaging.models import Message
from compensation.policy.references import reference_from
from compensation.programmes.models import Programme
from tests.cast import NOW, one_claim, person, ready_made
from tests.claims.evidence_cast import arrived
from tests.claims.evidence_samples import picture
from tests.claims.pages_cast import merchant_with_account
from users.models import User
from users.services.people import system_user

DAY = timedelta(days=1)
IN_A_TIER, BEFORE_THE_COUNCIL, WITHOUT_SUPPORT = 200_000, 9_000_000, 0
CERTIFICATE, SALES, USE = "small_merchant_certificate", "sales_loss_proof", "business_use_proof"


def hong(programme: Programme) -> User:
    """Represents the diner; made once."""
    return User.objects.filter(username="hong").first() or person("hong", programme)


def received_claim(programme: Programme, *, lost_sales_won: int = IN_A_TIER, at: datetime = NOW) -> Claim:
    """A claim of Hong's that waits to be assessed, with an account on record."""
    claim = one_claim(programme=programme, lost_sales_won=lost_sales_won)
    Claim.objects.filter(pk=claim.pk).update(reference=reference_from(claim.pk * 7919), channel="web", received_at=at)
    ClaimTransition.objects.create(claim=claim, to_state="received", actor=system_user(), reason="", at=at)
    merchant_with_account(claim, user=hong(programme))
    return Claim.objects.get(pk=claim.pk)


@ready_made
def assessed_claim(programme: Programme, *, lost_sales_won: int = IN_A_TIER, at: datetime = NOW) -> Claim:
    """The same, assessed at once."""
    claim = received_claim(programme, lost_sales_won=lost_sales_won, at=at)
    assess_next_batch(programme=programme, actor=system_user(), at=at)
    return Claim.objects.get(pk=claim.pk)


def paper(claim: Claim, folder: object, *, kind: str = SALES, at: datetime = NOW, name: str = "매출.jpg") -> Evidence:
    """A file of its own content that came for the claim at this moment."""
    upload = arrived(folder, picture(size=(320 + Evidence.objects.count(), 240)), name)
    return receive_evidence(owner=claim, kind=kind, upload=upload, actor=hong(claim.programme), at=at)


def told(claim: Claim) -> list[str]:
    """The templates of the messages that went out about the claim, in order."""
    subject = f"claim {claim.reference}"
    return list(Message.objects.filter(subject=subject).order_by("id").values_list("template", flat=True))
