"""How cases like a case were decided by the council: what of the assessed loss was granted."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from claims.models import Claim
from compensation import limits
from compensation.policy.agenda import SIZES_WON
from compensation.policy.likeness import (
    DURATIONS_HOURS,
    Range,
    duration_band,
    industry_group,
    ratio_bp,
    size_band,
    step_with_enough,
    usual_range,
)

# Decisions that still count, the newest ones; width_bucket's bins hold their lower edge, ours the upper one.
_DECIDED = """
WITH newest AS (
    SELECT determination_id FROM claims_councildecision
    WHERE council_id = (SELECT id FROM claims_council WHERE programme_id = %(programme)s)
        AND determination_id IS NOT NULL
    ORDER BY number DESC LIMIT %(newest)s
), decided AS (
    SELECT claim.reference, determination.id, determination.amount_won, assessment.assessed_won,
        claim.services && %(services)s::varchar[] AS same_service,
        width_bucket(assessment.assessed_won, %(sizes)s::bigint[]) = %(size)s AS same_size,
        left(claim.industry_code, %(group_length)s) = %(group)s AS same_industry,
        width_bucket(loss.hours, %(durations)s::numeric[]) = %(duration)s AS same_duration
    FROM newest
    JOIN claims_determination AS determination ON determination.id = newest.determination_id
    JOIN claims_claim AS claim ON claim.id = determination.claim_id AND claim.determination_id = determination.id
    JOIN claims_assessment AS assessment ON assessment.id = determination.assessment_id
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(extract(epoch FROM ended_at - began_at)) / 3600, 0)::numeric AS hours
        FROM claims_claimloss WHERE claim_id = claim.id
    ) AS loss
    WHERE claim.id <> %(claim)s AND assessment.assessed_won > 0
)
SELECT reference, amount_won, assessed_won, CASE
    WHEN same_service AND same_size AND same_industry AND same_duration THEN 0
    WHEN same_service AND same_size AND same_industry THEN 1
    WHEN same_service AND same_size THEN 2
    WHEN same_size THEN 3
    ELSE 4 END AS step
FROM decided ORDER BY step, id DESC LIMIT %(most)s
"""
_JUST_OVER = 0.0001  # hours, below a second


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A case that the council decided: granted and assessed in whole won, their ratio in basis points."""

    reference: str
    amount_won: int
    assessed_won: int

    @property
    def ratio_bp(self) -> int:
        return ratio_bp(amount_won=self.amount_won, assessed_won=self.assessed_won)


@dataclass(frozen=True, slots=True)
class SimilarCases:
    """`step`: how far likeness had to be given up (policy.likeness.STEPS). `usual` is None of too few cases."""

    step: int
    cases: tuple[SimilarCase, ...]
    usual: Range | None


def similar_cases(*, claim: Claim, assessed_won: int) -> SimilarCases:
    """The decided cases most like this one, at most SIMILAR_CASES_MAX. Its losses' query and one more."""
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, _parameters(claim, assessed_won))
        rows = cursor.fetchall()
    step = step_with_enough(steps=[row[3] for row in rows], least=limits.SIMILAR_CASES_LEAST)
    cases = tuple(SimilarCase(*row[:3]) for row in rows if row[3] <= step)
    usual = usual_range(ratios_bp=[case.ratio_bp for case in cases], least=limits.SIMILAR_CASES_LEAST)
    return SimilarCases(step, cases, usual)


def _parameters(claim: Claim, assessed_won: int) -> dict[str, Any]:
    lasted = sum((loss.ended_at - loss.began_at for loss in claim.losses.all()), timedelta())
    group = industry_group(claim.industry_code)
    return {
        "programme": claim.programme_id,
        "claim": claim.pk,
        "services": claim.services,
        "size": size_band(assessed_won),
        "sizes": [edge + 1 for edge in SIZES_WON],
        "group": group,
        "group_length": len(industry_group("0" * limits.INDUSTRY_CODE_LENGTH_MAX)),
        "duration": duration_band(lasted / timedelta(hours=1)),
        "durations": [edge + _JUST_OVER for edge in DURATIONS_HOURS],
        "newest": limits.DECISIONS_COMPARED_MAX,
        "most": limits.SIMILAR_CASES_MAX,
    }
