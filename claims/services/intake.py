"""Taking in loss claims: the one way by which a claim comes into being, whatever channel it was filed by."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from claims.models import AssociationFile, Claim
from compensation import limits
from compensation.policy.references import reference_from
from compensation.policy.transitions import CLAIM, LIVE_CLAIM_STATES
from compensation.programmes.models import Programme
from compensation.values.refused import ValueRefused
from merchants.services.bank_accounts import BankAccountDetails, record_first_accounts
from merchants.services.registration import MerchantDetails, register_merchants
from users.models import User


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
    service: str
    began_at: datetime
    ended_at: datetime
    lost_sales_won: int
    reported_margin_bp: int | None
    industry_code: str
    has_alternative: bool
    external_reference: str = ""
    content_digest: str = ""


@dataclass(slots=True)
class IntakeOutcome:
    """What became of the submissions, by their place in the sequence: each is in exactly one of the three."""

    received: dict[int, str] = field(default_factory=dict)  # the reference of the new claim
    already_present: set[int] = field(default_factory=set)
    refused: dict[int, ValueRefused] = field(default_factory=dict)


@transaction.atomic
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
        _refuse_duplicates(programme, pending, outcome)
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
    references = [submission.external_reference for submission in pending.values() if submission.external_reference]
    known = {
        claim.external_reference: claim
        for claim in Claim.objects.filter(programme=programme, external_reference__in=references).only(
            "external_reference", "content_digest", "reference", "association_file_id"
        )
    }
    for place, submission in list(pending.items()):
        claim = known.get(submission.external_reference)
        if claim is None:
            continue
        del pending[place]
        if claim.content_digest != submission.content_digest:
            outcome.refused[place] = conflict(claim)
        elif association_file and claim.association_file_id == association_file.pk:
            outcome.refused[place] = repeated(claim)
        else:
            outcome.already_present.add(place)


def _refuse_duplicates(programme: Programme, pending: dict[int, Submission], outcome: IntakeOutcome) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT merchant.business_number, claim.window_id, claim.service, claim.external_reference, claim.reference
            FROM claims_claim AS claim JOIN merchants_merchant AS merchant ON merchant.id = claim.merchant_id
            WHERE merchant.business_number = ANY(%s) AND claim.programme_id = %s AND claim.state = ANY(%s)
            """,
            [
                [submission.merchant.business_number for submission in pending.values()],
                programme.pk,
                list(LIVE_CLAIM_STATES),
            ],
        )
        live = {tuple(key): external or reference for *key, external, reference in cursor.fetchall()}
    for place, submission in list(pending.items()):
        first = live.get(_live_key(submission))
        if first is not None:
            del pending[place]
            outcome.refused[place] = duplicate(first)


def _first_of_each(pending: dict[int, Submission]) -> dict[int, Submission]:
    """Without those that an earlier one stands in the way of: they are looked at once that one is in."""
    taken: set[object] = set()
    firsts: dict[int, Submission] = {}
    for place, submission in pending.items():
        keys = {_live_key(submission), submission.external_reference or place}
        if taken.isdisjoint(keys):
            firsts[place] = submission
        taken |= keys
    return firsts


def _live_key(submission: Submission) -> tuple[str, int, str]:
    return submission.merchant.business_number, submission.window_id, submission.service


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
    with connection.cursor() as cursor:
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
                "services": [row.service for row in rows],
                "began_at": [row.began_at for row in rows],
                "ended_at": [row.ended_at for row in rows],
                "lost_sales_won": [row.lost_sales_won for row in rows],
                "margins_bp": [row.reported_margin_bp for row in rows],
                "industry_codes": [row.industry_code for row in rows],
                "has_alternative": [row.has_alternative for row in rows],
            },
        )
        return {references[reference]: reference for (reference,) in cursor.fetchall()}


_INSERT_CLAIMS = """
    WITH received AS (
        INSERT INTO claims_claim (
            programme_id, channel, association_file_id, state, facts_version, reference, merchant_id, window_id,
            external_reference, content_digest, received_at, service, began_at, ended_at, lost_sales_won,
            reported_margin_bp, industry_code, has_alternative)
        SELECT %(programme)s, %(channel)s, %(file)s, %(state)s, 1, submitted.*
        FROM unnest(
            %(references)s::text[], %(merchants)s::bigint[], %(windows)s::bigint[], %(external_references)s::text[],
            %(content_digests)s::text[], %(received_at)s::timestamptz[], %(services)s::text[],
            %(began_at)s::timestamptz[], %(ended_at)s::timestamptz[], %(lost_sales_won)s::bigint[],
            %(margins_bp)s::int[], %(industry_codes)s::text[], %(has_alternative)s::bool[]
        ) AS submitted
        ON CONFLICT DO NOTHING
        RETURNING id, reference
    ), history AS (
        INSERT INTO claims_claimtransition (claim_id, from_state, to_state, actor_id, reason, at)
        SELECT id, '', %(state)s, %(actor)s, %(reason)s, %(at)s FROM received
    )
    SELECT reference FROM received
"""


def repeated(first: Claim) -> ValueRefused:
    return ValueRefused(
        "repeated",
        f"같은 내용의 행이 이 파일에 두 번 있습니다: {first.external_reference}. 이 행은 지워 주세요.",
        f"This row is in the file twice: {first.external_reference}. It went in once; please delete this one.",
    )


def conflict(first: Claim) -> ValueRefused:
    return ValueRefused(
        "conflict",
        f"접수번호 {first.external_reference}이(가) 다른 내용으로 이미 접수되어 있습니다({first.reference}). "
        "먼저 접수된 내용은 바뀌지 않습니다. 접수번호를 확인해 주세요.",
        f"The number {first.external_reference} is already there with other content ({first.reference}). "
        "What came first stays. Please check the number.",
    )


def duplicate(first: str) -> ValueRefused:
    return ValueRefused(
        "duplicate",
        f"같은 사업자가 같은 서비스로 이 접수 기간에 이미 접수했습니다. 먼저 접수된 건: {first}",
        f"This business has already filed a claim for this service in this window: {first}.",
    )
