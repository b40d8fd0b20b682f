"""What merchants are told about their evidence."""

from datetime import datetime

from claims.models import Evidence
from claims.services.telling import tell_merchant

_INFECTED = "악성코드가 발견되었습니다"


def tell_that_infected(*, evidence: Evidence, at: datetime) -> None:
    """Tells the merchant of a claim that a file was not taken. Who is still filling in a draft sees it on its page."""
    if evidence.claim is not None:
        tell_merchant(
            claim=evidence.claim,
            template="evidence_refused",
            variables={"file": evidence.file_name, "reason": _INFECTED},
            at=at,
            dedupe_key=f"evidence refused {evidence.reference}",
        )
