"""Who and what the grant tests are about: a package, Mina who makes jobs, Aram who approves them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from compensation.programmes.models import BenefitItem, BenefitPackage, Incident, Programme
from users.models import GrantChunk, GrantJob, User
from users.selectors.grants import job_progress
from users.services import grant_jobs, grant_running
from users.services.grant_chunks import grant_next_chunk
from users.services.members import make_members

SEOUL = ZoneInfo("Asia/Seoul")
GRANTS_FROM = datetime(2023, 1, 5, tzinfo=SEOUL)
NOON = datetime(2023, 1, 5, 12, tzinfo=SEOUL)
VALUE_WON = 11_000


def mina() -> User:
    return User.objects.get_or_create(username="mina")[0]


def aram() -> User:
    return User.objects.get_or_create(username="aram")[0]


def package(code: str = "members-all") -> BenefitPackage:
    incident, _ = Incident.objects.get_or_create(
        code="outage", defaults={"began_at": datetime(2022, 10, 15, tzinfo=SEOUL), "ended_at": GRANTS_FROM}
    )
    programme, _ = Programme.objects.get_or_create(code="1015", defaults={"incident": incident})
    gift, is_new = BenefitPackage.objects.get_or_create(
        programme=programme, code=code, defaults={"value_won": VALUE_WON, "grants_from": GRANTS_FROM}
    )
    if is_new:
        gift.items.add(emoticon(programme))
    return gift


def emoticon(programme: Programme, *, days: int | None = 90) -> BenefitItem:
    validity = {"kind": "permanent"} if days is None else {"kind": "days", "days": days}
    return BenefitItem.objects.get_or_create(
        programme=programme,
        code=f"emoticon-{days}",
        defaults={"name_ko": "이모티콘", "kind": "emoticon", "value_won": VALUE_WON, "validity": validity},
    )[0]


def planned_job(*, chunk_size: int = 100, **wishes: Any) -> GrantJob:
    gift = package()
    return grant_jobs.plan(
        programme=gift.programme, package=gift, maker=mina(), at=NOON, chunk_size=chunk_size, **wishes
    )


def approved(job: GrantJob) -> GrantJob:
    return grant_jobs.approve(job=grant_jobs.rehearse(job=job, actor=mina(), at=NOON), approver=aram(), at=NOON)


def started(job: GrantJob) -> GrantJob:
    return grant_running.start(job=approved(job), at=NOON)


def running_job(*, members: int = 1_000, chunk_size: int = 100, at: datetime = NOON) -> GrantJob:
    make_members(count=members)
    return grant_jobs.begin(package=package(), maker=mina(), approver=aram(), at=at, chunk_size=chunk_size)


def work_off(job: GrantJob) -> GrantJob:
    """What the workers do, in this process."""
    while grant_next_chunk(job=job, at=timezone.now()):
        pass
    grant_running.finish_if_done(job=job, at=timezone.now())
    job.refresh_from_db()
    return job


def first_chunk(job: GrantJob) -> GrantChunk:
    return job.chunks.get(number=1)


def chunks_done(job: GrantJob) -> int:
    return job_progress(job=job).chunks_done
