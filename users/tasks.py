"""Celery tasks of this app: thin, harmless twice. What is left to do stands in the grant chunks, not in messages."""

import time

from celery import shared_task
from django.utils import timezone

from compensation.runtime.tasks import send_after_commit
from users.models import GrantJob
from users.services.grant_chunks import grant_next_chunk
from users.services.grant_jobs import finish_if_done, sweep

SLICE_SECONDS = 10  # then the worker takes the next message, so that one long job does not keep it from the others


@shared_task(name="users.work_on_grant_job")
def work_on_grant_job(job_id: int) -> None:
    """Grants chunk after chunk until none is left or the slice is over, then asks for another slice."""
    job = GrantJob.objects.select_related("package").get(pk=job_id)
    slice_ends = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < slice_ends:
        if grant_next_chunk(job=job, at=timezone.now()) is None:
            finish_if_done(job=job, at=timezone.now())
            return
    send_after_commit("users.work_on_grant_job", job_id=job_id)


@shared_task(name="users.sweep_grant_jobs")
def sweep_grant_jobs() -> None:
    """Sends again what got lost with a broker or a worker."""
    sweep(at=timezone.now())
