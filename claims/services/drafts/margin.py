"""The step `margin`: the business' own operating margin, or the reference margin of its industry."""

from dataclasses import dataclass

from claims.services.drafts.answers import Typed, scalars
from claims.services.drafts.context import StepContext
from claims.services.drafts.problems import Parsed, Reading, required
from compensation.values.percent import parse_percent
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

NAMES = ("basis", "margin", "industry")
OWN, INDUSTRY = "own", "industry"


@dataclass(frozen=True, slots=True)
class MarginAnswer:
    """The margin in basis points, None to take the industry's; the industry's code, blank for the general margin."""

    reported_margin_bp: int | None
    industry_code: str


def shape(typed: object) -> Typed:
    """Raises AnswerTooLong, AnswerMisshapen."""
    return scalars(typed, NAMES)


def parse(typed: Typed, context: StepContext) -> Parsed[MarginAnswer]:
    """A margin of 0 or less is taken, and replaced by the reference margin when the claim is assessed."""
    reading = Reading()
    basis = reading.read("basis", typed.get("basis"), _basis, missing=_no_basis())
    industry = reading.read("industry", typed.get("industry"), context.rules.industry, missing=None)
    margin_bp = None
    if basis == OWN:
        margin_bp = reading.read("margin", typed.get("margin"), _margin, missing=NO_MARGIN)
    return reading.result(MarginAnswer(margin_bp, industry or ""))


def _margin(typed: object) -> int:
    return parse_percent(typed, allow_negative=True)


def _basis(typed: object) -> str:
    text = plain_text(typed)
    if text not in (OWN, INDUSTRY):
        raise _no_basis()
    return text


def _no_basis() -> ValueRefused:
    return required(
        "어느 영업이익률로 계산할지 골라 주세요.", "Please choose which operating margin to calculate with."
    )


NO_MARGIN = required(
    "영업이익률을 12.5처럼 적어 주세요. 모르시면 업종 기준을 골라 주세요.",
    "Please write the operating margin, such as 12.5. If you do not know it, choose the industry's.",
)
