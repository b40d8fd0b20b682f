"""Top-ups (추가 지급): more for claims that were determined already, outside of objections.

One person proposes, another one approves (ours).

A top-up is a decision of its own and stands beside the determination: neither a lower one nor an undone one takes it
back. While nothing is determined its payout waits (services/payouts/due.py). What has not left can be withdrawn, by one
person with a reason, because no money leaves by that.
"""

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from claims.models import Claim, TopUp, TopUpClaim
from claims.selectors.payouts import rules_of
from claims.selectors.top_ups import Eligible, eligible, topped_up_before, uncommitted_won
from claims.services.payouts.batch_rows import why
from claims.services.payouts.due import settle_top_ups
from claims.services.payouts.top_up_lists import parse_claim_list
from claims.services.payouts.top_up_refusals import (
    Faults,
    ProposalRefused,
    TopUpRefused,
    moved_on,
    read_amount,
    refuse_choice,
    refuse_over_budget,
    refuse_over_most,
    refuse_reason_code,
    refuse_unknown,
)
from compensation import limits
from compensation.audit.services import because
from compensation.policy.references import reference_from
from compensation.programmes.models import Programme
from compensation.runtime.tasks import send_after_commit
from users.models import User

LIST = """
INSERT INTO claims_topupclaim (top_up_id, claim_id, amount_won, withdrawn_because)
SELECT %(top_up)s, claim, %(amount)s, '' FROM unnest(%(claims)s::bigint[]) AS claim
"""
BOOK = """
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
SELECT %(programme)s, 'budget', 'merchant_payable', amount_won, 'top_up', id, %(at)s
FROM claims_topupclaim WHERE top_up_id = %(top_up)s ORDER BY id
"""


@transaction.atomic
def propose_top_up(
    *,
    programme: Programme,
    amount_won: object,
    reason_code: str,
    reason: str,
    actor: User,
    at: datetime,
    tier_code: str = "",
    listed: str = "",
) -> TopUp:
    """Proposes a further sum for each determined claim of a tier, or for the claims listed. Nothing is paid by it.

    Amount, reason and list are read as they were typed. The same proposal again, while it is open, is the first. Raises
    ProposalRefused with everything that is wrong.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    most_won = rules_of(programme=programme).top_up_won_max
    faults = Faults()
    won = faults.read("amount_won", read_amount, amount_won, most_won) or 0
    faults.read("reason_code", refuse_reason_code, reason_code)
    said = faults.read("reason", why, reason) or ""
    found = _meant(programme, tier_code, listed, faults)
    about = {"tier_code": tier_code, "amount_won": won, "reason_code": reason_code, "reason": said}
    if not faults and (known := _known(programme, about, found.claims, actor)):
        return known
    total_won = won * len(found.claims)
    faults.read("amount_won", refuse_over_most, topped_up_before(claims=found.claims), won, most_won)
    faults.read("amount_won", refuse_over_budget, total_won, uncommitted_won(programme=programme))
    if faults:
        raise ProposalRefused(faults)
    top_up = TopUp.objects.create(
        programme=programme,
        reference=reference_from(secrets.randbits(limits.REFERENCE_RANDOM_BITS)),
        claims_count=len(found.claims),
        total_won=total_won,
        proposed_by=actor,
        proposed_at=at,
        **about,
    )
    with connection.cursor() as cursor:
        cursor.execute(LIST, {"top_up": top_up.pk, "amount": won, "claims": list(found.claims)})
    return top_up


@transaction.atomic
def approve_top_up(*, top_up: TopUp, actor: User, at: datetime) -> TopUp:
    """The second person's yes: the sums are set aside and the payouts made. Twice is once.

    Raises TopUpRefused: one's own proposal, dropped meanwhile, more than the budget has left or a claim may get.
    """
    programme = Programme.objects.select_for_update(no_key=True).get(pk=top_up.programme_id)
    held = _held(top_up)
    if held.is_approved:
        return held
    if held.closed_at:
        raise moved_on()
    if held.proposed_by_id == actor.pk:
        raise TopUpRefused(
            "top_up_own_proposal",
            "직접 제안한 추가 지급은 승인할 수 없습니다. 다른 담당자가 승인해야 합니다.",
            "You proposed this top-up. Somebody else has to approve it.",
        )
    claims = hold_claims(held)
    refuse_over_most(topped_up_before(claims=claims), held.amount_won, rules_of(programme=programme).top_up_won_max)
    refuse_over_budget(held.total_won, uncommitted_won(programme=programme))
    with because(actor=actor, reason=held.reason):
        TopUp.objects.filter(pk=held.pk).update(is_approved=True, closed_by=actor, closed_at=at)
        with connection.cursor() as cursor:
            cursor.execute(BOOK, {"programme": programme.pk, "top_up": held.pk, "at": at})
        settle_top_ups(claims=claims, actor=actor, at=at)
    send_after_commit("claims.write_notices")
    held.refresh_from_db()
    return held


@transaction.atomic
def drop_top_up(*, top_up: TopUp, actor: User, at: datetime) -> TopUp:
    """Takes a proposal away, by whoever made it or somebody who does not agree. Twice is once. Raises TopUpRefused."""
    held = _held(top_up)
    if held.is_approved:
        raise moved_on()
    if held.closed_at is None:
        TopUp.objects.filter(pk=held.pk).update(closed_by=actor, closed_at=at)
        held.refresh_from_db()
    return held


def hold_claims(top_up: TopUp) -> list[int]:
    """The claims of a top-up (row ids), held in the order in which everybody takes claims."""
    rows = Claim.objects.select_for_update(of=("self",), no_key=True).filter(top_ups__top_up=top_up)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _held(top_up: TopUp) -> TopUp:
    return TopUp.objects.select_for_update(of=("self",), no_key=True).get(pk=top_up.pk)


def _meant(programme: Programme, tier_code: str, listed: str, faults: Faults) -> Eligible:
    """The claims of the tier, or the listed ones; none where the list cannot be read."""
    references = faults.read("listed", parse_claim_list, listed)
    if references is None:
        return Eligible((), ())
    found = eligible(programme=programme, tier_code=tier_code, references=references)
    faults.read("tier_code", refuse_choice, found, tier_code, references)
    faults.read("listed", refuse_unknown, found)
    return found


def _known(programme: Programme, about: dict[str, object], claims: Collection[int], actor: User) -> TopUp | None:
    """The same proposal by the same person that nobody has closed yet."""
    for known in TopUp.objects.filter(programme=programme, proposed_by=actor, closed_at=None, **about):
        if set(TopUpClaim.objects.filter(top_up=known).values_list("claim", flat=True)) == set(claims):
            return known
    return None
