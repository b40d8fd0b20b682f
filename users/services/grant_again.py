"""Granting again what a job left behind: its failed chunks while it runs, everybody who has no grant yet after it."""

from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compensation.audit.services import because
from compensation.policy.transitions import GrantChunkState, GrantJobRunState
from users.models import GrantChunk, GrantJob, GrantJobKind, User
from users.services.grant_jobs import plan
from users.services.grant_refusals import GrantJobMovedOn, GrantJobRefused
from users.services.grant_running import send_work

_COPY_LISTS = """
    INSERT INTO users_audiencemember (job_id, out, member_id, reason)
    SELECT %s, out, member_id, reason FROM users_audiencemember WHERE job_id = %s
"""


class NothingFailed(GrantJobRefused):
    sentence = _("실패한 작업 구간이 없습니다.")


def retry_failed(*, job: GrantJob, actor: User, at: datetime) -> int:
    """Puts the failed chunks of a running or paused job back among those to be done; answers how many.

    Raises GrantJobMovedOn (it has ended: `plan_again` then), NothingFailed.
    """
    with transaction.atomic(), because(actor=actor, reason="grant_job_retried"):
        held = GrantJob.objects.select_for_update().get(pk=job.pk)  # it does not finish meanwhile
        if held.run_state not in (GrantJobRunState.RUNNING, GrantJobRunState.PAUSED):
            raise GrantJobMovedOn
        failed = GrantChunk.objects.filter(job=held, state=GrantChunkState.FAILED)
        put_back = failed.update(
            state=GrantChunkState.PENDING, attempts=0, expected=0, failed=0, fault="", finished_at=None
        )
        if not put_back:
            raise NothingFailed
        GrantJob.objects.filter(pk=held.pk).update(retried_at=at)
        if held.run_state == GrantJobRunState.RUNNING:
            send_work(job=held)
    job.refresh_from_db()
    return put_back


class NotOver(GrantJobRefused):
    sentence = _("아직 끝나지 않은 작업입니다. 끝난 뒤 다시 시도해 주세요.")


def plan_again(*, of: GrantJob, maker: User, at: datetime, note: str = "") -> GrantJob:
    """A draft with package, audience and lists of a job that is over. It grants to whoever has no grant yet: those
    whose chunks failed or were not begun, and those who joined since.

    Raises NotOver (it has not ended, or is a recall), and what `plan` raises.
    """
    if of.kind != GrantJobKind.GRANT or of.run_state != GrantJobRunState.FINISHED:
        raise NotOver
    with transaction.atomic(), because(actor=maker, reason="grant_job_planned"):
        job = plan(
            programme=of.programme,
            package=of.package,
            maker=maker,
            at=at,
            chunk_size=of.chunk_size,
            note=note,
            audience=replace(of.who),
            priority=of.priority,
            members_per_second=of.members_per_second,
            workers=of.workers,
        )
        with connection.cursor() as cursor:
            cursor.execute(_COPY_LISTS, [job.pk, of.pk])
    return job
