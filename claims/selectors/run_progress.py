"""How far a run of the programme is, stage by stage, and how long the present one still takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from claims.models import Claim, ProgrammeRun, Stage
from compensation.programmes.models import Programme
from compensation.runtime.progress import progress_of
from users.selectors.grants import job_progress

DONE, NOW, NEXT = "done", "now", "next"
STAGES = (Stage.IMPORT, Stage.ASSESS, Stage.CHANNEL_CASH, Stage.GRANT)


@dataclass(frozen=True, slots=True)
class StageProgress:
    """`done` of `total` units of a stage, `total` 0 where that is not known; `rate` in units per second.

    `code` is a Stage, `state` one of DONE, NOW, NEXT; `unit` is rows, claims or members.
    """

    code: str
    state: str
    unit: str = ""
    done: int = 0
    total: int = 0
    rate: float | None = None
    seconds_left: float | None = None


def latest_run(*, programme: Programme) -> ProgrammeRun | None:
    """The run that is under way, else the last one; None before the first."""
    return (
        ProgrammeRun.objects.filter(programme=programme)
        .select_related("grant_job", "programme")
        .order_by("-id")
        .first()
    )


def run_progress(*, run: ProgrammeRun, now: datetime) -> list[StageProgress]:
    """Each stage of a run in order. Two queries at most."""
    order = [*STAGES, Stage.DONE]
    present = order.index(Stage(run.stage))
    return [
        _progress(run, stage, DONE if place < present else NOW if place == present else NEXT, now)
        for place, stage in enumerate(STAGES)
    ]


def file_being_read(*, run: ProgrammeRun) -> str:
    """The name of the file that the import stage is at; '' when all are read."""
    return next((Path(file["path"]).name for file in run.files if file["result"] is None), "")


def _progress(run: ProgrammeRun, stage: Stage, state: str, now: datetime) -> StageProgress:
    if stage == Stage.IMPORT:
        return _import(run, state)
    if stage == Stage.ASSESS and state != NEXT:
        return _assessment(run, state, now)
    if stage == Stage.GRANT and run.grant_job:
        job = job_progress(job=run.grant_job)
        return StageProgress(stage, state, "members", job.counted, job.expected, job.rate, job.seconds_left)
    return StageProgress(stage, state)


def _import(run: ProgrammeRun, state: str) -> StageProgress:
    """Rows of the files that are in, and of the one that is being read."""
    read = sum(result["rows"] for result in _results(run))
    current = file_being_read(run=run)
    reported = progress_of(f"import:{run.programme.code}:{current}") if current else None
    if reported is None:
        return StageProgress(Stage.IMPORT, state, "rows", read, 0 if current else read)
    total = read + reported.total if reported.total else 0
    return StageProgress(Stage.IMPORT, state, "rows", read + reported.done, total, reported.rate, reported.seconds_left)


def _assessment(run: ProgrammeRun, state: str, now: datetime) -> StageProgress:
    """The claims that came with this run's files, less those that still wait."""
    accepted = sum(result["accepted"] for result in _results(run))
    if state == DONE:
        return StageProgress(Stage.ASSESS, state, "claims", accepted, accepted)
    waiting = Claim.objects.filter(programme=run.programme_id, state="received").count()
    total = max(accepted, waiting)
    done, seconds = total - waiting, (now - run.stage_began_at).total_seconds()
    rate = done / seconds if done and seconds > 0 else None
    return StageProgress(Stage.ASSESS, state, "claims", done, total, rate, waiting / rate if rate else None)


def _results(run: ProgrammeRun) -> Iterator[dict[str, Any]]:
    return (file["result"] for file in run.files if file["result"])
