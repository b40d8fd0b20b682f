"""What a programme file says, and whether its tables fit each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any

from compensation import limits
from compensation.policy.benefits import Validity
from compensation.policy.checking import Fault
from compensation.policy.document import Policy, PolicyFaults, parse_policy
from compensation.policy.seoul import end_of_day
from compensation.programmes.models import IntakeWindow
from compensation.programmes.services.intake_windows import overlap


@dataclass(frozen=True, slots=True)
class Row:
    """What one table of the file says: the fields of its model, by name. `path` is where it stands in the file."""

    path: str
    code: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A faultless programme file. A package's `items` are codes; `policy` is the document of the policy version."""

    programme: Row
    incident: Row
    services: tuple[Row, ...]
    intake_windows: tuple[Row, ...]
    benefit_items: tuple[Row, ...]
    packages: tuple[Row, ...]
    budget_scenarios: tuple[Row, ...]
    policy: Mapping[str, Any]


def faults_between_tables(file: ProgrammeFile) -> Iterator[Fault]:
    """What is wrong between the tables besides the policy: each by itself was read without a fault, or as empty."""
    yield from _services_restored_outside(file)
    yield from _overlapping_windows(file.intake_windows)
    values_won = {row.code: row.fields["value_won"] for row in file.benefit_items}
    validities = {row.code: Validity.from_json(row.fields["validity"]) for row in file.benefit_items}
    for package in file.packages:
        yield from _faults_in_package(package, values_won)
        yield from _over_before_granted(package, validities)


def _faults_in_package(package: Row, values_won: Mapping[str, int]) -> Iterator[Fault]:
    path, codes = f"{package.path}.items", package.fields["items"]
    for code in codes:
        if code not in values_won:
            yield Fault(path, f"지원 품목 {code}이(가) 없습니다.", f"There is no item {code}.")
    most = limits.ITEM_VALUE_WON_MAX
    if sum(values_won.get(code, 0) for code in codes) > most:
        yield Fault(path, f"모두 {most:,}원을 넘을 수 없습니다.", f"Together at most {most:,} won.")


def _over_before_granted(package: Row, validities: Mapping[str, Validity]) -> Iterator[Fault]:
    grants_from = package.fields["grants_from"]
    known = [(code, validities[code].until) for code in package.fields["items"] if code in validities]
    for code, until in known:
        if grants_from and until and end_of_day(until) <= grants_from:
            yield Fault(
                f"{package.path}.grants_from",
                f"{code}은(는) {until}에 끝나므로, 지급하기 전에 유효 기간이 지납니다.",
                f"{code} ends on {until}, before it is granted.",
            )


def _services_restored_outside(file: ProgrammeFile) -> Iterator[Fault]:
    began_at, ended_at = file.incident.fields["began_at"], file.incident.fields["ended_at"]
    for service in file.services:
        restored_at = service.fields["restored_at"]
        if restored_at and began_at and ended_at and not began_at <= restored_at <= ended_at:
            yield Fault(
                f"{service.path}.restored_at",
                "장애가 시작된 때와 끝난 때 사이여야 합니다.",
                "Must lie between the beginning and the end of the incident.",
            )


def _overlapping_windows(rows: Iterable[Row]) -> Iterator[Fault]:
    readable = [row for row in rows if row.fields["opens_at"] and row.fields["closes_at"]]
    for first, second in combinations(readable, 2):
        if overlap(IntakeWindow(**first.fields), IntakeWindow(**second.fields)):
            yield Fault(
                second.path,
                f"접수 기간 {first.code}와(과) 접수 경로와 날짜가 겹칩니다.",
                f"Overlaps the intake window {first.code} on the same channel.",
            )


def faults_in_policy(document: Any, file: ProgrammeFile) -> Iterator[Fault]:
    """What is wrong in the policy, and between it and the other tables.

    `document` is the table as written: in its stored form a date would pass where text is wanted.
    """
    if not isinstance(document, dict):
        return
    try:
        policy = parse_policy(document)
    except PolicyFaults as error:
        yield from error.faults
    else:
        yield from _filing_days_outside(policy, file.intake_windows)
    ruled = document.get("services")
    yield from _unmatched_services({row.code for row in file.services}, set(ruled if isinstance(ruled, dict) else ()))


def _filing_days_outside(policy: Policy, rows: Iterable[Row]) -> Iterator[Fault]:
    windows = [row.fields for row in rows if row.fields["opens_at"] and row.fields["closes_at"]]
    for listed in policy.filing_days:
        begins, ends = end_of_day(listed.day - timedelta(days=1)), end_of_day(listed.day)
        if not any(window["opens_at"] < ends and begins < window["closes_at"] for window in windows):
            yield Fault(
                "policy.filing_days",
                f"{listed.day}에는 열려 있는 접수 기간이 없습니다.",
                f"No intake window is open on {listed.day}.",
            )


def _unmatched_services(affected: set[str], ruled: set[str]) -> Iterator[Fault]:
    for code in sorted(affected - ruled):
        yield Fault(
            f"policy.services.{code}", "장애 서비스인데 정책이 없습니다.", "The incident has it, the policy does not."
        )
    for code in sorted(ruled - affected):
        yield Fault(
            f"policy.services.{code}", "장애 서비스 목록에 없습니다.", "The policy has it, the incident does not."
        )
