"""What workers do for claims. Each task is harmless when it runs twice; the database knows what is left."""

import time

from celery import shared_task
from django.utils import timezone

from claims.models import ProgrammeRun
from claims.services import assessment, evidence_work, notices, programme_run, questions
from compensation import limits
from compensation.programmes.models import Programme
from compensation.runtime.tasks import send_after_commit
from users.services.people import system_user

WORK_SECONDS = 10


@shared_task(name="claims.assess_pending")
def assess_pending(programme_id: int) -> None:
    """Assesses batches until none waits or some seconds have passed, then sends itself on."""
    programme, actor, until = Programme.objects.get(pk=programme_id), system_user(), time.monotonic() + WORK_SECONDS
    while assessment.assess_next_batch(programme=programme, actor=actor, at=timezone.now()):
        if time.monotonic() > until:
            send_after_commit("claims.assess_pending", programme_id=programme_id)
            return
    for run in ProgrammeRun.objects.unfinished().filter(programme=programme):
        send_after_commit("claims.advance_run", run_id=run.pk)


@shared_task(name="claims.write_notices")
def write_notices() -> None:
    """Turns notices into messages until none waits or some seconds have passed; beat asks again soon."""
    until = time.monotonic() + WORK_SECONDS
    while notices.write_next_notices(at=timezone.now()) and time.monotonic() < until:
        pass


@shared_task(name="claims.sweep_assessment")
def sweep_assessment() -> None:
    """Sends work for claims that wait while nobody assesses: a lost message, a killed worker."""
    for programme in Programme.objects.filter(status="open"):
        if assessment.assessment_stalls(programme=programme):
            assessment.send_workers(programme=programme)


@shared_task(name="claims.advance_run")
def advance_run(run_id: int) -> None:
    """Takes a programme run one step further."""
    programme_run.advance(run_id=run_id, at=timezone.now())


@shared_task(name="claims.sweep_runs")
def sweep_runs() -> None:
    """Sends every unfinished run further, in case its message was lost or its workers are done."""
    for run in ProgrammeRun.objects.unfinished():
        send_after_commit("claims.advance_run", run_id=run.pk)


@shared_task(name="claims.work_on_evidence", time_limit=limits.EVIDENCE_WORK_SECONDS_MAX)
def work_on_evidence() -> None:
    """Scans and draws files until none is due or some seconds have passed, then sends itself on."""
    until = time.monotonic() + WORK_SECONDS
    while evidence_work.work_on_next(at=timezone.now()):
        if time.monotonic() > until:
            send_after_commit("claims.work_on_evidence")
            return


@shared_task(name="claims.remind_of_questions")
def remind_of_questions() -> None:
    """Reminds merchants whose answers are due soon, until nobody is left or some seconds have passed."""
    until = time.monotonic() + WORK_SECONDS
    while questions.remind_next(at=timezone.now()) and time.monotonic() < until:
        pass


@shared_task(name="claims.sweep_evidence")
def sweep_evidence() -> None:
    """Sends a worker for files that are due and nobody looks at."""
    evidence_work.sweep(at=timezone.now())


@shared_task(name="claims.remove_orphaned_files")
def remove_orphaned_files() -> None:
    """Removes stored files that no row names, in a few folders at a time."""
    at = timezone.now()
    evidence_work.remove_orphans(shards=evidence_work.shards_at(at=at), at=at)
