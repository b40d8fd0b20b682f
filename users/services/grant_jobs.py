"""The control plane of a grant job: plan, rehearse, approve by a second person, start, finish. A few rows each.

What failed or came too late is granted by the next job of the same package: it grants to whoever has no grant yet.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef
from django.utils.translation import gettext_lazy as _

from compensation.audit.services import because
from compensation.policy.transitions import GrantChunkState, GrantJobRunState, GrantJobState
from compensation.programmes.models import BenefitPackage, Programme
from compensation.programmes.services.policy_versions import freeze_package
from compensation.runtime.tasks import send_after_commit
from users.models import GrantChunk, GrantJob, Member, User
from users.selectors.grants import count_grantable, unfinished_job
from users.services.people import system_user

CHUNK_SIZE = 50_000  # members: the fastest measured; smaller pay the fixed cost of a chunk, larger gain nothing
CHUNK_SIZE_MAX = 1_000_000  # members: about two seconds of work, which is what a killed worker loses
TASKS_PER_JOB = 8  # workers that one job keeps busy: beyond that they wait for the same disk
QUIET_SECONDS = 10  # without a finished chunk for so long, the job's messages are taken for lost

_PENDING = GrantChunk.objects.filter(job=OuterRef("pk"), state=GrantChunkState.PENDING)


class GrantJobRefused(Exception):
    """A step that the job does not take now. `str(error)` is the sentence for the person who asked."""

    sentence = _("이 작업은 지금 진행할 수 없습니다.")

    def __str__(self) -> str:
        return str(self.sentence)


class PackageOfAnotherProgramme(GrantJobRefused):
    sentence = _("이 지원 묶음은 다른 지원 프로그램의 것입니다.")


class ChunkSizeOutOfBounds(GrantJobRefused):
    sentence = _("작업 구간의 크기는 1명에서 1,000,000명 사이로 정해 주세요.")


def plan(
    *,
    programme: Programme,
    package: BenefitPackage,
    maker: User,
    at: datetime,
    chunk_size: int = CHUNK_SIZE,
    note: str = "",
) -> GrantJob:
    """A draft that grants `package` to all members, `chunk_size` ids at a time.

    Raises PackageOfAnotherProgramme, ChunkSizeOutOfBounds.
    """
    if package.programme_id != programme.pk:
        raise PackageOfAnotherProgramme
    if not 1 <= chunk_size <= CHUNK_SIZE_MAX:
        raise ChunkSizeOutOfBounds
    with transaction.atomic(), because(actor=maker, reason="grant_job_planned"):
        return GrantJob.objects.create(
            programme=programme, package=package, maker=maker, created_at=at, chunk_size=chunk_size, note=note
        )


class GrantJobMovedOn(GrantJobRefused):
    """Another person or process was faster, or a step was left out."""

    sentence = _("작업의 상태가 바뀌어 처리하지 못했습니다. 새로 고친 뒤 다시 확인해 주세요.")


def rehearse(*, job: GrantJob, actor: User, at: datetime) -> GrantJob:
    """Fixes who is in the job (the members that exist now) and counts whom it would grant to, and for how much.

    Can be repeated until the job is approved. Raises GrantJobMovedOn.
    """
    with transaction.atomic(), because(actor=actor, reason="grant_job_rehearsed"):
        members_below = (Member.objects.aggregate(highest=Max("id"))["highest"] or 0) + 1
        figures = count_grantable(package=job.package, members_below=members_below)
        return _move(
            job,
            {"state__in": [GrantJobState.DRAFT, GrantJobState.REHEARSED]},
            state=GrantJobState.REHEARSED,
            members_below=members_below,
            rehearsal=figures | {"value_won": figures["to_grant"] * job.package.value_won, "counted_at": at},
        )


class MakerMayNotApprove(GrantJobRefused):
    """Ours: two people for every bulk run. The database holds it too (grant_job_approved_by_another)."""

    sentence = _("작업을 만든 사람은 승인할 수 없습니다. 다른 담당자에게 승인을 요청해 주세요.")


def approve(*, job: GrantJob, approver: User, at: datetime) -> GrantJob:
    """Approves the rehearsal that `job` carries, cuts the members into chunks and freezes the package.

    Raises MakerMayNotApprove; GrantJobMovedOn, also where it was rehearsed again meanwhile.
    """
    if approver.pk == job.maker_id:
        raise MakerMayNotApprove
    with transaction.atomic(), because(actor=approver, reason="grant_job_approved"):
        _move(
            job,
            {"state": GrantJobState.REHEARSED, "members_below": job.members_below},
            state=GrantJobState.APPROVED,
            approver=approver,
            approved_at=at,
        )
        _cut_into_chunks(job)
        freeze_package(package=job.package, at=at)
    return job


def _cut_into_chunks(job: GrantJob) -> None:
    """Chunks are ranges of ids: no count, no sort; ids that are not in use cost nothing but a smaller chunk."""
    below = job.members_below or 0
    first = Member.objects.aggregate(lowest=Min("id"))["lowest"] or below
    GrantChunk.objects.bulk_create(
        GrantChunk(job=job, number=number, lower_id=lower, upper_id=min(lower + job.chunk_size, below))
        for number, lower in enumerate(range(first, below, job.chunk_size), start=1)
    )


class GrantsNotOpenYet(GrantJobRefused):
    """Announced: what is granted is granted from a day on (emoticons from 5 January 2023)."""

    sentence = _("아직 지급을 시작하는 날이 아닙니다. 지원 묶음의 지급 시작일을 확인해 주세요.")


def start(*, job: GrantJob, at: datetime) -> GrantJob:
    """Sets the workers to work, on the approver's word. Raises GrantsNotOpenYet, GrantJobMovedOn."""
    if at < job.package.grants_from:
        raise GrantsNotOpenYet
    with transaction.atomic(), because(actor=job.approver or job.maker, reason="grant_job_started"):
        _move(
            job,
            {"state": GrantJobState.APPROVED, "run_state": GrantJobRunState.IDLE},
            run_state=GrantJobRunState.RUNNING,
            started_at=at,
        )
        send_work(job=job)
    return job


@transaction.atomic
def begin(
    *, package: BenefitPackage, maker: User, approver: User, at: datetime, chunk_size: int = CHUNK_SIZE
) -> GrantJob:
    """All steps up to a running job, for those who run a whole programme; carries on with a job that was left half-way.

    Raises what the steps raise.
    """
    BenefitPackage.objects.select_for_update().get(pk=package.pk)  # two that begin at once begin one job
    job = unfinished_job(package=package) or plan(
        programme=package.programme, package=package, maker=maker, at=at, chunk_size=chunk_size
    )
    if job.state != GrantJobState.APPROVED:
        rehearse(job=job, actor=maker, at=at)
        approve(job=job, approver=approver, at=at)
    return job if job.run_state == GrantJobRunState.RUNNING else start(job=job, at=at)


def finish_if_done(*, job: GrantJob, at: datetime) -> bool:
    """Finishes a running job that has no pending chunk left; answers whether this call did it."""
    with transaction.atomic(), because(actor=system_user(), reason="grant_job_finished"):
        done = GrantJob.objects.filter(~Exists(_PENDING), pk=job.pk, run_state=GrantJobRunState.RUNNING)
        return done.update(run_state=GrantJobRunState.FINISHED, finished_at=at) == 1


def send_work(*, job: GrantJob) -> None:
    """Asks workers to grant this job's chunks: a message each for as many as can be busy at once."""
    pending = job.chunks.filter(state=GrantChunkState.PENDING)[:TASKS_PER_JOB].count()
    for _number in range(max(pending, 1)):  # the one that finds nothing to do finishes the job
        send_after_commit("users.work_on_grant_job", job_id=job.pk)


def sweep(*, at: datetime) -> None:
    """Finishes running jobs that are done, and sends work again for those that finished no chunk for QUIET_SECONDS:
    their messages or their workers are lost.

    Too many messages do no harm: a chunk that somebody holds is skipped, one that is done is not pending.
    """
    quiet_since = at - timedelta(seconds=QUIET_SECONDS)
    for job in GrantJob.objects.filter(run_state=GrantJobRunState.RUNNING):
        if finish_if_done(job=job, at=at):
            continue
        last_sign = job.chunks.aggregate(last=Max("finished_at"))["last"] or job.started_at
        if last_sign is None or last_sign < quiet_since:
            send_work(job=job)


def _move(job: GrantJob, only_if: dict[str, object], **values: object) -> GrantJob:
    """The one write to a job: conditional, so that what was looked at is what is changed."""
    if GrantJob.objects.filter(pk=job.pk, **only_if).update(**values) != 1:
        raise GrantJobMovedOn
    job.refresh_from_db()
    return job
