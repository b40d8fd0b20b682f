"""Payouts (지급): what must be so before money leaves, and how sums come out (ours)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compensation import limits
from compensation.policy.checking import Table
from compensation.policy.references import reference_from


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """Batches up to and including `up_to_won` (None: any sum) need `people` approvals."""

    up_to_won: int | None
    people: int


@dataclass(frozen=True, slots=True)
class PayoutRules:
    """`budget_won`: what may be paid to merchants in all, in won. `approvals`: by rising sums, the last without end.

    `printed_text`: what the merchant reads in the account's statement beside the sum. `top_up_won_max`: what a claim
    may get by top-ups in all, in won.
    """

    budget_won: int
    approvals: tuple[ApprovalStep, ...]
    printed_text: str
    top_up_won_max: int = limits.TOP_UP_WON_MAX


# The first versions of a policy had no rules for payouts: nothing can be paid by them.
NO_PAYOUTS = PayoutRules(budget_won=0, approvals=(ApprovalStep(None, limits.APPROVALS_MIN),), printed_text="")


def approvals_needed(*, total_won: int, rules: PayoutRules) -> int:
    """How many people, none of whom made the batch, have to approve a batch of this sum."""
    fitting = (step for step in rules.approvals if step.up_to_won is None or total_won <= step.up_to_won)
    return next(fitting).people


def payout_reference(*, secret: bytes, determination_id: int, attempt: int) -> str:
    """The reference of the `attempt`-th payout (from 1) of a determination: the same however often it is made.

    It is in bank files and on statements, and must not be guessable, so it hangs on a secret.
    """
    digest = hashlib.blake2b(f"payout:{determination_id}:{attempt}".encode(), key=secret, digest_size=8).digest()
    return reference_from(int.from_bytes(digest, "big"))


def list_digest(rows: Iterable[tuple[str, int, int]]) -> str:
    """What people approve: one number of the whole list, of (reference, account row id, won) in its order (SHA-256)."""
    digest = hashlib.sha256()
    for reference, account_id, amount_won in rows:
        digest.update(f"{reference}\t{account_id}\t{amount_won}\n".encode())
    return digest.hexdigest()


def read_payouts(table: Table) -> PayoutRules:
    """The rules of the policy; see NO_PAYOUTS for one without."""
    rules = NO_PAYOUTS
    for row in table.table_if_given("payouts"):
        rules = PayoutRules(
            budget_won=row.whole("budget_won", most=limits.BUDGET_WON_MAX),
            approvals=tuple(_approval(step) for step in row.tables("approvals")),
            printed_text=row.text("printed_text", length_max=limits.PRINTED_TEXT_LENGTH_MAX),
            top_up_won_max=_top_up_won_max(row.whole_if_given("top_up_won_max", most=limits.PAYOUT_WON_MAX)),
        )
        if row.is_faultless:
            _check_steps(row, rules.approvals)
        row.close()
    return rules


def _top_up_won_max(said: int | None) -> int:
    return limits.TOP_UP_WON_MAX if said is None else said


def _approval(row: Table) -> ApprovalStep:
    step = ApprovalStep(
        up_to_won=row.whole_if_given("up_to_won", least=1, most=limits.BUDGET_WON_MAX),
        people=row.whole("people", least=limits.APPROVALS_MIN, most=limits.APPROVALS_MAX),
    )
    row.close()
    return step


def _check_steps(row: Table, steps: Sequence[ApprovalStep]) -> None:
    """Sums rise, and only the last step has no end."""
    ends = [step.up_to_won for step in steps]
    rises = all(low is not None and (high is None or low < high) for low, high in pairwise(ends))
    if not ends or ends[-1] is not None or not rises:
        row.fault(
            "approvals",
            "금액이 커지는 차례로 적고, 마지막 단계에는 up_to_won을 적지 않습니다.",
            "Sums must rise from step to step, and the last step has no up_to_won.",
        )
