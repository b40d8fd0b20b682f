"""What a receipt shows: that the claim is in, under which reference, with which contents, and what comes next."""

from typing import Any

from claims.models import Claim
from claims.selectors.status import policy_for
from compensation.messaging.models import Channel
from compensation.messaging.services.outbox import reachable_by
from compensation.policy.deadlines import Clock, due_at
from compensation.runtime.masking import masked_email, masked_phone
from compensation.runtime.templatetags.wording import page_language
from compensation.values.working_days import working_calendar


def receipt_content(claim: Claim) -> dict[str, Any]:
    """The claim as it was filed. `assessed_until`: the first moment after the days that the assessment may take."""
    policy = policy_for(claim=claim)
    account = claim.merchant.bank_accounts.order_by("-id").first()
    clock = Clock(claim.received_at, policy.deadlines.assessment_working_days)
    return {
        "claim": claim,
        "programme": claim.programme,
        "services": policy.services,
        "industry": policy.industries.get(claim.industry_code),
        "account": account,
        "evidence": list(claim.evidence.all()),
        "consents": _consents(claim, policy),
        "assessed_until": due_at(clock=clock, holidays=working_calendar()),
        "deadlines": policy.deadlines,
        "reached_at": _reached_at(claim),
    }


def _reached_at(claim: Claim) -> str:
    """Where the receipt was sent, masked; blank where no message can go."""
    way = reachable_by(phone=claim.merchant.phone, email=claim.merchant.email)
    if way is None:
        return ""
    channel, to = way
    return masked_email(to) if channel == Channel.EMAIL else masked_phone(to)


def _consents(claim: Claim, policy: Any) -> list[dict[str, Any]]:
    """The consents by their title now; by their code where the policy no longer has them."""
    titles = {consent.code: consent.title(page_language()) for consent in policy.consents}
    return [{"title": titles.get(row.code, row.code), "row": row} for row in claim.consents.all()]
