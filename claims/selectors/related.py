"""Claims that have something in common that honest ones rarely have: an account, a phone, a file, a device, a line.

Within one programme only. Blind indexes and hashes are compared, never what they stand for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from claims.models import Claim
from compensation import limits
from compensation.policy.case_checks import DUPLICATES, SHARED

# Each part is a look-up by an index, and bounded: a line that ten thousand claims came from is not read to its end.
_SHARING = """
SELECT mine.id, shared.code, shared.reference
FROM claims_claim AS mine CROSS JOIN LATERAL (
    (SELECT DISTINCT 'shared_account' AS code, other.reference
        FROM (
            SELECT number_index FROM merchants_bankaccount WHERE merchant_id = mine.merchant_id ORDER BY id DESC LIMIT 1
        ) AS account
        JOIN merchants_bankaccount AS theirs ON theirs.number_index = account.number_index
        JOIN claims_claim AS other ON other.merchant_id = theirs.merchant_id
        WHERE account.number_index <> '' AND other.programme_id = mine.programme_id
            AND other.merchant_id <> mine.merchant_id
        LIMIT %(most)s)
    UNION ALL
    (SELECT 'shared_phone', other.reference
        FROM merchants_merchant AS own
        JOIN merchants_merchant AS theirs ON theirs.phone_index = own.phone_index AND theirs.id <> own.id
        JOIN claims_claim AS other ON other.merchant_id = theirs.id
        WHERE own.id = mine.merchant_id AND own.phone <> '' AND theirs.phone <> ''
            AND other.programme_id = mine.programme_id
        LIMIT %(most)s)
    UNION ALL
    (SELECT DISTINCT 'shared_document', other.reference
        FROM claims_evidence AS paper
        JOIN claims_evidence AS same ON same.sha256 = paper.sha256 AND same.claim_id IS NOT NULL
        JOIN claims_claim AS other ON other.id = same.claim_id
        WHERE paper.claim_id = mine.id AND other.programme_id = mine.programme_id
            AND other.merchant_id <> mine.merchant_id
        LIMIT %(most)s)
    UNION ALL
    (SELECT 'shared_device', other.reference
        FROM claims_claimorigin AS origin
        JOIN claims_claimorigin AS same ON same.device_index = origin.device_index
        JOIN claims_claim AS other ON other.id = same.claim_id
        WHERE origin.claim_id = mine.id AND origin.device_index <> '' AND other.programme_id = mine.programme_id
            AND other.merchant_id <> mine.merchant_id
        LIMIT %(most)s)
    UNION ALL
    (SELECT 'shared_address', other.reference
        FROM claims_claimorigin AS origin
        JOIN claims_claimorigin AS same ON same.address_index = origin.address_index
        JOIN claims_claim AS other ON other.id = same.claim_id
        WHERE origin.claim_id = mine.id AND origin.address_index <> '' AND other.programme_id = mine.programme_id
            AND other.merchant_id <> mine.merchant_id
        LIMIT %(most)s)
    UNION ALL
    (SELECT 'duplicates', other.reference
        FROM claims_claim AS other
        WHERE other.merchant_id = mine.merchant_id AND other.id <> mine.id AND other.state <> 'withdrawn'
            AND other.programme_id = mine.programme_id AND EXISTS (
                SELECT FROM claims_claimloss AS loss JOIN claims_claimloss AS again ON again.service = loss.service
                    AND again.began_at < loss.ended_at AND loss.began_at < again.ended_at
                WHERE loss.claim_id = mine.id AND again.claim_id = other.id
            )
        LIMIT %(most)s)
) AS shared
WHERE mine.id = ANY(%(claims)s)
"""


@dataclass(frozen=True, slots=True)
class Related:
    """A claim, and what it has in common with the case: codes of policy.case_checks, in their order."""

    claim: Claim
    shared: tuple[str, ...]


def shared_with(*, claim_ids: Sequence[int]) -> Mapping[int, Mapping[str, list[str]]]:
    """For each claim, by the code of what is shared: the references of the claims that share it. One query.

    At most RELATED_CLAIMS_LISTED_MAX of a code.
    """
    found: dict[int, dict[str, list[str]]] = {claim_id: defaultdict(list) for claim_id in claim_ids}
    with connection.cursor() as cursor:
        cursor.execute(_SHARING, {"claims": list(claim_ids), "most": limits.RELATED_CLAIMS_LISTED_MAX})
        for claim_id, code, reference in cursor.fetchall():
            found[claim_id][code].append(reference)
    return {
        claim_id: {code: sorted(references) for code, references in codes.items()} for claim_id, codes in found.items()
    }


def related_claims(*, claim: Claim) -> list[Related]:
    """The claims that share something with this one; those that share most first. Two queries."""
    shared = shared_with(claim_ids=[claim.pk])[claim.pk]
    codes: dict[str, list[str]] = defaultdict(list)
    for code in (DUPLICATES, *SHARED):
        for reference in shared.get(code, ()):
            codes[reference].append(code)
    claims = Claim.objects.filter(reference__in=codes).select_related("merchant", "assessment", "determination")
    found = [Related(other, tuple(codes[other.reference])) for other in claims.order_by("id")]
    return sorted(found, key=lambda related: -len(related.shared))
