"""Uploading a job's lists: who is in it, and who is left out and why."""

from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from compensation.programmes.access import staff_page
from compensation.runtime.forms import REFUSED, told
from compensation.runtime.templatetags.wording import count
from compensation.values.refused import ValueRefused
from users.models import GrantJob
from users.services.audience_files import read_rows
from users.services.audiences import ListHasFaults, LoadedList, load_list
from users.services.grant_refusals import GrantJobRefused
from users.views.grants.access import RUN, open_job
from users.views.grants.forms import ListForm
from users.views.grants.job import job_page

IN, OUT = "in", "out"


@require_POST
@staff_page
def grant_upload(request: HttpRequest, code: str, reference: str, kind: str) -> HttpResponse:
    """Takes a list, or says row by row what is wrong with it and takes nothing."""
    job, form = open_job(request, code, reference, permission=RUN), ListForm(request.POST, request.FILES, prefix=kind)
    loaded: LoadedList | None = None
    if form.is_valid():
        try:
            loaded = _load(request, job, form, kind)
        except ListHasFaults as refused:
            loaded = refused.loaded
            form.add_error("file", _faults_told(loaded))
        except ValueRefused as refused:
            form.add_error("file", told(refused))
        except GrantJobRefused as refused:
            messages.error(request, str(refused))
            return redirect("grant", code, reference)
    if form.errors:
        return job_page(request, job, status=REFUSED, loaded=loaded, **{f"{kind}_form": form})
    if loaded and loaded.faulty:
        messages.warning(
            request, gettext("%(taken)s명을 올렸고, 잘못된 행은 뺐습니다.") % {"taken": count(loaded.taken)}
        )
        return job_page(request, job, loaded=loaded)
    messages.success(request, gettext("%(taken)s명을 올렸습니다.") % {"taken": count(loaded.taken if loaded else 0)})
    return redirect("grant", code, reference)


def _load(request: HttpRequest, job: GrantJob, form: ListForm, kind: str) -> LoadedList:
    path = Path(form.cleaned_data["file"].temporary_file_path())
    return load_list(
        job=job,
        rows=read_rows(path),
        out=kind == OUT,
        actor=request.user,
        at=request.received_at,
        skip_faulty=form.cleaned_data["skip_faulty"],
    )


def _faults_told(loaded: LoadedList) -> str:
    return gettext(
        "%(rows)s행 가운데 %(faulty)s행에 고칠 곳이 있어 올리지 않았습니다. "
        "고쳐서 다시 올리거나, 잘못된 행을 빼고 올려 주세요."
    ) % {"rows": count(loaded.rows), "faulty": count(loaded.faulty)}
