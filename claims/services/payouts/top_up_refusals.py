"""What a top-up is refused for, with the figures that people need to do better."""

from collections.abc import Collection, Mapping

from claims.selectors.top_ups import Eligible
from compensation.values.refused import ValueRefused

NAMED_LENGTH = 30  # characters of something that is no claim, as it is said back


class TopUpRefused(ValueRefused):
    """A top-up that cannot be proposed, approved or withdrawn as things are."""


def refuse_amount(amount_won: int, most_won: int) -> None:
    if not 0 < amount_won <= most_won:
        raise TopUpRefused(
            "top_up_amount",
            f"한 접수에 더 지급할 금액은 1원 이상 {most_won:,}원 이하로 적어 주세요.",
            f"Please write an amount from 1 to {most_won:,} won for each claim.",
        )


def refuse_claims(found: Eligible, tier_code: str, references: Collection[str]) -> None:
    """Nothing chosen, both ways chosen, or something listed that is no determined claim with a sum."""
    if bool(tier_code) == bool(references):
        raise TopUpRefused(
            "top_up_claims_missing",
            "지원 구간을 고르거나 접수번호를 적어 주세요. 둘 가운데 하나만 됩니다.",
            "Please choose a tier or list claims: one of the two.",
        )
    if found.unknown:
        named = ", ".join(text[:NAMED_LENGTH] for text in found.unknown)
        raise TopUpRefused(
            "top_up_claims_unknown",
            f"지원금이 결정된 접수가 아닙니다: {named}",
            f"Not claims for which a sum was determined: {named}",
        )
    if not found.claims:
        raise TopUpRefused(
            "top_up_claims_none",
            "이 지원 구간에는 지원금이 결정된 접수가 없습니다.",
            "No claim of this tier has a sum determined.",
        )


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
