"""What merchants are told about their evidence."""

from datetime import datetime

from claims.models import Evidence
from compensation.messaging.services.outbox import reachable_by, write

_LANGUAGE = "ko"
_INFECTED = "악성코드가 발견되었습니다"


def tell_that_infected(*, evidence: Evidence, at: datetime) -> None:
    """Tells the merchant of a claim that a file was not taken. Who is still filling in a draft sees it on its page."""
    if evidence.claim is None:
        return
    merchant = evidence.claim.merchant
    way = reachable_by(phone=merchant.phone, email=merchant.email)
    if way is None:
        return
    channel, to = way
    write(
        template="evidence_refused",
        to=to,
        channel=channel,
        variables={
            "name": merchant.trade_name,
            "reference": evidence.claim.reference,
            "file": evidence.file_name,
            "reason": _INFECTED,
        },
        language=_LANGUAGE,
        at=at,
        dedupe_key=f"evidence refused {evidence.reference}",
        programme=evidence.claim.programme,
        subject=f"claim {evidence.claim.reference}",
    )
