"""The helper of the step `losses`: lost sales of a line from comparable days. What was typed is kept with the draft."""

from claims.services.drafts.answers import Typed, lines_by_key
from claims.services.drafts.context import StepContext
from claims.services.drafts.problems import Parsed, Reading, required
from compensation.policy.comparable_days import WEEKS, Comparison, NothingToCompare, compare
from compensation.values.won import parse_won

WEEK_NAMES = tuple(f"week_{number}" for number in range(1, WEEKS + 1))
NAMES = (*WEEK_NAMES, "outage")


def shape(typed: object) -> Typed:
    """`{"lines": {"1": {"week_1": …, "outage": …}, …}}`. Raises AnswerTooLong, AnswerMisshapen."""
    return lines_by_key(typed, NAMES)


def parse(typed: Typed, _context: StepContext) -> Parsed[dict[str, Comparison]]:
    """The comparison of each line that has one, by its key."""
    reading, found = Reading(), {}
    for key, line in typed.get("lines", {}).items():
        at = f"lines.{key}"
        usual = [reading.read(f"{at}.{name}", line[name], parse_won, missing=None) for name in WEEK_NAMES]
        outage = reading.read(f"{at}.outage", line["outage"], parse_won, missing=NO_OUTAGE)
        if outage is None:
            continue
        try:
            found[key] = compare(usual_won=usual, outage_won=outage)
        except NothingToCompare:
            if not any(problem.field.startswith(at) for problem in reading.problems):
                reading.note(f"{at}.{WEEK_NAMES[0]}", NO_WEEK)
    return reading.result(found)


NO_OUTAGE = required(
    "장애 기간의 매출을 적어 주세요. 매출이 없었다면 0을 적어 주세요.",
    "Please write the sales during the outage; 0 if there were none.",
)
NO_WEEK = required(
    "비교할 평소 매출을 한 주 이상 적어 주세요.", "Please write the usual sales of at least one of the weeks."
)
