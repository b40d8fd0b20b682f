"""What workers do for claims. Each task is harmless when it runs twice; the database knows what is left."""

import time
from functools import partial

from celery import shared_task
from django.utils import timezone

from claims.models import BulkJob, PayoutBatch, ProgrammeRun
from claims.services import (
    account_checks,
    assessment,
    bulk_jobs,
    case_checks,
    deadlines,
    evidence_work,
    notices,
    programme_run,
    questions,
    retention,
    reviews,
    second_looks,
)
from claims.services.bank_files import reading, result_uploads, writing
from claims.services.council import closing
from claims.services.payouts import batches, due, invariants, releasing
from compensation import limits
from compensation.programmes.models import Programme
from compensation.runtime.tasks import send_after_commit, work_off
from users.models import User
from users.services.people import system_user

DESTROY_SECONDS = 300


@shared_task(name="claims.assess_pending")
def assess_pending(programme_id: int) -> None:
    """Assesses batches until none waits or some seconds have passed, then sends itself on."""
    programme, actor = Programme.objects.get(pk=programme_id), system_user()
    if not work_off(lambda: assessment.assess_next_batch(programme=programme, actor=actor, at=timezone.now())):
        send_after_commit("claims.assess_pending", programme_id=programme_id)
        return
    for run in ProgrammeRun.objects.unfinished().filter(programme=programme):
        send_after_commit("claims.advance_run", run_id=run.pk)


@shared_task(name="claims.write_notices")
def write_notices() -> None:
    """Turns notices into messages until none waits or some seconds have passed; beat asks again soon."""
    work_off(lambda: notices.write_next_notices(at=timezone.now()))


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
    if not work_off(lambda: evidence_work.work_on_next(at=timezone.now())):
        send_after_commit("claims.work_on_evidence")


@shared_task(name="claims.remind_of_questions")
def remind_of_questions() -> None:
    """Reminds merchants whose answers are due soon, until nobody is left or some seconds have passed."""
    work_off(lambda: questions.remind_next(at=timezone.now()))


@shared_task(name="claims.destroy_expired")
def destroy_expired() -> None:
    """Destroys what is no longer needed until nothing is left or some minutes have passed, then sends itself on."""
    ends = time.monotonic() + DESTROY_SECONDS
    run = retention.destroy_expired(actor=system_user(), at=timezone.now(), stop=lambda: time.monotonic() > ends)
    if not run.is_finished:
        send_after_commit("claims.destroy_expired")


@shared_task(name="claims.run_case_checks")
def run_case_checks() -> None:
    """Runs the machine's checks of reviews until none is due or some seconds have passed, then sends itself on."""
    if not work_off(lambda: case_checks.run_due_checks(at=timezone.now())):
        send_after_commit("claims.run_case_checks")


@shared_task(name="claims.sweep_case_checks")
def sweep_case_checks() -> None:
    """Sends a worker for reviews whose checks are due and that nobody checks."""
    case_checks.sweep_checks(at=timezone.now())


@shared_task(name="claims.sweep_reviews")
def sweep_reviews() -> None:
    """Opens the reviews that claims and objections of an older version lack."""
    for programme in Programme.objects.filter(status="open"):
        work_off(partial(reviews.open_missing_reviews, programme=programme, at=timezone.now()))


@shared_task(name="claims.work_on_bulk_job")
def work_on_bulk_job(job_id: int) -> None:
    """Does cases of a bulk job until none is left or some seconds have passed, then sends itself on."""
    job = BulkJob.objects.select_related("made_by").get(pk=job_id)
    if not work_off(lambda: bulk_jobs.work_on_next(job=job, at=timezone.now())):
        send_after_commit("claims.work_on_bulk_job", job_id=job_id)


@shared_task(name="claims.sweep_bulk_jobs")
def sweep_bulk_jobs() -> None:
    """Sends a worker for every bulk job that is not finished."""
    bulk_jobs.sweep()


@shared_task(name="claims.close_due_votes")
def close_due_votes() -> None:
    """Closes the cases before the council whose time is over, until none is due or some seconds have passed."""
    work_off(lambda: closing.close_due(at=timezone.now()))


@shared_task(name="claims.draw_second_looks")
def draw_second_looks() -> None:
    """Draws among what was determined since the last time, in every programme; nothing is paid before."""
    for programme in Programme.objects.exclude(status="draft"):
        second_looks.draw(programme=programme, at=timezone.now())


@shared_task(name="claims.watch_deadlines")
def watch_deadlines() -> None:
    """Tells operations of deadlines that have passed, and reminds officers of theirs in the morning."""
    for programme in Programme.objects.exclude(status="draft"):
        deadlines.escalate(programme=programme, at=timezone.now())
        deadlines.remind_officers(programme=programme, at=timezone.now())


@shared_task(name="claims.fill_payout_batch")
def fill_payout_batch(batch_id: int) -> None:
    """Fills a draft until it is full or some seconds have passed, then sends itself on."""
    batch = PayoutBatch.objects.get(pk=batch_id)
    if not work_off(lambda: batches.fill_next(batch=batch, at=timezone.now())):
        send_after_commit("claims.fill_payout_batch", batch_id=batch_id)


@shared_task(name="claims.write_bank_files")
def write_bank_files(batch_id: int) -> None:
    """Makes the bank's files of a batch until all are there or some seconds have passed, then sends itself on."""
    if not work_off(lambda: writing.write_next_file(batch_id, timezone.now())):
        send_after_commit("claims.write_bank_files", batch_id=batch_id)
        return
    releasing.finish_release(batch=PayoutBatch.objects.get(pk=batch_id), at=timezone.now())


@shared_task(name="claims.read_bank_result")
def read_bank_result(upload_id: int) -> None:
    """Reads a result file that was sent in, all of it or nothing; nothing where it was read, or somebody is at it."""
    reading.read_upload(upload_id=upload_id, at=timezone.now())


@shared_task(name="claims.sweep_payouts")
def sweep_payouts() -> None:
    """Sends workers for drafts that are not full, for batches whose files are not made and for results that wait."""
    batches.sweep_filling()
    releasing.sweep_releasing()
    result_uploads.sweep_results()


@shared_task(name="claims.make_missing_payouts")
def make_missing_payouts() -> None:
    """Makes the payouts of determinations that have none, in every programme."""
    for programme in Programme.objects.filter(status="open"):
        due.make_missing(programme=programme, actor=system_user(), at=timezone.now())


@shared_task(name="claims.ask_account_holders")
def ask_account_holders() -> None:
    """Asks banks about accounts until none is due or its short slice is over, then sends itself on.

    Grants share its worker: they are not kept waiting for banks.
    """
    if not work_off(lambda: account_checks.ask_next(at=timezone.now()), seconds=limits.HOLDER_SLICE_SECONDS):
        send_after_commit("claims.ask_account_holders")


@shared_task(name="claims.sweep_accounts")
def sweep_accounts() -> None:
    """Marks the accounts that something is to be paid to, and sends a worker for those that are due."""
    account_checks.sweep(at=timezone.now())


@shared_task(name="claims.verify_money")
def verify_money(programme_id: int | None = None, by_id: int | None = None) -> None:
    """Looks whether ledger, payouts, batches and files agree: in one programme for a person, in every one at night."""
    by = User.objects.get(pk=by_id) if by_id else system_user()
    every = Programme.objects.filter(pk=programme_id) if programme_id else Programme.objects.exclude(status="draft")
    for programme in every:
        invariants.verify(programme=programme, by=by, at=timezone.now())


@shared_task(name="claims.sweep_evidence")
def sweep_evidence() -> None:
    """Sends a worker for files that are due and nobody looks at."""
    evidence_work.sweep(at=timezone.now())


@shared_task(name="claims.remove_orphaned_files")
def remove_orphaned_files() -> None:
    """Removes stored files that no row names, in a few folders at a time."""
    at = timezone.now()
    evidence_work.remove_orphans(shards=evidence_work.shards_at(at=at), at=at)
