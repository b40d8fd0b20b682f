"""The words of the grant console: states, reasons, audiences, and what was done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation.policy.audiences import Audience
from compensation.policy.transitions import GRANT_CHUNK, GRANT_JOB, GRANT_JOB_RUN
from compensation.runtime.forms import told
from compensation.runtime.masking import STAR
from compensation.runtime.templatetags.wording import count, page_language
from users.models import GrantChunk, GrantJob, MemberStatus, Region
from users.selectors.grant_console import JobEvent
from users.services.audiences import RowFault

register = template.Library()

TONES = {"draft": "plain", "rehearsed": "waiting", "approved": "good", "cancelled": "plain"}
RUN_TONES = {"idle": "plain", "running": "waiting", "paused": "attention", "finished": "good"}
STATUSES = {
    MemberStatus.ACTIVE: _("이용 중"),
    MemberStatus.SUSPENDED: _("이용 정지"),
    MemberStatus.WITHDRAWN: _("탈퇴"),
}
REASONS = {
    "withdrawn": _("탈퇴한 이용자"),
    "suspended": _("이용이 정지된 이용자"),
    "listed": _("제외 명단에 있는 이용자"),
    "recalled": _("전에 회수한 이용자"),
    "already_granted": _("이미 받은 이용자"),
    "used": _("이미 사용함"),
    "expired": _("유효 기간이 지남"),
}
STEPS = {
    "grant_job_planned": _("작업을 만들었습니다."),
    "grant_recall_planned": _("회수 작업을 만들었습니다."),
    "grant_audience_loaded": _("대상 명단을 올렸습니다."),
    "grant_job_rehearsed": _("미리 점검했습니다."),
    "grant_job_approved": _("승인했습니다."),
    "grant_job_scheduled": _("시작 시각을 바꾸었습니다."),
    "grant_job_started": _("시작했습니다."),
    "grant_job_paused": _("일시 정지했습니다."),
    "grant_job_resumed": _("이어서 진행했습니다."),
    "grant_job_speed_changed": _("속도를 바꾸었습니다."),
    "grant_job_retried": _("실패한 작업 구간을 다시 넣었습니다."),
    "grant_job_cancelled": _("취소했습니다."),
    "grant_job_finished": _("모든 작업 구간이 끝났습니다."),
}
CELLS = {"part": _("일부 완료")}
NO_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")  # the system's words, by PostgreSQL


@register.filter
def job_state(job: GrantJob) -> str:
    return GRANT_JOB.name(job.state, page_language())


@register.filter
def job_tone(job: GrantJob) -> str:
    return TONES[job.state]


@register.filter
def job_run_state(job: GrantJob) -> str:
    return GRANT_JOB_RUN.name(job.run_state, page_language())


@register.filter
def job_run_tone(job: GrantJob) -> str:
    return RUN_TONES[job.run_state]


@register.filter
def cell_state(state: str) -> str:
    """What a square of the chunk map stands for."""
    return str(CELLS[state]) if state in CELLS else GRANT_CHUNK.name(state, page_language())


@register.filter
def reason_name(code: str) -> str:
    """Why a member was left out, or why a recall left a grant as it is."""
    return str(REASONS.get(code, code))


@register.filter
def event_step(event: JobEvent) -> str:
    """What was done, in a sentence; with what came out of it where that is not seen elsewhere."""
    step = str(STEPS.get(event.reason, event.reason))
    if event.out:
        return gettext("제외 명단을 올렸습니다.")
    if event.reason == "grant_job_speed_changed":
        return f"{step} {speed_text(event.members_per_second, event.workers)}"
    return step


def speed_text(members_per_second: int | None, workers: int) -> str:
    if members_per_second is None:
        return gettext("가능한 한 빠르게, 작업 프로세스 %(workers)d개까지") % {"workers": workers}
    return gettext("1초에 %(members)s명까지") % {"members": count(members_per_second)}


@register.filter
def job_speed(job: GrantJob) -> str:
    return speed_text(job.members_per_second, job.workers)


@register.filter
def audience_text(job: GrantJob) -> str:
    """Whom the job is for, in one line."""
    if job.recalls_id:
        return (
            gettext("지급 작업에서 받은 이용자 가운데 명단에 있는 이용자")
            if job.who.by_list
            else gettext("지급 작업에서 받은 이용자 전체")
        )
    parts = list(_conditions(job.who))
    return " · ".join(parts) if parts else gettext("전체 이용자")


def _conditions(who: Audience) -> Any:
    if who.by_list:
        yield gettext("명단에 있는 이용자")
    if who.joined_from:
        yield gettext("%(day)s부터 가입") % {"day": who.joined_from.isoformat()}
    if who.joined_until:
        yield gettext("%(day)s까지 가입") % {"day": who.joined_until.isoformat()}
    if who.statuses:
        yield ", ".join(str(STATUSES[MemberStatus(status)]) for status in who.statuses)
    if who.regions:
        yield ", ".join(str(Region(region).label) for region in who.regions)


@register.filter
def chunk_fault(chunk: GrantChunk) -> str:
    """Why a chunk failed, in plain words where we have some: what the database said stands beside it."""
    if any(said in chunk.fault for said in NO_ROOM):
        return gettext("데이터베이스 서버의 디스크가 가득 찼습니다.")
    return ""


@register.filter
def fault_text(fault: RowFault) -> str:
    """What is wrong with a row of a list."""
    return told(fault)


@register.filter
def masked_member(number: int) -> str:
    """4800123 as 48***23: enough to find somebody again in a list that one has; of short numbers only the end."""
    text = str(number)
    start, end = 2 if len(text) > 5 else 0, min(2, len(text) - 1)
    return text[:start] + STAR * (len(text) - start - end) + text[len(text) - end :]


@register.filter
def counted_at(rehearsal: Mapping[str, Any]) -> datetime | None:
    """When the rehearsal was made."""
    moment = rehearsal.get("counted_at")
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment
