"""What people do with a grant job, one POST each. A step that is refused says why, and the job stays as it was."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from compensation.programmes.access import staff_page
from compensation.runtime.forms import REFUSED
from users.models import GrantJob
from users.services import grant_jobs, grant_running
from users.services.grant_again import plan_again, retry_failed
from users.services.grant_refusals import GrantJobMovedOn, GrantJobRefused
from users.services.recalls import plan_recall
from users.views.grants.access import RUN, open_job
from users.views.grants.forms import LIST, HourForm, RecallForm, SpeedForm
from users.views.grants.job import job_page


def _rehearse(request: HttpRequest, job: GrantJob) -> None:
    grant_jobs.rehearse(job=job, actor=request.user, at=request.received_at)


def _approve(request: HttpRequest, job: GrantJob) -> None:
    """Approves the rehearsal that the person saw, and no other."""
    if request.POST.get("rehearsed") != job.rehearsal.get("counted_at"):
        raise GrantJobMovedOn
    grant_jobs.approve(job=job, approver=request.user, at=request.received_at)


def _start(request: HttpRequest, job: GrantJob) -> None:
    grant_running.start(job=job, at=request.received_at, actor=request.user)


def _pause(request: HttpRequest, job: GrantJob) -> None:
    grant_running.pause(job=job, actor=request.user)


def _resume(request: HttpRequest, job: GrantJob) -> None:
    grant_running.resume(job=job, actor=request.user)


def _cancel(request: HttpRequest, job: GrantJob) -> None:
    grant_jobs.cancel(job=job, actor=request.user, at=request.received_at)


def _retry(request: HttpRequest, job: GrantJob) -> None:
    retry_failed(job=job, actor=request.user, at=request.received_at)


STEPS: dict[str, tuple[Callable[[HttpRequest, GrantJob], None], Any]] = {
    "rehearse": (_rehearse, _("미리 점검했습니다. 결과를 확인해 주세요.")),
    "approve": (_approve, _("승인했습니다.")),
    "start": (_start, _("시작했습니다.")),
    "pause": (_pause, _("일시 정지했습니다. 진행 중이던 작업 구간까지만 마칩니다.")),
    "resume": (_resume, _("이어서 진행합니다.")),
    "cancel": (_cancel, _("취소했습니다. 이미 지급한 것은 그대로 남습니다.")),
    "retry": (_retry, _("실패한 작업 구간을 다시 진행합니다.")),
}


@require_POST
@staff_page
def grant_step(request: HttpRequest, code: str, reference: str, step: str) -> HttpResponse:
    """One of STEPS."""
    job = open_job(request, code, reference, permission=RUN)
    if step not in STEPS:
        raise Http404
    do, said = STEPS[step]
    try:
        do(request, job)
        messages.success(request, str(said))
    except GrantJobRefused as refused:
        messages.error(request, str(refused))
    return redirect("grant", code, reference)


@require_POST
@staff_page
def grant_speed(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Faster or slower, from the next chunk on."""
    job, form = open_job(request, code, reference, permission=RUN), SpeedForm(request.POST)
    if form.is_valid():
        try:
            grant_running.change_speed(job=job, actor=request.user, **form.cleaned_data)
        except grant_running.SpeedOutOfBounds as refused:
            form.add_error("members_per_second", str(refused))
        except GrantJobRefused as refused:
            return _refused(request, job, refused)
    if form.errors:
        return job_page(request, job, status=REFUSED, speed_form=form)
    messages.success(request, gettext("속도를 바꾸었습니다. 다음 작업 구간부터 적용됩니다."))
    return redirect("grant", code, reference)


@require_POST
@staff_page
def grant_hour(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """Another hour, or none."""
    job, form = open_job(request, code, reference, permission=RUN), HourForm(request.POST)
    if form.is_valid():
        try:
            grant_running.schedule(job=job, actor=request.user, starts_at=form.cleaned_data["starts_at"])
        except grant_running.GrantsNotOpenYet as refused:
            form.add_error("starts_at", str(refused))
        except GrantJobRefused as refused:
            return _refused(request, job, refused)
    if form.errors:
        return job_page(request, job, status=REFUSED, hour_form=form)
    messages.success(request, gettext("시작 시각을 바꾸었습니다."))
    return redirect("grant", code, reference)


@require_POST
@staff_page
def grant_recall(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """A recall of what the job granted, as a draft: it is rehearsed and approved like any job."""
    job, form = open_job(request, code, reference, permission=RUN), RecallForm(request.POST, prefix="recall")
    if not form.is_valid():
        return job_page(request, job, status=REFUSED, recall_form=form)
    typed = form.cleaned_data
    try:
        recall = plan_recall(
            of=job,
            maker=request.user,
            at=request.received_at,
            note=typed["note"],
            by_list=typed["scope"] == LIST,
        )
    except GrantJobRefused as refused:
        return _refused(request, job, refused)
    messages.success(request, gettext("회수 작업을 만들었습니다. 미리 점검하면 무엇을 회수하는지 볼 수 있습니다."))
    return redirect("grant", code, recall.reference)


@require_POST
@staff_page
def grant_again(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """A new draft for everybody whom this job left without a grant."""
    job = open_job(request, code, reference, permission=RUN)
    note = gettext("이어서 지급: 실패했거나 그 뒤에 가입한 이용자")
    try:
        again = plan_again(of=job, maker=request.user, at=request.received_at, note=note)
    except GrantJobRefused as refused:
        return _refused(request, job, refused)
    messages.success(request, gettext("같은 대상의 새 작업을 만들었습니다. 아직 받지 못한 이용자에게만 지급합니다."))
    return redirect("grant", code, again.reference)


def _refused(request: HttpRequest, job: GrantJob, refused: GrantJobRefused) -> HttpResponse:
    messages.error(request, str(refused))
    return redirect("grant", job.programme.code, job.reference)
