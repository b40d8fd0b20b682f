"""Taking in loss claims: the one way by which a claim comes into being, whatever channel it was filed by."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from claims.models import AssociationFile
from compensation import limits
from compensation.policy.references import reference_from
from compensation.policy.transitions import CLAIM, LIVE_CLAIM_STATES
from compensation.programmes.models import Programme
from compensation.values.refused import ValueRefused
from merchants.services.bank_accounts import BankAccountDetails, record_first_accounts
from merchants.services.registration import MerchantDetails, register_merchants
from users.models import User


@dataclass(frozen=True, slots=True)
class LossDetails:
    """One loss as it was filed: service (code), `[began_at, ended_at)`, lost sales in won, any alternative."""

    service: str
    began_at: datetime
    ended_at: datetime
    lost_sales_won: int
    has_alternative: bool


def services_of_losses(losses: Sequence[LossDetails]) -> list[str]:
    """The services of a claim, each once, in order: what makes two claims of a business the same."""
    return sorted({loss.service for loss in losses})


def total_won(losses: Sequence[LossDetails]) -> int:
    return sum(loss.lost_sales_won for loss in losses)


@dataclass(frozen=True, slots=True)
class Submission:
    """A claim as it was filed: checked one by one (`intake_rules`), but not yet against the claims on record.

    `external_reference` and `content_digest` are the association's number and a digest of what stands in its row; both
    blank for a claim that was filed here.
    """

    merchant: MerchantDetails
    bank_account: BankAccountDetails | None
    window_id: int
    received_at: datetime
    losses: tuple[LossDetails, ...]
    reported_margin_bp: int | None
    industry_code: str
    external_reference: str = ""
    content_digest: str = ""


@dataclass(slots=True)
class IntakeOutcome:
    """What became of the submissions, by their place in the sequence: each is in exactly one of the three."""

    received: dict[int, str] = field(default_factory=dict)  # the reference of the new claim
    already_present: set[int] = field(default_factory=set)
    refused: dict[int, ValueRefused] = field(default_factory=dict)


class _First(NamedTuple):
    """A claim on record that stands in the way of the submission at `place`."""

    place: int
    reference: str
    external_reference: str
    content_digest: str
    association_file_id: int | None


@transaction.atomic(savepoint=False)  # it refuses by its answer: what is raised ends the caller's transaction too
def receive_claims(
    *,
    programme: Programme,
    submissions: Sequence[Submission],
    channel: str,
    actor: User,
    at: datetime,
    reason: str,
    association_file: AssociationFile | None = None,
) -> IntakeOutcome:
    """Records each new submission as a claim in state `received`, with its merchant, account and first history row.

    One that repeats a claim of an earlier file word for word is already present. Refused are `repeated` (twice in the
    same file), `conflict` (the same association's number with other content) and `duplicate` (a second live claim of a
    business for the same service and window); each names the first.
    Safe beside itself and other writers: the database's unique keys decide who was first, and who was not is looked at
    again. The number of statements does not depend on the number of submissions.
    """
    outcome = IntakeOutcome()
    pending = dict(enumerate(submissions))
    while pending:
        _settle_known_references(programme, pending, association_file, outcome)
        _refuse_duplicates(pending, outcome)
        firsts = _first_of_each(pending)
        merchant_ids = register_merchants(details=[submission.merchant for submission in firsts.values()], at=at)
        record_first_accounts(
            accounts={
                merchant_ids[submission.merchant.business_number]: submission.bank_account
                for submission in reversed(firsts.values())
                if submission.bank_account
            },
            at=at,
        )
        received = _insert(firsts, merchant_ids, programme, channel, association_file, actor, reason, at)
        outcome.received |= received
        for place in received:
            del pending[place]
    return outcome


def _settle_known_references(
    programme: Programme,
    pending: dict[int, Submission],
    association_file: AssociationFile | None,
    outcome: IntakeOutcome,
) -> None:
    filed = {place: row.external_reference for place, row in pending.items() if row.external_reference}
    if not filed:
        return
    for first in _look_up(
        _CLAIMS_BY_EXTERNAL_REFERENCE,
        {"programme": programme.pk, "places": list(filed), "external_references": list(filed.values())},
    ):
        submission = pending.pop(first.place)
        if first.content_digest != submission.content_digest:
            outcome.refused[first.place] = conflict(first)
        elif association_file and first.association_file_id == association_file.pk:
            outcome.refused[first.place] = repeated(first)
        else:
            outcome.already_present.add(first.place)


def _refuse_duplicates(pending: dict[int, Submission], outcome: IntakeOutcome) -> None:
    rows = pending.values()
    for first in _look_up(
        _LIVE_CLAIMS,
        {
            "places": list(pending),
            "business_numbers": [row.merchant.business_number for row in rows],
            "windows": [row.window_id for row in rows],
            "services": ["+".join(services_of_losses(row.losses)) for row in rows],
            "live": list(LIVE_CLAIM_STATES),
        },
    ):
        del pending[first.place]
        outcome.refused[first.place] = duplicate(first)


def _look_up(statement: str, parameters: dict[str, Any]) -> list[_First]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_First(*row) for row in cursor.fetchall()]


# LATERAL ... LIMIT 1 makes each a look-up by its unique key. A plain join would be planned by statistics, which know
# nothing of the rows that this transaction itself has written so far, and read the whole table for every batch.
_CLAIMS_BY_EXTERNAL_REFERENCE = """
    SELECT filed.place, claim.*
    FROM unnest(%(places)s::int[], %(external_references)s::text[]) AS filed(place, external_reference)
    CROSS JOIN LATERAL (
        SELECT reference, external_reference, content_digest, association_file_id FROM claims_claim
        WHERE programme_id = %(programme)s AND external_reference = filed.external_reference
            AND external_reference <> '' LIMIT 1
    ) AS claim
"""
_LIVE_CLAIMS = """
    SELECT filed.place, claim.*
    FROM unnest(%(places)s::int[], %(business_numbers)s::text[], %(windows)s::bigint[], %(services)s::text[])
        AS filed(place, business_number, window_id, services)
    CROSS JOIN LATERAL (
        SELECT reference, external_reference, content_digest, association_file_id FROM claims_claim
        WHERE merchant_id = (SELECT id FROM merchants_merchant WHERE business_number = filed.business_number)
            AND window_id = filed.window_id AND services && string_to_array(filed.services, '+')::varchar[]
            AND state = ANY(%(live)s) LIMIT 1
    ) AS claim
"""


def _first_of_each(pending: dict[int, Submission]) -> dict[int, Submission]:
    """Without those that an earlier one stands in the way of: they are looked at once that one is in."""
    taken: set[object] = set()
    firsts: dict[int, Submission] = {}
    for place, submission in pending.items():
        keys = {*_live_keys(submission), submission.external_reference or place}
        if taken.isdisjoint(keys):
            firsts[place] = submission
        taken |= keys
    return firsts


def _live_keys(submission: Submission) -> set[tuple[str, int, str]]:
    business_number, window_id = submission.merchant.business_number, submission.window_id
    return {(business_number, window_id, loss.service) for loss in submission.losses}


def _insert(
    submissions: dict[int, Submission],
    merchant_ids: dict[str, int],
    programme: Programme,
    channel: str,
    association_file: AssociationFile | None,
    actor: User,
    reason: str,
    at: datetime,
) -> dict[int, str]:
    """The claims and their first history rows; returns the references of those that went in.

    Left out is what meets a claim that somebody else recorded at this moment (or, once in 10^16, its reference).
    """
    references = {reference_from(secrets.randbits(limits.REFERENCE_RANDOM_BITS)): place for place in submissions}
    rows = list(submissions.values())
    losses = [(reference, loss) for reference, place in references.items() for loss in submissions[place].losses]
    with connection.cursor() as cursor:
        # Claims of a merchant come in one after another: two with different, overlapping services meet no unique key.
        cursor.execute(_LOCK_MERCHANTS, [sorted(set(merchant_ids.values()))])
        cursor.execute(
            _INSERT_CLAIMS,
            {
                "programme": programme.pk,
                "channel": channel,
                "file": association_file.pk if association_file else None,
                "state": CLAIM.initial,
                "actor": actor.pk,
                "reason": reason,
                "at": at,
                "references": list(references),
                "merchants": [merchant_ids[row.merchant.business_number] for row in rows],
                "windows": [row.window_id for row in rows],
                "external_references": [row.external_reference for row in rows],
                "content_digests": [row.content_digest for row in rows],
                "received_at": [row.received_at for row in rows],
                "services": ["+".join(services_of_losses(row.losses)) for row in rows],
                "totals_won": [total_won(row.losses) for row in rows],
                "margins_bp": [row.reported_margin_bp for row in rows],
                "industry_codes": [row.industry_code for row in rows],
                "live": list(LIVE_CLAIM_STATES),
                "loss_references": [reference for reference, _ in losses],
                "loss_services": [loss.service for _, loss in losses],
                "began_at": [loss.began_at for _, loss in losses],
                "ended_at": [loss.ended_at for _, loss in losses],
                "lost_sales_won": [loss.lost_sales_won for _, loss in losses],
                "has_alternative": [loss.has_alternative for _, loss in losses],
            },
        )
        return {references[reference]: reference for (reference,) in cursor.fetchall()}


_LOCK_MERCHANTS = "SELECT 1 FROM merchants_merchant WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

_INSERT_CLAIMS = """
    WITH received AS (
        INSERT INTO claims_claim (
            programme_id, channel, association_file_id, state, facts_version, reference, merchant_id, window_id,
            external_reference, content_digest, received_at, lost_sales_won, reported_margin_bp, industry_code,
            services)
        SELECT %(programme)s, %(channel)s, %(file)s, %(state)s, 1, reference, merchant, in_window, external_reference,
            content_digest, received_at, total_won, margin_bp, industry_code, string_to_array(services, '+')
        FROM unnest(
            %(references)s::text[], %(merchants)s::bigint[], %(windows)s::bigint[], %(external_references)s::text[],
            %(content_digests)s::text[], %(received_at)s::timestamptz[], %(totals_won)s::bigint[],
            %(margins_bp)s::int[], %(industry_codes)s::text[], %(services)s::text[]
        ) AS submitted(reference, merchant, in_window, external_reference, content_digest, received_at, total_won,
            margin_bp, industry_code, services)
        WHERE NOT EXISTS (
            SELECT FROM claims_claim AS live
            WHERE live.merchant_id = merchant AND live.window_id = in_window AND live.state = ANY(%(live)s)
                AND live.services && string_to_array(submitted.services, '+')::varchar[])
        ON CONFLICT DO NOTHING
        RETURNING id, reference
    ), losses AS (
        INSERT INTO claims_claimloss (claim_id, service, began_at, ended_at, lost_sales_won, has_alternative)
        SELECT received.id, loss.service, loss.began_at, loss.ended_at, loss.lost_sales_won, loss.has_alternative
        FROM unnest(
            %(loss_references)s::text[], %(loss_services)s::text[], %(began_at)s::timestamptz[],
            %(ended_at)s::timestamptz[], %(lost_sales_won)s::bigint[], %(has_alternative)s::bool[]
        ) WITH ORDINALITY AS loss(reference, service, began_at, ended_at, lost_sales_won, has_alternative, place)
        JOIN received USING (reference) ORDER BY loss.place
    ), history AS (
        INSERT INTO claims_claimtransition (claim_id, from_state, to_state, actor_id, reason, at)
        SELECT id, '', %(state)s, %(actor)s, %(reason)s, %(at)s FROM received
    )
    SELECT reference FROM received
"""


def repeated(first: _First) -> ValueRefused:
    return ValueRefused(
        "repeated",
        f"같은 내용의 행이 이 파일에 두 번 있습니다: {first.external_reference}. 이 행은 지워 주세요.",
        f"This row is in the file twice: {first.external_reference}. It went in once; please delete this one.",
    )


def conflict(first: _First) -> ValueRefused:
    return ValueRefused(
        "conflict",
        f"접수번호 {first.external_reference}이(가) 다른 내용으로 이미 접수되어 있습니다({first.reference}). "
        "먼저 접수된 내용은 바뀌지 않습니다. 접수번호를 확인해 주세요.",
        f"The number {first.external_reference} is already there with other content ({first.reference}). "
        "What came first stays. Please check the number.",
    )


def duplicate(first: _First) -> ValueRefused:
    number = first.external_reference or first.reference
    return ValueRefused(
        "duplicate",
        f"같은 사업자가 같은 서비스로 이 접수 기간에 이미 접수했습니다. 먼저 접수된 건: {number}",
        f"This business has already filed a claim for this service in this window: {number}.",
    )
