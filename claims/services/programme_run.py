"""One run of the whole programme, stage by stage: files in, claims decided, channel cash booked, members granted.

A step is one transaction that holds the run's row: it does its work and moves the stage on together, so a step that is
delivered twice, or dies half-way, is done once. Where workers have to do the work (assessment, grants), a step sends
them and returns; the last of them, or the sweeper, takes the run further.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from claims.models import Claim, ProgrammeRun, Stage
from claims.services import assessment
from claims.services.association_import import AssociationFileRefused, import_association_file
from compensation.programmes.models import BenefitPackage, Programme
from compensation.runtime.tasks import send_after_commit
from merchants.services.channel_cash import grant_channel_cash
from users.models import User
from users.selectors.grants import anyone_to_grant
from users.services import grant_jobs


class RunNotPossible(Exception):
    """The run cannot start as asked: maker and approver are one person, or a file is not there."""


@transaction.atomic
def start_run(
    *,
    programme: Programme,
    files: Sequence[Path],
    package: BenefitPackage,
    maker: User,
    approver: User,
    at: datetime,
) -> ProgrammeRun:
    """Starts a run, or returns the one that is under way; two starts at once make one run. Raises RunNotPossible."""
    if maker == approver:
        raise RunNotPossible("the grant job needs a second person to approve it")
    if missing := [str(file) for file in files if not file.is_file()]:
        raise RunNotPossible(f"no such file: {', '.join(missing)}")
    Programme.objects.select_for_update().get(pk=programme.pk)
    run = ProgrammeRun.objects.unfinished().filter(programme=programme).first()
    if run is None:
        run = ProgrammeRun.objects.create(
            programme=programme,
            files=[{"path": str(file), "result": None} for file in files],
            package=package,
            maker=maker,
            approver=approver,
            started_at=at,
            stage_began_at=at,
        )
    send_after_commit("claims.advance_run", run_id=run.pk)
    return run


@transaction.atomic
def advance(*, run_id: int, at: datetime) -> None:
    """Takes the run one step further. Does nothing while another worker holds the run, or when it is finished."""
    run = ProgrammeRun.objects.unfinished().select_for_update(skip_locked=True).filter(pk=run_id).first()
    if run is not None:
        STEPS[Stage(run.stage)](run, at)


def _import_next_file(run: ProgrammeRun, at: datetime) -> None:
    waiting = next((file for file in run.files if file["result"] is None), None)
    if waiting is None:
        return _move(run, Stage.ASSESS, at)
    path = Path(waiting["path"])
    try:
        result = import_association_file(
            programme=run.programme, path=path, actor=run.maker, at=at, report=path.with_suffix(".refused")
        )
    except AssociationFileRefused as refused:
        return _stop(run, f"{path.name}: {refused}")
    waiting["result"] = {name: value for name, value in result.as_dict().items() if name != "refused_rows"}
    run.save(update_fields=["files"])
    return send_after_commit("claims.advance_run", run_id=run.pk)


def _assess(run: ProgrammeRun, at: datetime) -> None:
    if not Claim.objects.filter(programme=run.programme, state="received").exists():
        _move(run, Stage.CHANNEL_CASH, at)
    elif assessment.assessment_stalls(programme=run.programme):
        assessment.send_workers(programme=run.programme)


def _grant_channel_cash(run: ProgrammeRun, at: datetime) -> None:
    grant_channel_cash(programme=run.programme, at=at)
    _move(run, Stage.GRANT, at)


def _grant(run: ProgrammeRun, at: datetime) -> None:
    """Begins a job for the members who have no package yet, if there are any, and waits for it."""
    if run.grant_job is None:
        if not anyone_to_grant(package=run.package):
            return _move(run, Stage.DONE, at)
        try:
            run.grant_job = grant_jobs.begin(package=run.package, maker=run.maker, approver=run.approver, at=at)
        except grant_jobs.GrantJobRefused as refused:
            return _stop(run, str(refused))
        return run.save(update_fields=["grant_job"])
    if run.grant_job.run_state == "finished":
        return _move(run, Stage.DONE, at)
    return None


STEPS: dict[Stage, Callable[[ProgrammeRun, datetime], None]] = {
    Stage.IMPORT: _import_next_file,
    Stage.ASSESS: _assess,
    Stage.CHANNEL_CASH: _grant_channel_cash,
    Stage.GRANT: _grant,
}


def _stop(run: ProgrammeRun, fault: str) -> None:
    """The run cannot go on by itself: a person reads why, mends it and starts a new run, which carries on."""
    run.fault = fault
    run.save(update_fields=["fault"])


def _move(run: ProgrammeRun, stage: Stage, at: datetime) -> None:
    run.stage, run.stage_began_at = stage, at
    if stage == Stage.DONE:
        run.finished_at = at
    run.save(update_fields=["stage", "stage_began_at", "finished_at"])
    if stage != Stage.DONE:
        send_after_commit("claims.advance_run", run_id=run.pk)
