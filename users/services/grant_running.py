"""What a job's workers are told: start, pause, go on, faster or slower. What is left to do stands in the chunks."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import GrantChunkState, GrantJobRunState, GrantJobState
from compensation.runtime.tasks import send_after_commit
from users.models import GrantChunk, GrantJob, User
from users.services.grant_cutting import cut_finer
from users.services.grant_refusals import GrantJobMovedOn, GrantJobRefused, move
from users.services.people import system_user

QUIET_SECONDS = 10  # without a finished chunk for so long, the job's messages are taken for lost

_PENDING = GrantChunk.objects.filter(job=OuterRef("pk"), state=GrantChunkState.PENDING)


class GrantsNotOpenYet(GrantJobRefused):
    """Announced: what is granted is granted from a day on (emoticons from 5 January 2023)."""

    sentence = _("아직 지급을 시작하는 날이 아닙니다. 지원 묶음의 지급 시작일을 확인해 주세요.")


class SpeedOutOfBounds(GrantJobRefused):
    sentence = _("속도는 1초에 1명에서 10,000,000명, 작업 프로세스는 1개에서 8개 사이로 정해 주세요.")


def start(*, job: GrantJob, at: datetime, actor: User | None = None) -> GrantJob:
    """Sets the workers to work, on the approver's word if nobody else is named.

    Raises GrantsNotOpenYet, GrantJobMovedOn (also for the slower of two people).
    """
    if at < job.package.grants_from:
        raise GrantsNotOpenYet
    with transaction.atomic(), because(actor=actor or job.approver or job.maker, reason="grant_job_started"):
        move(
            job,
            {"state": GrantJobState.APPROVED, "run_state": GrantJobRunState.IDLE},
            run_state=GrantJobRunState.RUNNING,
            started_at=at,
        )
        send_work(job=job)
    return job


def schedule(*, job: GrantJob, actor: User, starts_at: datetime | None) -> GrantJob:
    """The hour at which it starts by itself; None: when somebody starts it.

    Raises GrantsNotOpenYet, GrantJobMovedOn (it was started, or has ended).
    """
    if starts_at and starts_at < job.package.grants_from:
        raise GrantsNotOpenYet
    with transaction.atomic(), because(actor=actor, reason="grant_job_scheduled"):
        undecided = [GrantJobState.DRAFT, GrantJobState.REHEARSED, GrantJobState.APPROVED]
        return move(job, {"state__in": undecided, "run_state": GrantJobRunState.IDLE}, starts_at=starts_at)


def pause(*, job: GrantJob, actor: User) -> GrantJob:
    """No further chunk is begun; those at work (under a second) are finished. Raises GrantJobMovedOn."""
    with transaction.atomic(), because(actor=actor, reason="grant_job_paused"):
        return move(job, {"run_state": GrantJobRunState.RUNNING}, run_state=GrantJobRunState.PAUSED)


def resume(*, job: GrantJob, actor: User) -> GrantJob:
    """Raises GrantJobMovedOn."""
    with transaction.atomic(), because(actor=actor, reason="grant_job_resumed"):
        move(job, {"run_state": GrantJobRunState.PAUSED}, run_state=GrantJobRunState.RUNNING)
        send_work(job=job)
    return job


def change_speed(*, job: GrantJob, actor: User, members_per_second: int | None, workers: int) -> GrantJob:
    """From the next chunk on; None is as fast as it goes. Raises SpeedOutOfBounds, GrantJobMovedOn (it has ended)."""
    speed = checked_speed(members_per_second=members_per_second, workers=workers)
    with transaction.atomic(), because(actor=actor, reason="grant_job_speed_changed"):
        move(job, {"finished_at": None}, **speed)
        cut_finer(job=job)
        if job.run_state == GrantJobRunState.RUNNING:
            send_work(job=job)
    return job


def checked_speed(*, members_per_second: int | None, workers: int) -> dict[str, Any]:
    """Both as fields of a job. Raises SpeedOutOfBounds."""
    if members_per_second is not None and not 1 <= members_per_second <= limits.GRANT_SPEED_MAX:
        raise SpeedOutOfBounds
    if not 1 <= workers <= limits.GRANT_WORKERS_MAX:
        raise SpeedOutOfBounds
    return {"members_per_second": members_per_second, "workers": workers}


def finish_if_done(*, job: GrantJob, at: datetime) -> bool:
    """Finishes a running job that has no pending chunk left; answers whether this call did it."""
    with transaction.atomic(), because(actor=system_user(), reason="grant_job_finished"):
        # Whether chunks are pending is seen as of the statement's beginning. If it waited for somebody who put failed
        # ones back, the job's own row says so: that is looked at again after the wait.
        done = GrantJob.objects.filter(
            ~Exists(_PENDING), pk=job.pk, run_state=GrantJobRunState.RUNNING, retried_at=job.retried_at
        )
        return done.update(run_state=GrantJobRunState.FINISHED, finished_at=at) == 1


def seconds_to_wait(*, job: GrantJob, at: datetime) -> float:
    """Seconds until the next chunk may begin, for a running job with a speed: each begins as long after the one before
    as that one's members take at this speed. 0 where there is nothing to wait for."""
    last = (
        GrantChunk.objects.filter(
            job=job, job__run_state=GrantJobRunState.RUNNING, job__members_per_second__gt=0, finished_at__isnull=False
        )
        .annotate(speed=F("job__members_per_second"))
        .order_by("-finished_at")
        .first()
    )
    if last is None or last.finished_at is None or not job.chunks.filter(state=GrantChunkState.PENDING).exists():
        return 0.0
    due = last.finished_at + timedelta(seconds=last.expected / last.speed)
    return max((due - at).total_seconds(), 0.0)


def send_work(*, job: GrantJob) -> None:
    """Asks workers to grant this job's chunks: a message each for as many as can be busy at once."""
    most = job.workers if job.members_per_second is None else 1
    pending = job.chunks.filter(state=GrantChunkState.PENDING)[:most].count()
    for _number in range(max(pending, 1)):  # the one that finds nothing to do finishes the job
        send_after_commit("users.work_on_grant_job", job_id=job.pk)


def sweep(*, at: datetime) -> None:
    """Starts jobs whose hour has come, finishes running ones that are done, and sends work again for those that
    finished no chunk for QUIET_SECONDS: their messages or their workers are lost.

    Too many messages do no harm: a chunk that somebody holds is skipped, one that is done is not pending.
    """
    _start_due(at)
    quiet_since = at - timedelta(seconds=QUIET_SECONDS)
    for job in GrantJob.objects.filter(run_state=GrantJobRunState.RUNNING):
        if finish_if_done(job=job, at=at):
            continue
        last_sign = job.chunks.aggregate(last=Max("finished_at"))["last"] or job.started_at
        if (last_sign is None or last_sign < quiet_since) and not seconds_to_wait(job=job, at=at):
            send_work(job=job)


def _start_due(at: datetime) -> None:
    due = GrantJob.objects.filter(state=GrantJobState.APPROVED, run_state=GrantJobRunState.IDLE, starts_at__lte=at)
    for job in due.select_related("package", "approver", "maker").order_by("priority", "pk"):
        try:
            start(job=job, at=at)
        except GrantJobMovedOn:
            continue  # somebody started or cancelled it at this moment
