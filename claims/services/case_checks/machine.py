"""What the machine finds out about claims: one finding per claim and check, a fixed number of queries for any number.

What it cannot judge (whether a document proves something) is "no data", with the documents that a person has to read:
when others come, that is a new finding, and they are read again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from claims.models import CheckOutcome, Claim, Evidence
from claims.selectors.evidence import CERTIFICATE
from claims.selectors.related import shared_with
from compensation.policy import case_checks as checks
from compensation.policy.transitions import EvidenceScanState
from merchants.models import BankAccount, CertificateState

PASSED, FAILED, NO_DATA = CheckOutcome.PASSED, CheckOutcome.FAILED, CheckOutcome.NO_DATA
PAPERS = {checks.LOSS_PROOF: "sales_loss_proof", checks.BUSINESS_USE: "business_use_proof"}
_CERTIFICATES = {CertificateState.VERIFIED: PASSED, CertificateState.REFUSED: FAILED}


class Finding(NamedTuple):
    """What a check found. `found`: references of claims or documents, or the register's code."""

    claim_id: int
    code: str
    outcome: CheckOutcome
    found: list[str]


def findings(*, claims: Sequence[Claim], registry: Mapping[str, str]) -> list[Finding]:
    """What every check finds of these claims (with their merchants). `registry`: the states of businesses by number.

    A business that is not in it was not asked about, or no answer came.
    """
    papers, accounts = _papers(claims), _accounts(claims)
    shared = shared_with(claim_ids=[claim.pk for claim in claims])
    found = []
    for claim in claims:
        found += [
            _business(claim, registry.get(claim.merchant.business_number)),
            _certificate(claim, papers[claim.pk]),
            *(Finding(claim.pk, code, NO_DATA, papers[claim.pk].get(kind, [])) for code, kind in PAPERS.items()),
            _holder(claim, accounts.get(claim.merchant_id)),
            *_shared(claim, shared[claim.pk]),
        ]
    return found


def _business(claim: Claim, state: str | None) -> Finding:
    if state is None:
        return Finding(claim.pk, checks.BUSINESS_ACTIVE, NO_DATA, [])
    outcome = PASSED if state == checks.ACTIVE else FAILED
    return Finding(claim.pk, checks.BUSINESS_ACTIVE, outcome, [state])


def _certificate(claim: Claim, papers: Mapping[str, list[str]]) -> Finding:
    outcome = _CERTIFICATES.get(CertificateState(claim.merchant.certificate_state), NO_DATA)
    return Finding(claim.pk, checks.CERTIFICATE_VALID, outcome, papers.get(CERTIFICATE, []))


def _holder(claim: Claim, account: BankAccount | None) -> Finding:
    if account is None:
        return Finding(claim.pk, checks.HOLDER_MATCHES, NO_DATA, [])
    names = (claim.merchant.trade_name, claim.merchant.representative_name)
    matches = checks.holder_matches(holder=account.holder, names=names)
    return Finding(claim.pk, checks.HOLDER_MATCHES, PASSED if matches else FAILED, [str(account.pk)])


def _shared(claim: Claim, shared: Mapping[str, list[str]]) -> list[Finding]:
    usual = {checks.SHARED_ADDRESS: checks.ADDRESS_CLAIMS_USUAL}
    rows = []
    for code in (checks.DUPLICATES, *checks.SHARED):
        others = shared.get(code, [])
        outcome = FAILED if len(others) > usual.get(code, 0) else PASSED
        rows.append(Finding(claim.pk, code, outcome, others))
    return rows


def _papers(claims: Sequence[Claim]) -> dict[int, dict[str, list[str]]]:
    """The documents of each claim by kind, without those that were infected."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = Evidence.objects.filter(claim__in=claims).exclude(scan_state=EvidenceScanState.INFECTED).order_by("id")
    for claim_id, kind, reference in rows.values_list("claim_id", "kind", "reference"):
        found[claim_id][kind].append(reference)
    return found


def _accounts(claims: Sequence[Claim]) -> dict[int, BankAccount]:
    """The account of each merchant that counts."""
    rows = BankAccount.objects.filter(merchant__in=[claim.merchant_id for claim in claims])
    return {row.merchant_id: row for row in rows.order_by("merchant", "-id").distinct("merchant")}
