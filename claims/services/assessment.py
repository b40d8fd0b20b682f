"""Assessment (피해액 산정) in bulk: the pure rule per claim, everything around it set-based.

A batch is one transaction: it takes claims that wait (`received`), runs the rule, and writes assessments,
determinations, payouts, ledger entries, history and the new states together. Whoever dies half-way leaves the claims
waiting; nobody does one twice.
"""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from claims.models import Claim
from claims.services.payouts.due import settle
from claims.services.reviews import keep_review, review_assessed
from compensation.policy.assessment import ClaimFacts, assess_claim
from compensation.policy.document import Policy
from compensation.policy.factors import Loss
from compensation.policy.transitions import ClaimState
from compensation.programmes.models import PolicyVersion, Programme
from compensation.programmes.selectors import current_policy
from compensation.programmes.services.policy_versions import freeze
from compensation.runtime.tasks import send_after_commit
from users.models import User

BATCH_CLAIMS = 5_000
TASKS_AT_ONCE = 8  # workers that one programme keeps busy: beyond that they wait for the same disk

TAKE_WAITING = """
SELECT claim.id, facts_version, reported_margin_bp, industry_code, loss.services, loss.won, loss.alternatives
FROM claims_claim AS claim CROSS JOIN LATERAL (
    SELECT array_agg(service ORDER BY id) AS services, array_agg(lost_sales_won ORDER BY id) AS won,
        array_agg(has_alternative ORDER BY id) AS alternatives
    FROM claims_claimloss WHERE claim_id = claim.id
) AS loss
WHERE programme_id = %s AND state = 'received' ORDER BY claim.id LIMIT %s FOR UPDATE OF claim SKIP LOCKED
"""

# What the rule found, for the length of one transaction. Ids are drawn here, so that every row can name its parent.
# The table itself lives as long as the connection: one made per batch would fill the database's catalogue.
EMPTY_FRESH = """
CREATE TEMPORARY TABLE IF NOT EXISTS fresh (
    claim_id bigint, facts_version smallint,
    lost_sales_won bigint, margin_bp smallint, attribution_bp smallint, assessed_won bigint,
    tier_code text, route text, payout_won integer, steps jsonb,
    assessment_id bigint DEFAULT nextval(pg_get_serial_sequence('claims_assessment', 'id')),
    determination_id bigint DEFAULT nextval(pg_get_serial_sequence('claims_determination', 'id'))
) ON COMMIT DELETE ROWS;
TRUNCATE fresh
"""
# Before ids of determinations are drawn, so that a draw for the second look can wait until they are all there.
HOLD_DETERMINATIONS = "LOCK TABLE claims_determination IN ROW EXCLUSIVE MODE"
FRESH_COLUMNS = (
    "claim_id, facts_version, lost_sales_won, margin_bp, attribution_bp, assessed_won, tier_code, route, payout_won, "
    "steps"
)

WRITE_RESULTS = (
    """
    INSERT INTO claims_assessment (id, claim_id, facts_version, policy_version_id, lost_sales_won, margin_bp,
        attribution_bp, assessed_won, tier_code, route, steps, assessed_at)
    SELECT assessment_id, claim_id, facts_version, %(policy)s, lost_sales_won, margin_bp, attribution_bp, assessed_won,
        tier_code, route, steps, %(at)s FROM fresh
    """,
    """
    INSERT INTO claims_determination (id, claim_id, assessment_id, supersedes_id, tier_code, amount_won, reason,
        actor_id, decided_at)
    SELECT determination_id, claim_id, assessment_id,
        CASE WHEN facts_version > 1 THEN
            (SELECT max(old.id) FROM claims_determination old WHERE old.claim_id = fresh.claim_id) END,
        tier_code, payout_won, CASE route WHEN 'fast' THEN 'within_tier' ELSE 'nothing_assessed' END, %(actor)s, %(at)s
    FROM fresh WHERE route <> 'council'
    """,
    """
    INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT %(programme)s, 'budget', 'merchant_payable', payout_won, 'determination', determination_id, %(at)s
    FROM fresh WHERE route <> 'council' AND payout_won > 0
    """,
    """
    INSERT INTO claims_claimtransition (claim_id, from_state, to_state, actor_id, reason, at)
    SELECT claim_id, 'received', CASE route WHEN 'council' THEN 'awaiting_council' ELSE 'determined' END, %(actor)s,
        'assessed', %(at)s FROM fresh
    """,
    """
    INSERT INTO claims_notice (claim_id, template, at)
    SELECT claim_id, CASE route WHEN 'fast' THEN 'claim_determined_paid' WHEN 'council' THEN 'claim_to_council'
        ELSE 'claim_determined_nothing' END, %(at)s FROM fresh
    """,
    """
    UPDATE claims_claim AS c SET
        state = CASE f.route WHEN 'council' THEN 'awaiting_council' ELSE 'determined' END,
        assessment_id = f.assessment_id,
        determination_id = CASE f.route WHEN 'council' THEN NULL ELSE f.determination_id END
    FROM fresh f WHERE c.id = f.claim_id
    """,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claim that waits, with the facts that the rule needs."""

    claim_id: int
    facts_version: int
    facts: ClaimFacts


@transaction.atomic
def assess_next_batch(*, programme: Programme, actor: User, at: datetime, size: int = BATCH_CLAIMS) -> int:
    """Assesses up to `size` waiting claims by the programme's current policy; returns how many, 0 when none is free.

    Each claim ends as determined (paid tier, or no support with the reason) or waiting for the council. Claims that
    another worker holds are left to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_WAITING, [programme.pk, size])
        waiting = [_waiting(*row) for row in cursor.fetchall()]
        if not waiting:
            return 0
        version = current_policy(programme=programme)
        freeze(policy_version=version, at=at)
        cursor.execute(EMPTY_FRESH)
        cursor.execute(HOLD_DETERMINATIONS)
        cursor.copy_expert(f"COPY fresh ({FRESH_COLUMNS}) FROM STDIN", _lines(waiting, version.policy))
        write_results(cursor, programme=programme, version=version, actor=actor, at=at)
    settle(claims=[claim.claim_id for claim in waiting], actor=actor, at=at)
    review_assessed(claim_ids=[claim.claim_id for claim in waiting], policy=version.policy, at=at)
    _keep_corrected(waiting, at)
    return len(waiting)


def write_results(cursor: Any, *, programme: Programme, version: PolicyVersion, actor: User, at: datetime) -> None:
    """Writes all that follows from the results in `fresh`; a part of the caller's transaction."""
    parameters = {"programme": programme.pk, "policy": version.pk, "actor": actor.pk, "at": at}
    for statement in WRITE_RESULTS:
        cursor.execute(statement, parameters)


def _keep_corrected(waiting: Iterable[Waiting], at: datetime) -> None:
    """A claim whose facts were corrected comes back to its review with the clock as it was: a few, one by one."""
    corrected = [claim.claim_id for claim in waiting if claim.facts_version > 1]
    for claim in Claim.objects.filter(pk__in=corrected, state=ClaimState.AWAITING_COUNCIL):
        keep_review(claim=claim, at=at)


def _waiting(
    claim_id: int,
    facts_version: int,
    reported_margin_bp: int | None,
    industry_code: str,
    services: list[str],
    lost_sales_won: list[int],
    alternatives: list[bool],
) -> Waiting:
    """A row of TAKE_WAITING: the one place that makes the rule's facts of a claim's columns."""
    losses = tuple(map(Loss, services, lost_sales_won, alternatives))
    return Waiting(claim_id, facts_version, ClaimFacts(losses, reported_margin_bp, industry_code))


def _lines(waiting: Iterable[Waiting], policy: Policy) -> io.StringIO:
    """The batch in COPY's text form. JSON's backslashes are doubled; nothing else can hold a tab or line break."""
    buffer = io.StringIO()
    for claim in waiting:
        result = assess_claim(facts=claim.facts, policy=policy)
        steps = json.dumps([step.as_json() for step in result.steps], ensure_ascii=False, separators=(",", ":"))
        buffer.write(
            f"{claim.claim_id}\t{claim.facts_version}\t{result.lost_sales_won}\t{result.margin_bp}\t"
            f"{result.attribution_bp}\t{result.assessed_won}\t{result.tier_code}\t{result.route}\t{result.payout_won}\t"
            f"{steps.replace(chr(92), chr(92) * 2)}\n"
        )
    buffer.seek(0)
    return buffer


def assessment_stalls(*, programme: Programme) -> bool:
    """Whether claims wait and no worker holds the first of them: the sign that work has to be sent (again)."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            "SELECT id FROM claims_claim WHERE programme_id = %s AND state = 'received' ORDER BY id LIMIT 1",
            [programme.pk],
        )
        first = cursor.fetchone()
        if first is None:
            return False
        cursor.execute("SELECT id FROM claims_claim WHERE id = %s FOR UPDATE SKIP LOCKED", first)
        return cursor.fetchone() is not None


def send_workers(*, programme: Programme) -> None:
    """Sends tasks that take batches until none waits, as many as workers can be busy at once."""
    for _ in range(TASKS_AT_ONCE):
        send_after_commit("claims.assess_pending", programme_id=programme.pk)
