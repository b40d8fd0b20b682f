"""What a top-up is refused for, with the figures that people need to do better."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from claims.models import TopUp, TopUpReason
from claims.selectors.top_ups import Eligible
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank
from compensation.values.won import parse_won

T = TypeVar("T")
Fault = tuple[str, ValueRefused]

NAMED_LENGTH = 30  # characters of something that is no claim, as it is said back


class TopUpRefused(ValueRefused):
    """A top-up that cannot be proposed, approved or withdrawn as things are."""


class ProposalRefused(TopUpRefused):
    """Everything that is wrong with a proposal. `faults`: each with its field, an argument of `propose_top_up`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        said = [(fault.message_ko, fault.message_en) for _, fault in faults]
        super().__init__("top_up_proposal", *(" ".join(sentences) for sentences in zip(*said, strict=True)))
        self.faults = tuple(faults)


class Faults(list[Fault]):
    """What is wrong with what was typed, so far."""

    def read(self, field: str, parse: Callable[..., T], *typed: Any) -> T | None:
        """What `parse` makes of it; None, and a fault of the field, where it refuses."""
        try:
            return parse(*typed)
        except ValueRefused as refused:
            self.append((field, refused))
            return None


def read_amount(typed: object, most_won: int) -> int:
    """Won for each claim. Raises ValueRefused."""
    if is_blank(typed):
        raise TopUpRefused("amount_missing", "금액을 적어 주세요.", "Please write the amount.")
    amount_won = parse_won(typed)
    if not 0 < amount_won <= most_won:
        raise TopUpRefused(
            "top_up_amount",
            f"한 접수에 더 지급할 금액은 1원 이상 {most_won:,}원 이하로 적어 주세요.",
            f"Please write an amount from 1 to {most_won:,} won for each claim.",
        )
    return amount_won


def refuse_reason_code(code: str) -> None:
    if code not in TopUpReason.values:
        raise TopUpRefused("top_up_reason_code", "이유를 골라 주세요.", "Please choose the reason.")


def refuse_choice(found: Eligible, tier_code: str, references: Collection[str]) -> None:
    """Nothing chosen, both ways chosen, or a tier without claims."""
    if bool(tier_code) == bool(references):
        raise TopUpRefused(
            "top_up_claims_missing",
            "지원 구간을 고르거나 접수번호를 적어 주세요. 둘 가운데 하나만 됩니다.",
            "Please choose a tier or list claims: one of the two.",
        )
    if tier_code and not found.claims:
        raise TopUpRefused(
            "top_up_claims_none",
            "이 지원 구간에는 지원금이 결정된 접수가 없습니다.",
            "No claim of this tier has a sum determined.",
        )


def refuse_unknown(found: Eligible) -> None:
    """Something listed that is no determined claim with a sum."""
    if found.unknown:
        named = _named(found.unknown)
        raise TopUpRefused(
            "top_up_claims_unknown",
            f"지원금이 결정된 접수가 아닙니다: {named}",
            f"Not claims for which a sum was determined: {named}",
        )


def refuse_not_of(top_up: TopUp, references: Collection[str]) -> None:
    """Something listed that is no claim of this top-up: half of a list is not silently the whole."""
    known = top_up.claims.filter(claim__reference__in=references).values_list("claim__reference", flat=True)
    if strangers := set(references).difference(known):
        named = _named(sorted(strangers))
        raise TopUpRefused(
            "top_up_claims_other",
            f"이 추가 지급에 들어 있지 않은 접수번호입니다: {named}",
            f"Not claims of this top-up: {named}",
        )


def _named(texts: Collection[str]) -> str:
    return ", ".join(text[:NAMED_LENGTH] for text in texts)


def refuse_over_most(before: Mapping[int, int], amount_won: int, most_won: int) -> None:
    """`before`: what each claim (row id) got by top-ups already, in won."""
    if over := sum(won + amount_won > most_won for won in before.values()):
        raise TopUpRefused(
            "top_up_over_most",
            f"한 접수에 추가 지급할 수 있는 {most_won:,}원을 넘는 접수가 {over:,}건 있습니다.",
            f"{over:,} claims would get more than the {most_won:,} won that top-ups may come to for a claim.",
        )


def refuse_over_budget(total_won: int, left_won: int) -> None:
    left_won = max(left_won, 0)
    if total_won > left_won:
        raise TopUpRefused(
            "top_up_budget",
            f"남은 예산 {left_won:,}원보다 {total_won - left_won:,}원이 많습니다.",
            f"The budget has {left_won:,} won left; the top-up is {total_won - left_won:,} won over it.",
        )


def moved_on() -> TopUpRefused:
    return TopUpRefused(
        "top_up_moved_on",
        "그사이 다른 담당자가 이 추가 지급을 처리했습니다.",
        "Somebody else has dealt with this top-up meanwhile.",
    )
