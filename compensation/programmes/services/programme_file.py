"""Reads a programme file (TOML) and checks it: each table here, against each other in `programme_tables`."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from compensation import limits
from compensation.policy.benefits import APPLIED_FOR, ITEM_KINDS, MONTH_FROM_ACTIVATION, PERMANENT, read_validity
from compensation.policy.budget import read_scenario
from compensation.policy.checking import DocumentFaults, Fault, Table
from compensation.policy.quota import read_offer
from compensation.policy.transitions import PROGRAMME
from compensation.programmes.models import CustomerCentre
from compensation.programmes.services.intake_windows import CHANNELS
from compensation.programmes.services.programme_tables import (
    ProgrammeFile,
    Row,
    faults_between_tables,
    faults_in_policy,
)
from compensation.values.phones import parse_phone
from compensation.values.refused import ValueRefused

CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
CODE_WANTED = ("코드는 영문 소문자, 숫자, -, _로 적어 주세요.", "A code has lower-case letters, digits, - and _.")


def read_programme_file(*, path: Path) -> ProgrammeFile:
    """The content of the file. Raises DocumentFaults with everything that is wrong, in the order of the tables."""
    document = _document(path)
    faults: list[Fault] = []
    root = Table(document, "", faults)
    programme, incident = root.table("programme"), root.table("incident")
    file = ProgrammeFile(
        programme=_row(programme, _programme),
        services=_services(incident),
        incident=_row(incident, _incident),
        intake_windows=_rows(root.tables("intake_windows"), _intake_window),
        benefit_items=_rows(root.tables("benefit_items"), _benefit_item),
        packages=_rows(root.tables("packages"), _package),
        budget_scenarios=_rows(root.tables("budget_scenarios"), _budget_scenario),
        policy=_as_stored(document.get("policy", {})),
    )
    root.table("policy")
    root.close()
    faults += faults_between_tables(file)
    faults += faults_in_policy(document.get("policy", {}), file)
    if faults:
        raise DocumentFaults(faults)
    return file


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError:
        fault = Fault(path.name, "파일을 읽을 수 없습니다.", "The file cannot be read.")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = Fault(f"{path.name}:{line}", "UTF-8로 저장한 파일이 아닙니다.", "The file is not UTF-8.")
    except tomllib.TOMLDecodeError as error:
        line_named = re.search(r"line (\d+)", str(error))
        where = f"{path.name}:{line_named[1]}" if line_named else path.name
        fault = Fault(where, f"TOML 문법에 맞지 않습니다: {error}.", f"This is not TOML: {error}.")
    raise DocumentFaults([fault])


def _row(table: Table, read: Callable[[Table], dict[str, Any]], code: str | None = None) -> Row:
    code = _code(table) if code is None else code
    fields = {"name_ko": table.text("name_ko"), "name_en": table.text("name_en"), **read(table)}
    table.close()
    return Row(table.path, code, fields)


def _rows(tables: Iterable[Table], read: Callable[[Table], dict[str, Any]]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for table in tables:
        row = _row(table, read)
        if row.code and row.code in {earlier.code for earlier in rows}:
            table.fault("code", f"코드 {row.code}이(가) 되풀이됩니다.", f"The code {row.code} is repeated.")
        rows.append(row)
    return tuple(rows)


def _code(table: Table) -> str:
    code = table.text("code", length_max=limits.SERVICE_CODE_LENGTH_MAX)
    if code and not CODE.fullmatch(code):
        table.fault("code", *CODE_WANTED)
    return code


def _programme(table: Table) -> dict[str, Any]:
    time_zone = table.text("time_zone")
    if time_zone and time_zone not in available_timezones():
        table.fault("time_zone", "알 수 없는 시간대입니다.", "Unknown time zone.")
    return {
        "currency": table.choice("currency", ["KRW"]),
        "time_zone": time_zone,
        "status": table.choice("status", PROGRAMME.states),
        "customer_centre": _customer_centre(table.table("customer_centre")).as_json(),
    }


def _customer_centre(table: Table) -> CustomerCentre:
    centre = CustomerCentre(
        name_ko=table.text("name_ko"),
        name_en=table.text("name_en"),
        phone=_phone(table, "phone"),
        hours_ko=table.text("hours_ko"),
        hours_en=table.text("hours_en"),
    )
    table.close()
    return centre


def _phone(table: Table, key: str) -> str:
    text = table.text(key)
    try:
        return parse_phone(text) if text else ""
    except ValueRefused as refusal:
        table.fault(key, refusal.message_ko, refusal.message_en)
        return ""


def _incident(table: Table) -> dict[str, Any]:
    return _interval(table, "began_at", "ended_at")


def _services(incident: Table) -> tuple[Row, ...]:
    rows = []
    for code, table in incident.named_tables("services", name_length_max=limits.SERVICE_CODE_LENGTH_MAX):
        if not CODE.fullmatch(code):
            table.fault("", *CODE_WANTED)
        rows.append(_row(table, _service, code))
    return tuple(rows)


def _service(table: Table) -> dict[str, Any]:
    return {"restored_at": table.moment("restored_at")}


def _intake_window(table: Table) -> dict[str, Any]:
    channels = table.texts("channels")
    if unknown := set(channels) - set(CHANNELS):
        listed, known = ", ".join(sorted(unknown)), ", ".join(CHANNELS)
        table.fault("channels", f"{listed}: {known} 중에서 적어 주세요.", f"{listed}: must be among {known}.")
    return {**_interval(table, "opens_at", "closes_at"), "channels": list(channels)}


def _interval(table: Table, start: str, end: str) -> dict[str, Any]:
    first, last = table.moment(start), table.moment(end)
    if first and last and last <= first:
        table.fault(end, f"{start}보다 늦어야 합니다.", f"Must be later than {start}.")
    return {start: first, end: last}


def _benefit_item(table: Table) -> dict[str, Any]:
    kind = table.choice("kind", ITEM_KINDS)
    offer = read_offer(table.table("offer")) if kind == APPLIED_FOR else None
    validity = read_validity(table.table("validity"))
    if kind == APPLIED_FOR and validity.kind == PERMANENT:
        table.fault("validity.kind", "이용권에는 끝나는 날이 있어야 합니다.", "A pass needs a validity that ends.")
    if kind != APPLIED_FOR and validity.kind == MONTH_FROM_ACTIVATION:
        table.fault("validity.kind", "쓰기 시작한 날부터 세는 것은 이용권뿐입니다.", "Only a pass is activated.")
    return {
        "kind": kind,
        "value_won": table.whole("value_won", most=limits.ITEM_VALUE_WON_MAX),
        "validity": validity.as_json(),
        "offer": offer.as_json() if offer else None,
    }


def _package(table: Table) -> dict[str, Any]:
    return {"items": table.texts("items"), "grants_from": table.moment("grants_from")}


def _budget_scenario(table: Table) -> dict[str, Any]:
    figures = read_scenario(table.table("figures")).as_json()
    return {"figures": json.loads(json.dumps(figures))}  # as the database gives it back: lists, no tuples


def _as_stored(policy: Any) -> Any:
    """The document as JSON has it: dates as text."""
    return json.loads(json.dumps(policy, default=str))
