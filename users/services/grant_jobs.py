"""What people decide about a grant job: plan, rehearse, approve by a second person, cancel. A few rows each.

What failed or came too late is granted by the next job of the same package: it grants to whoever has no grant yet.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.audit.services import because
from compensation.policy.audiences import Audience
from compensation.policy.transitions import GrantJobRunState, GrantJobState
from compensation.programmes.models import BenefitPackage, Programme
from compensation.programmes.services.policy_versions import freeze_package
from users.models import GrantJob, GrantJobKind, Member, User
from users.selectors.grants import unfinished_job
from users.selectors.rehearsals import contents_of, count_grantable, count_recallable
from users.services.grant_cutting import cut_into_chunks
from users.services.grant_refusals import GrantJobMovedOn, GrantJobRefused, move
from users.services.grant_running import GrantsNotOpenYet, checked_speed, start

__all__ = ["GrantJobMovedOn", "GrantJobRefused", "approve", "begin", "cancel", "plan", "rehearse"]

CHUNK_SIZE = 250_000  # members: a quarter of a second, of which the fixed cost of a chunk is a fiftieth
CHUNK_SIZE_MAX = 1_000_000  # members: about two seconds of work, which is what a killed worker loses
_UNDECIDED = [GrantJobState.DRAFT, GrantJobState.REHEARSED]


class PackageOfAnotherProgramme(GrantJobRefused):
    sentence = _("이 지원 묶음은 다른 지원 프로그램의 것입니다.")


class PackageWithoutItems(GrantJobRefused):
    sentence = _("이 지원 묶음에는 지급할 항목이 없습니다. 항목을 넣은 뒤 다시 시도해 주세요.")


class ChunkSizeOutOfBounds(GrantJobRefused):
    sentence = _("작업 구간의 크기는 1명에서 1,000,000명 사이로 정해 주세요.")


class PriorityOutOfBounds(GrantJobRefused):
    sentence = _("우선순위는 1(가장 먼저)에서 9 사이의 숫자로 정해 주세요.")


def plan(
    *,
    programme: Programme,
    package: BenefitPackage,
    maker: User,
    at: datetime,
    chunk_size: int = CHUNK_SIZE,
    note: str = "",
    audience: Audience | None = None,
    priority: int = 5,
    starts_at: datetime | None = None,
    members_per_second: int | None = None,
    workers: int = limits.GRANT_WORKERS_MAX,
) -> GrantJob:
    """A draft that grants `package` to `audience` (all members, if None), `chunk_size` ids at a time.

    It starts at `starts_at` by itself, or when somebody starts it. The lowest `priority` goes first; `workers` and
    `members_per_second` bound how fast (None: as fast as it goes).
    Raises PackageOfAnotherProgramme, PackageWithoutItems, ChunkSizeOutOfBounds, PriorityOutOfBounds, SpeedOutOfBounds,
    GrantsNotOpenYet (it would start before the package may be granted).
    """
    if package.programme_id != programme.pk:
        raise PackageOfAnotherProgramme
    if not package.items.exists():
        raise PackageWithoutItems
    if not 1 <= chunk_size <= CHUNK_SIZE_MAX:
        raise ChunkSizeOutOfBounds
    if not 1 <= priority <= limits.GRANT_PRIORITY_MAX:
        raise PriorityOutOfBounds
    if starts_at and starts_at < package.grants_from:
        raise GrantsNotOpenYet
    with transaction.atomic(), because(actor=maker, reason="grant_job_planned"):
        return GrantJob.objects.create(
            programme=programme,
            package=package,
            maker=maker,
            created_at=at,
            chunk_size=chunk_size,
            note=note,
            audience=(audience or Audience()).as_json(),
            priority=priority,
            starts_at=starts_at,
            **checked_speed(members_per_second=members_per_second, workers=workers),
        )


def rehearse(*, job: GrantJob, actor: User, at: datetime) -> GrantJob:
    """Fixes who is in the job (the members that exist now) and counts whom it would grant to, and for how much.

    A recall keeps the members of the job that it recalls. Can be repeated until the job is approved.
    Raises GrantJobMovedOn.
    """
    with transaction.atomic(), because(actor=actor, reason="grant_job_rehearsed"):
        GrantJob.objects.select_for_update().get(pk=job.pk)  # no list comes in between count and note
        job.refresh_from_db()
        if job.kind == GrantJobKind.RECALL:
            members_below, figures = job.members_below, count_recallable(job=job, at=at)
        else:
            members_below = (Member.objects.aggregate(highest=Max("id"))["highest"] or 0) + 1
            figures = count_grantable(job=job, members_below=members_below)
        return move(
            job,
            {"state__in": _UNDECIDED},
            state=GrantJobState.REHEARSED,
            members_below=members_below,
            rehearsal=figures | {"package": contents_of(package=job.package), "counted_at": at},
        )


class MakerMayNotApprove(GrantJobRefused):
    """Ours: two people for every bulk run. The database holds it too (grant_job_approved_by_another)."""

    sentence = _("작업을 만든 사람은 승인할 수 없습니다. 다른 담당자에게 승인을 요청해 주세요.")


class AudienceEmpty(GrantJobRefused):
    sentence = _("대상자가 한 명도 없습니다. 대상 조건이나 명단을 확인해 주세요.")


class PackageChanged(GrantJobRefused):
    """The programme's file was loaded anew in between: what it costs is not what the rehearsal says."""

    sentence = _("점검한 뒤에 지원 묶음이 바뀌었습니다. 다시 점검해 주세요.")


def approve(*, job: GrantJob, approver: User, at: datetime) -> GrantJob:
    """Approves the rehearsal that `job` carries, cuts the members into chunks and freezes package and audience.

    Raises MakerMayNotApprove; AudienceEmpty; PackageChanged; GrantsNotOpenYet (its hour is before the package's, which
    was moved); GrantJobMovedOn, also where it was rehearsed again meanwhile.
    """
    if approver.pk == job.maker_id:
        raise MakerMayNotApprove
    if job.state == GrantJobState.REHEARSED and not job.rehearsal["expected"]:
        raise AudienceEmpty
    with transaction.atomic(), because(actor=approver, reason="grant_job_approved"):
        package = BenefitPackage.objects.select_for_update().get(pk=job.package_id)  # no file is loaded meanwhile
        if job.state == GrantJobState.REHEARSED and job.rehearsal.get("package") != contents_of(package=package):
            raise PackageChanged
        if job.starts_at and job.starts_at < package.grants_from:
            raise GrantsNotOpenYet
        move(
            job,
            {"state": GrantJobState.REHEARSED, "members_below": job.members_below, "rehearsal": job.rehearsal},
            state=GrantJobState.APPROVED,
            approver=approver,
            approved_at=at,
        )
        cut_into_chunks(job=job)
        freeze_package(package=package, at=at)
    return job


def cancel(*, job: GrantJob, actor: User, at: datetime) -> GrantJob:
    """Ends the job for good. What it granted stays, and can be recalled; chunks that are at work now end their work.

    Raises GrantJobMovedOn: it has finished, or was cancelled already.
    """
    with transaction.atomic(), because(actor=actor, reason="grant_job_cancelled"):
        held = GrantJob.objects.select_for_update().get(pk=job.pk)  # nobody starts it meanwhile
        running = held.run_state in (GrantJobRunState.RUNNING, GrantJobRunState.PAUSED)
        ended = {"run_state": GrantJobRunState.FINISHED, "finished_at": at} if running else {}
        only_if: dict[str, object] = {"state__in": [*_UNDECIDED, GrantJobState.APPROVED], "finished_at": None}
        return move(job, only_if, state=GrantJobState.CANCELLED, **ended)


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
