"""The steps of the form, in order, and the ONE way by which their answers are read: by pages and API alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from claims.services.drafts import account, business, comparison, consents, losses, margin
from claims.services.drafts.answers import AnswerMisshapen, AnswerTooLong, Typed
from claims.services.drafts.context import StepContext
from claims.services.drafts.problems import FieldProblem, Parsed, misshapen, too_long
from compensation.policy.assessment import ClaimFacts
from compensation.policy.factors import Loss

BUSINESS, PERIODS, LOSSES, MARGIN = "business", "periods", "losses", "margin"
ALTERNATIVE, ACCOUNT, EVIDENCE, CONSENTS, CHECK = "alternative", "account", "evidence", "consents", "check"
STEPS = (BUSINESS, PERIODS, LOSSES, MARGIN, ALTERNATIVE, ACCOUNT, EVIDENCE, CONSENTS, CHECK)
COMPARISON = "comparison"  # no step of its own: the helper of LOSSES


class StepUnknown(LookupError):
    """There is no such step, or nothing is written in it."""


@dataclass(frozen=True, slots=True)
class _Step:
    """How the answers of a step are shaped (which names, how deep) and read."""

    shape: Callable[[object, StepContext], Typed]
    parse: Callable[[Typed, StepContext], Parsed[Any]]


_WRITTEN: Mapping[str, _Step] = {
    BUSINESS: _Step(lambda typed, _: business.shape(typed), business.parse),
    PERIODS: _Step(losses.shape_periods, losses.parse_periods),
    LOSSES: _Step(lambda typed, _: losses.shape_losses(typed), losses.parse_losses),
    COMPARISON: _Step(lambda typed, _: comparison.shape(typed), comparison.parse),
    MARGIN: _Step(lambda typed, _: margin.shape(typed), margin.parse),
    ALTERNATIVE: _Step(lambda typed, _: losses.shape_alternative(typed), losses.parse_alternative),
    EVIDENCE: _Step(lambda *_: {}, lambda *_: Parsed(())),  # files have a way of their own; this says one was there
    ACCOUNT: _Step(lambda typed, _: account.shape(typed), account.parse),
    CONSENTS: _Step(lambda typed, context: consents.shape(typed, context.policy), consents.parse),
}


def steps_for(context: StepContext) -> list[str]:
    """The steps of this draft: that of the alternatives only where the merchant is asked about one."""
    return [step for step in STEPS if step != ALTERNATIVE or losses.asks_for_alternatives(context)]


def shape_answers(step: str, typed: object, context: StepContext) -> tuple[Typed, tuple[FieldProblem, ...]]:
    """The answers in the form in which a draft keeps them, or why it cannot keep them. Raises StepUnknown."""
    try:
        return _written(step).shape(typed, context), ()
    except AnswerTooLong as error:
        return {}, (too_long(error.field),)
    except AnswerMisshapen as error:
        return {}, (misshapen(error.field),)


def parse_step(step: str, typed: Typed, context: StepContext) -> Parsed[Any]:
    """The values of a step's answers (shaped by `shape_answers`), or what is wrong with them. Raises StepUnknown."""
    return _written(step).parse(typed, context)


def parse_saved(step: str, context: StepContext) -> Parsed[Any]:
    """The values of what the draft has for a step. Raises StepUnknown."""
    return parse_step(step, context.answers.typed(step), context)


def problems_by_step(context: StepContext) -> dict[str, tuple[FieldProblem, ...]]:
    """What keeps the draft from being filed, by step, in order; nothing where it is complete."""
    found = {step: parse_saved(step, context).problems for step in steps_for(context) if step in _WRITTEN}
    return {step: problems for step, problems in found.items() if problems}


def facts_of(context: StepContext) -> ClaimFacts | None:
    """What the assessment needs, as soon as it is all there. Evidence and account do not count for it."""
    lines, lost, margin_answer, alternatives = (
        parse_saved(step, context).values for step in (PERIODS, LOSSES, MARGIN, ALTERNATIVE)
    )
    if lines is None or lost is None or margin_answer is None or alternatives is None:
        return None
    return ClaimFacts(
        losses=tuple(Loss(line.service, lost[line.key], alternatives[line.key]) for line in lines),
        reported_margin_bp=margin_answer.reported_margin_bp,
        industry_code=margin_answer.industry_code,
    )


def _written(step: str) -> _Step:
    if step not in _WRITTEN:
        raise StepUnknown(step)
    return _WRITTEN[step]
