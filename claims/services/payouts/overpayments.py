"""What becomes of a sum that was paid too much: one person proposes, a second one decides (ours).

Never by rule: what was paid is not taken back without a human decision.

A waiver is about the determination of its day. When a later one leaves less to waive, the waiver ends, so that nobody
gets the waived sum and the higher one; what then is too much is decided anew.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from claims.models import Claim, OverpaymentChoice, OverpaymentDecision, OverpaymentProposal
from claims.selectors.overpayments import OUT, overpayment_of
from claims.services.claim_lock import lock_claim
from compensation import limits
from compensation.audit.services import because
from compensation.ledger.models import Account, Transfer
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User

# Who keeps the money gets it from the budget; who gave it back has less from us. Both settle what is payable.
BOOKED = {
    OverpaymentChoice.WAIVE: ("overpayment_waived", Account.BUDGET),
    OverpaymentChoice.REPAID: ("overpayment_repaid", Account.PAYOUTS_PAID),
}

END_WAIVERS = f"""
WITH claims AS (
    SELECT c.id, c.programme_id, coalesce(sum(p.amount_won) FILTER (WHERE p.state IN {OUT}), 0)
        - coalesce((SELECT sum(amount_won) FROM claims_overpaymentdecision r
            WHERE r.claim_id = c.id AND r.choice = 'repaid'), 0)
        - coalesce(max(d.amount_won) FILTER (WHERE c.state = 'determined'), 0) AS too_much_won
    FROM claims_claim c LEFT JOIN claims_determination d ON d.id = c.determination_id
    LEFT JOIN claims_payout p ON p.claim_id = c.id AND p.top_up_id IS NULL
    WHERE c.id IN (SELECT claim_id FROM claims_overpaymentdecision WHERE claim_id = ANY(%(claims)s)) GROUP BY c.id
), waivers AS (
    SELECT o.id, o.amount_won, claims.programme_id, claims.too_much_won,
        sum(o.amount_won) OVER (PARTITION BY o.claim_id) AS won
    FROM claims_overpaymentdecision o JOIN claims ON claims.id = o.claim_id
    WHERE o.choice = 'waive' AND NOT EXISTS (
        SELECT FROM ledger_transfer t WHERE t.kind = 'overpayment_waiver_ended' AND t.source_id = o.id)
)
INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
SELECT programme_id, 'merchant_payable', 'budget', amount_won, 'overpayment_waiver_ended', id, %(at)s
FROM waivers WHERE too_much_won < won
"""


class OverpaymentRefused(ValueRefused):
    """Nothing is too much, somebody else was faster, or the person may not be the second one."""


@transaction.atomic
def propose(
    *, claim: Claim, choice: str, amount_won: int | None, reason: str, actor: User, at: datetime
) -> OverpaymentProposal:
    """What `actor` wants done about `amount_won` (None: all) that was paid too much. The same again is the first.

    Raises OverpaymentRefused; ValueRefused for a reason that is too long.
    """
    said = parse_paragraphs(reason, length_max=limits.PAYOUT_REASON_LENGTH_MAX)
    held = overpayment_of(claim=lock_claim(claim))
    wanted_won = held.decidable_won if amount_won is None else amount_won
    if known := held.proposal:
        return _known(known, (choice, wanted_won, said, actor.pk))
    _refuse_incomplete(choice, said)
    _refuse_too_much(wanted_won, held.decidable_won)
    with because(actor=actor, reason=said):
        return OverpaymentProposal.objects.create(
            claim=claim, choice=choice, amount_won=wanted_won, reason=said, proposed_by=actor, proposed_at=at
        )


@transaction.atomic
def decide(*, proposal: OverpaymentProposal, actor: User, at: datetime) -> OverpaymentDecision:
    """The second person's yes: decided, and booked. Twice is once. Raises OverpaymentRefused."""
    claim = lock_claim(proposal.claim)
    held = OverpaymentProposal.objects.select_for_update(of=("self",)).select_related("decision").get(pk=proposal.pk)
    if held.decision:
        return held.decision
    if held.closed_at:
        raise _moved_on()
    if held.proposed_by_id == actor.pk:
        raise OverpaymentRefused(
            "overpayment_own_proposal",
            "직접 제안한 내용은 결정할 수 없습니다. 다른 담당자가 결정해야 합니다.",
            "You proposed this. Somebody else has to decide it.",
        )
    _refuse_too_much(held.amount_won, overpayment_of(claim=claim).decidable_won)
    with because(actor=actor, reason=held.reason):
        decision = OverpaymentDecision.objects.create(
            claim=claim,
            amount_won=held.amount_won,
            choice=held.choice,
            reason=held.reason,
            proposed_by_id=held.proposed_by_id,
            decided_by=actor,
            at=at,
        )
        OverpaymentProposal.objects.filter(pk=held.pk).update(decision=decision, closed_by=actor, closed_at=at)
        _book(decision, claim, at)
    return decision


@transaction.atomic
def drop(*, proposal: OverpaymentProposal, actor: User, at: datetime) -> None:
    """Takes a proposal away, by whoever made it or somebody who does not agree. Twice is once."""
    lock_claim(proposal.claim)
    held = OverpaymentProposal.objects.select_for_update().get(pk=proposal.pk)
    if held.decision_id:
        raise _moved_on()
    if held.closed_at is None:
        OverpaymentProposal.objects.filter(pk=held.pk).update(closed_by=actor, closed_at=at)


def end_waivers(*, claims: Collection[int], at: datetime) -> int:
    """Ends the waivers of these claims (row ids) that waive more than is too much now; how many. Harmless twice.

    A part of the transaction that determined something else and holds the claims, before payouts are made of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(END_WAIVERS, {"claims": list(claims), "at": at})
        return int(cursor.rowcount)


def _book(decision: OverpaymentDecision, claim: Claim, at: datetime) -> None:
    kind, from_account = BOOKED[OverpaymentChoice(decision.choice)]
    Transfer.objects.create(
        programme_id=claim.programme_id,
        from_account=from_account,
        to_account=Account.MERCHANT_PAYABLE,
        amount_won=decision.amount_won,
        kind=kind,
        source_id=decision.pk,
        booked_at=at,
    )


def _known(known: OverpaymentProposal, wanted: tuple[str, int, str, int]) -> OverpaymentProposal:
    if (known.choice, known.amount_won, known.reason, known.proposed_by_id) == wanted:
        return known
    raise OverpaymentRefused(
        "overpayment_proposed",
        "이미 제안이 있습니다. 그 제안을 결정하거나 거둔 뒤에 새로 제안할 수 있습니다.",
        "There is a proposal already. It has to be decided or dropped before there can be another one.",
    )


def _refuse_incomplete(choice: str, said: str) -> None:
    if choice not in OverpaymentChoice.values:
        raise OverpaymentRefused(
            "overpayment_choice_missing",
            "회수하지 않을지, 돌려받았는지 골라 주세요.",
            "Please choose whether it is waived or was repaid.",
        )
    if not said:
        raise OverpaymentRefused("payout_reason_missing", "이유를 적어 주세요.", "Please write the reason.")


def _refuse_too_much(wanted_won: int, decidable_won: int) -> None:
    if not decidable_won:
        raise OverpaymentRefused(
            "overpayment_none",
            "지금은 결정할 초과 지급액이 없습니다.",
            "Nothing was paid too much that could be decided now.",
        )
    if not 0 < wanted_won <= decidable_won:
        raise OverpaymentRefused(
            "overpayment_amount",
            f"금액은 1원 이상 {decidable_won:,}원 이하로 적어 주세요. 지금 초과 지급액입니다.",
            f"Please write an amount from 1 to {decidable_won:,} won: that is what was paid too much.",
        )


def _moved_on() -> OverpaymentRefused:
    return OverpaymentRefused(
        "overpayment_moved_on",
        "그사이 다른 담당자가 이 제안을 처리했습니다.",
        "Somebody else has dealt with this proposal meanwhile.",
    )
