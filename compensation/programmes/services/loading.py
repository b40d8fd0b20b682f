"""Loads a programme file into the database, as a whole or not at all.

What somebody's claim or grant rests on never changes: a changed policy is a new version, a granted package stays with
its items, an intake window that has opened may only grow, a service stays once a programme of the incident has opened.
Scenarios, packages and items that the file no longer names are removed; intake windows stay (people open some).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from compensation.audit.services import because
from compensation.policy.checking import DocumentFaults
from compensation.policy.quota import Offer
from compensation.policy.transitions import PROGRAMME, is_allowed
from compensation.programmes.models import Incident, IntakeWindow, Programme
from compensation.programmes.services.changes import Change, Writer, changed_fields
from compensation.programmes.services.intake_windows import overlap
from compensation.programmes.services.policy_versions import add_if_changed, faults_in_consents
from compensation.programmes.services.programme_file import read_programme_file
from compensation.programmes.services.programme_tables import ProgrammeFile, Row


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did, or would do in a dry run. Without changes: the same file was loaded before."""

    programme_code: str
    policy_version: int
    changes: tuple[Change, ...]


def load_programme(*, path: Path, actor: AbstractBaseUser, at: datetime, dry_run: bool = False) -> LoadResult:
    """Loads or re-loads the programme file. Raises DocumentFaults with every fault; nothing is loaded then."""
    file = read_programme_file(path=path)
    with transaction.atomic(), because(actor=actor, reason="programme file loaded", file=path.name):
        _wait_for_other_loads()
        result = _load(file, at)
        if dry_run:
            transaction.set_rollback(True)
    return result


def _wait_for_other_loads() -> None:
    """One load at a time: a programme that is loaded for the first time has no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_programme'))")


def _load(file: ProgrammeFile, at: datetime) -> LoadResult:
    writer = Writer()
    programme = _programme(writer, file, _incident(writer, file))
    _intake_windows(writer, file, programme, at)
    _benefits(writer, file, programme, at)
    for row in file.budget_scenarios:
        writer.put(programme.budget_scenarios, f"budget_scenarios.{row.code}", row)
    writer.remove_missing(programme.budget_scenarios, "budget_scenarios", file.budget_scenarios)
    policy_version = _policy(writer, file, programme)
    if writer.faults:
        raise DocumentFaults(writer.faults)
    return LoadResult(programme.code, policy_version, tuple(writer.changes))


def _incident(writer: Writer, file: ProgrammeFile) -> Incident:
    incident: Incident = writer.put(Incident.objects, "incident", file.incident)
    for row in file.services:
        writer.put(incident.services, f"incident.services.{row.code}", row)
    has_opened = incident.programmes.exclude(status=PROGRAMME.initial).exists()
    frozen = set(incident.services.values_list("code", flat=True)) if has_opened else set()
    why = ("접수가 시작된 장애의 서비스는 뺄 수 없습니다.", "The programme has opened: its services stay.")
    writer.remove_missing(incident.services, "incident.services", file.services, frozen=frozen, why=why)
    return incident


def _programme(writer: Writer, file: ProgrammeFile, incident: Incident) -> Programme:
    """The row stays locked until the load ends, so that nobody opens a window meanwhile (`open_window` waits)."""
    row = file.programme
    fields = {**row.fields, "incident": incident}
    stored = Programme.objects.select_for_update().filter(code=row.code).first()
    if stored and stored.incident_id != incident.pk:
        writer.fault("incident.code", "지원 프로그램의 장애는 바꿀 수 없습니다.", "A programme keeps its incident.")
    if stored and not _may_become(stored.status, row.fields["status"]):
        move = f"{stored.status} -> {row.fields['status']}"
        writer.fault("programme.status", f"옮길 수 없는 상태입니다: {move}.", f"This move is not allowed: {move}.")
        fields["status"] = stored.status
    programme: Programme = writer.put(Programme.objects, "programme", Row(row.path, row.code, fields))
    return programme


def _may_become(old: str, new: str) -> bool:
    return old == new or is_allowed(PROGRAMME, old, new)


def _intake_windows(writer: Writer, file: ProgrammeFile, programme: Programme, at: datetime) -> None:
    others = list(programme.intake_windows.exclude(code__in=[row.code for row in file.intake_windows]))
    for row in file.intake_windows:
        stored = programme.intake_windows.filter(code=row.code).first()
        if stored and stored.opens_at <= at and not _contains(row.fields, stored):
            writer.fault(row.path, "이미 시작된 접수 기간은 늘릴 수만 있습니다.", "It has opened: it may only grow.")
        window = writer.put(programme.intake_windows, f"intake_windows.{row.code}", row)
        for other in others:
            if overlap(window, other):
                ko, en = f"접수 기간 {other.code}와(과) 겹칩니다.", f"Overlaps the intake window {other.code}."
                writer.fault(row.path, ko, en)


def _contains(fields: Mapping[str, Any], window: IntakeWindow) -> bool:
    """Whether every claim that the stored window takes would still be taken."""
    return (
        fields["opens_at"] <= window.opens_at
        and fields["closes_at"] >= window.closes_at
        and set(fields["channels"]) >= set(window.channels)
    )


def _benefits(writer: Writer, file: ProgrammeFile, programme: Programme, at: datetime) -> None:
    """The lock on the packages keeps a grant job from freezing one in the middle of the load."""
    stored = programme.benefit_packages.select_for_update().prefetch_related("items")
    frozen = [package for package in stored if package.frozen_at]
    frozen_packages = {package.code for package in frozen}
    frozen_items = {item.code for package in frozen for item in package.items.all()}
    for row in file.benefit_items:
        label = f"benefit_items.{row.code}"
        _offer_that_stays(writer, programme, row, at)
        writer.put(programme.benefit_items, label, row, is_frozen=row.code in frozen_items)
    for row in file.packages:
        _package(writer, programme, row, is_frozen=row.code in frozen_packages)
    writer.remove_missing(programme.benefit_packages, "packages", file.packages, frozen=frozen_packages)
    writer.remove_missing(programme.benefit_items, "benefit_items", file.benefit_items, frozen=frozen_items)


def _offer_that_stays(writer: Writer, programme: Programme, row: Row, at: datetime) -> None:
    """What people apply for since its opening keeps its opening; its quota is changed by two people, not by a file."""
    stored = programme.benefit_items.filter(code=row.code).exclude(offer=None).first()
    if stored is None or stored.offer is None:
        return
    if Offer.from_json(stored.offer).opens_at <= at and stored.offer != row.fields["offer"]:
        writer.fault(
            f"{row.path}.offer",
            "신청이 시작되었습니다. 한도는 이용권 화면에서 두 사람이 바꿉니다.",
            "Applications have begun: the quota is changed by two people, on the page of the pass.",
        )


def _package(writer: Writer, programme: Programme, row: Row, *, is_frozen: bool) -> None:
    items = programme.benefit_items.filter(code__in=row.fields["items"])
    fields = {name: value for name, value in row.fields.items() if name != "items"}
    fields["value_won"] = sum(item.value_won for item in items)
    label = f"packages.{row.code}"
    package = writer.put(programme.benefit_packages, label, Row(row.path, row.code, fields), is_frozen=is_frozen)
    writer.put_members(package.items, f"{label}.items", f"{row.path}.items", items, is_frozen=is_frozen)


def _policy(writer: Writer, file: ProgrammeFile, programme: Programme) -> int:
    writer.faults += faults_in_consents(programme=programme, document=file.policy)
    version, earlier = add_if_changed(programme=programme, document=file.policy)
    if earlier is None:
        writer.changes.append(Change("added", "policy"))
    else:
        writer.changes += changed_fields(before=earlier.document, after=version.document, path="policy")
    return version.number
