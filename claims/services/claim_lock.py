"""Holding a claim: whoever changes something that hangs on it takes this first, and the others wait."""

from claims.models import Claim


def lock_claim(claim: Claim) -> Claim:
    """The claim as it is now, held until the transaction ends, with its merchant, programme and rules."""
    rows = Claim.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("merchant", "programme", "assessment__policy_version").get(pk=claim.pk)
