"""Celery tasks of this app: thin, harmless twice. What is left to do stands in the grant chunks, not in messages."""

import time

from celery import shared_task
from django.utils import timezone

from compensation.runtime.tasks import WORK_SECONDS, send_after_commit, work_off
from users.models import GrantJob, HandoverDelivery, PassQuotaChange
from users.selectors.grants import more_urgent_job
from users.services import pass_notices, reminders
from users.services.grant_chunks import grant_next_chunk
from users.services.grant_running import finish_if_done, seconds_to_wait, sweep
from users.services.handover import writing
from users.services.handover.planning import plan_owed

WAIT_SECONDS = 1.0  # then a worker looks again whether its job was paused or its speed was changed
SLICE_SECONDS = WORK_SECONDS  # of a grant job, which may have to wait in between


@shared_task(name="users.work_on_grant_job")
def work_on_grant_job(job_id: int) -> None:
    """Grants chunk after chunk until none is left or the slice is over, then asks for another slice.

    Jobs that go before this one are worked on first. A job that has to wait longer than the slice is left to the
    sweeper.
    """
    job = GrantJob.objects.select_related("package").get(pk=job_id)
    slice_ends = time.monotonic() + SLICE_SECONDS
    while (left := slice_ends - time.monotonic()) > 0:
        now = timezone.now()
        if _work_on_a_more_urgent(job) or grant_next_chunk(job=job, at=now):
            continue
        wait = seconds_to_wait(job=job, at=now)
        if wait >= left:
            return
        if not wait:
            finish_if_done(job=job, at=now)
            return
        time.sleep(min(wait, WAIT_SECONDS))
    send_after_commit("users.work_on_grant_job", job_id=job_id)


def _work_on_a_more_urgent(job: GrantJob) -> bool:
    urgent = more_urgent_job(job=job)
    if urgent is None:
        return False
    granted = grant_next_chunk(job=urgent, at=timezone.now()) is not None
    finish_if_done(job=urgent, at=timezone.now())
    return granted


@shared_task(name="users.sweep_grant_jobs")
def sweep_grant_jobs() -> None:
    """Sends again what got lost with a broker or a worker."""
    sweep(at=timezone.now())


@shared_task(name="users.write_handover")
def write_handover(delivery_id: int) -> None:
    """Writes file after file until none is left or the slice is over, then asks for another slice."""
    delivery = HandoverDelivery.objects.select_related("job__package").get(pk=delivery_id)
    if work_off(lambda: writing.write_next_file(delivery=delivery, at=timezone.now())):
        writing.finish_if_written(delivery=delivery, at=timezone.now())
    else:
        send_after_commit("users.write_handover", delivery_id=delivery_id)


@shared_task(name="users.hand_over")
def hand_over() -> None:
    """Hands over what was done since, to everybody who receives it."""
    plan_owed(at=timezone.now())


@shared_task(name="users.sweep_handover")
def sweep_handover() -> None:
    """Sends again what got lost with a broker or a worker."""
    writing.sweep(at=timezone.now())


@shared_task(name="users.tell_served")
def tell_served(change_id: int) -> None:
    """Tells those whom a raised quota serves, until all are told or the slice is over; the sweeper goes on then."""
    change = PassQuotaChange.objects.get(pk=change_id)
    work_off(lambda: pass_notices.tell_served(change=change, at=timezone.now()))


@shared_task(name="users.sweep_passes")
def sweep_passes() -> None:
    """Goes on telling where it stopped, and reminds of passes that end."""
    pass_notices.sweep(at=timezone.now())


@shared_task(name="users.remind_of_items")
def remind_of_items() -> None:
    """Reminds of what ends soon until nothing is left to do or the slice is over; beat asks again."""
    work_off(lambda: reminders.remind_next_chunk(at=timezone.now()))
    work_off(lambda: reminders.write_next_notices(at=timezone.now()))
