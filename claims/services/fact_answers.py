"""The facts of a claim as the answers of the form, and back: corrections are read by the parsers of the form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from claims.models import Claim
from claims.services.drafts import FieldProblem, StepContext, Typed, filing_rules, parse_saved
from claims.services.drafts.answers import Answers
from claims.services.drafts.losses import settled_alternatives
from claims.services.drafts.margin import INDUSTRY, OWN
from claims.services.drafts.problems import Parsed
from claims.services.drafts.steps import ALTERNATIVE, LOSSES, MARGIN, PERIODS, shape_answers
from claims.services.facts import facts_of_claim
from claims.services.intake import LossDetails
from compensation.policy.seoul import SEOUL
from compensation.policy.wording import percent_text
from users.models import User

STEPS = (PERIODS, LOSSES, ALTERNATIVE, MARGIN)
NOTHING_CHANGED = FieldProblem(
    "lines",
    "nothing_changed",
    "바뀐 내용이 없습니다. 정정할 내용을 고쳐 주세요.",
    "Nothing is different. Please change what has to be corrected.",
)


def typed_facts(*, claim: Claim) -> dict[str, Typed]:
    """The facts as an officer would type them, by step; the lines are numbered from 1 in the order of the losses."""
    losses = {str(number): loss for number, loss in enumerate(facts_of_claim(claim=claim)["losses"], start=1)}
    margin_bp = claim.reported_margin_bp
    return {
        PERIODS: {
            "lines": [
                {"key": key, "service": loss.service, "began": _moment(loss.began_at), "ended": _end(loss.ended_at)}
                for key, loss in losses.items()
            ]
        },
        LOSSES: {"lines": {key: {"lost_sales": f"{loss.lost_sales_won:,}"} for key, loss in losses.items()}},
        ALTERNATIVE: {
            "lines": {key: {"alternative": "yes" if loss.has_alternative else "no"} for key, loss in losses.items()}
        },
        MARGIN: {
            "basis": INDUSTRY if margin_bp is None else OWN,
            "margin": "" if margin_bp is None else percent_text(margin_bp),
            "industry": claim.industry_code,
        },
    }


def correction_context(*, claim: Claim, typed: Mapping[str, Any], actor: User) -> Parsed[StepContext]:
    """What was typed, as the form's parsers read it; problems where no form would keep it."""
    filing = filing_rules(programme=claim.programme, by_agent=False)
    context = StepContext(claim.programme, actor, by_agent=True, answers=Answers(), filing=filing)
    problems: list[FieldProblem] = []
    for step in STEPS:
        shaped, refused = shape_answers(step, typed.get(step, {}), context)
        problems += refused
        context.answers.put(step, shaped, device="")
    return Parsed(None, tuple(problems)) if problems else Parsed(context)


def read_correction(*, claim: Claim, typed: Mapping[str, Any], actor: User) -> Parsed[dict[str, Any]]:
    """The facts that differ from the claim's, by the names of `facts.CORRECTABLE`; or what is wrong with them."""
    context = correction_context(claim=claim, typed=typed, actor=actor)
    if context.values is None:
        return Parsed(None, context.problems)
    found: dict[str, Parsed[Any]] = {step: parse_saved(step, context.values) for step in STEPS}
    problems = tuple(problem for parsed in found.values() for problem in parsed.problems)
    if problems:
        return Parsed(None, problems)
    margin: Any = found[MARGIN].values
    said: dict[str, Any] = {
        "losses": _losses(claim, context.values, found),
        "reported_margin_bp": margin.reported_margin_bp,
        "industry_code": margin.industry_code,
    }
    before = facts_of_claim(claim=claim)
    changes = {name: value for name, value in said.items() if value != before[name]}
    return Parsed(changes) if changes else Parsed(None, (NOTHING_CHANGED,))


def _losses(claim: Claim, context: StepContext, found: Mapping[str, Parsed[Any]]) -> tuple[LossDetails, ...]:
    values: dict[str, Any] = {step: parsed.values for step, parsed in found.items()}
    lost, alternatives = values[LOSSES], values[ALTERNATIVE]
    before = {str(number): loss for number, loss in enumerate(facts_of_claim(claim=claim)["losses"], start=1)}
    settled = settled_alternatives(context)
    losses = []
    for line in values[PERIODS]:
        loss = LossDetails(line.service, line.began_at, line.ended_at, lost[line.key], alternatives[line.key])
        old = before.get(line.key)
        if settled[line.key] is not None and old and old.service == loss.service:
            loss = replace(loss, has_alternative=old.has_alternative)  # nobody was asked: it stays as it was said
        losses.append(loss)
    return tuple(losses)


def _moment(moment: datetime) -> str:
    local = moment.astimezone(SEOUL)
    if local.time() == time.min:
        return f"{local:%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def _end(moment: datetime) -> str:
    """A day that ends at 24:00 is written as that day."""
    local = moment.astimezone(SEOUL)
    return f"{local - timedelta(days=1):%Y-%m-%d}" if local.time() == time.min else _moment(moment)
