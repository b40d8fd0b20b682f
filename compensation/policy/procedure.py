"""How a claim is handled, as data of the policy: its deadlines, on which days who may file, what can be objected to."""

from dataclasses import dataclass
from datetime import date

from compensation import limits
from compensation.policy.checking import Table
from compensation.policy.tiers import ROUTES

LAST_DIGITS = range(10)


@dataclass(frozen=True, slots=True)
class DeadlineRules:
    """How long each side has (ours). Working days run on a `Clock`; calendar days end with their last day in Seoul."""

    assessment_working_days: int  # from the receipt of a claim to its assessment
    council_working_days: int  # from the referral to the council's determination
    objection_working_days: int  # from the receipt of an objection, or of a request for confirmation, to its decision
    objection_days: int  # after a determination, for the merchant to object or to ask for confirmation
    answer_days: int  # after a question or a request for papers, for the merchant to answer
    reminder_days: int  # before the end of `answer_days`: when the merchant is reminded


@dataclass(frozen=True, slots=True)
class FilingDay:
    """A day (in Seoul) on which only business numbers with one of these last digits may file."""

    day: date
    digits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ObjectionRules:
    """By which route a determination came about that can be objected to, or be followed by a confirmation."""

    routes: tuple[str, ...]
    confirmation_routes: tuple[str, ...]


def read_deadlines(table: Table) -> DeadlineRules:
    """The deadlines that a table of the policy has; what is wrong with it is noted in `table.faults`."""

    def days(key: str) -> int:
        return table.whole(key, least=1, most=limits.DEADLINE_DAYS_MAX)

    rules = DeadlineRules(
        assessment_working_days=days("assessment_working_days"),
        council_working_days=days("council_working_days"),
        objection_working_days=days("objection_working_days"),
        objection_days=days("objection_days"),
        answer_days=days("answer_days"),
        reminder_days=days("reminder_days"),
    )
    if table.is_faultless and rules.reminder_days >= rules.answer_days:
        table.fault("reminder_days", "answer_days보다 짧아야 합니다.", "Must be less than answer_days.")
    table.close()
    return rules


def read_filing_days(table: Table) -> tuple[FilingDay, ...]:
    """The filing days of the policy, earliest first; none where everybody may file at once.

    Each last digit needs a day of its own: one that is forgotten would have to wait for all the others.
    """
    days: dict[date, FilingDay] = {}
    faults_before = len(table.faults)
    for row in table.tables_if_given("filing_days"):
        day = row.stored_day("day")
        digits = row.wholes("digits", most=LAST_DIGITS[-1])
        row.close()
        if day and day in days:
            row.fault("day", f"{day} 날짜가 되풀이됩니다.", f"The day {day} is repeated.")
        elif day:
            days[day] = FilingDay(day, digits)
    forgotten = set(LAST_DIGITS) - {digit for each in days.values() for digit in each.digits}
    if days and forgotten and len(table.faults) == faults_before:
        listed = ", ".join(map(str, sorted(forgotten)))
        table.fault("filing_days", f"끝자리 {listed}의 날이 없습니다.", f"No day for the last digits {listed}.")
    return tuple(days[day] for day in sorted(days))


def read_objections(table: Table) -> ObjectionRules:
    """The rules for objections that a table of the policy has; what is wrong with it is noted in `table.faults`."""
    rules = ObjectionRules(routes=_routes(table, "routes"), confirmation_routes=_routes(table, "confirmation_routes"))
    table.close()
    return rules


def _routes(table: Table, key: str) -> tuple[str, ...]:
    routes = table.texts(key)
    if unknown := set(routes) - set(ROUTES):
        listed, known = ", ".join(sorted(unknown)), ", ".join(ROUTES)
        table.fault(key, f"{listed}: {known} 중에서 적어 주세요.", f"{listed}: must be among {known}.")
    return routes
