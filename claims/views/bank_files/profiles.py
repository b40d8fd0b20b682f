"""Bank profiles: the list, one with its versions, and changing it: tried on a sample before it is kept."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.models import BankProfile
from claims.selectors.bank_files import current_profiles, layout_of, versions_of
from claims.services.bank_files.profiles import ProfileRefused, ensure_profiles, mark_checked, read_typed, save_profile
from claims.services.bank_files.samples import sample_file, sample_table
from claims.views.bank_files.access import HANDLE, VIEW
from compensation import limits
from compensation.policy.bank_profile_text import as_toml
from compensation.policy.bank_profiles import BankLayout, ProfileFaults
from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.downloads import attachment
from compensation.runtime.forms import REFUSED, Problem, told


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def bank_profiles(request: HttpRequest, code: str) -> HttpResponse:
    """The newest version of each; sent, it puts in the shipped ones that are missing."""
    programme = open_programme(request, code, permission=HANDLE if request.method == "POST" else VIEW)
    if request.method == "POST":
        ensure_profiles(programme, timezone.now())
        return redirect("bank-profiles", programme.code)
    rows = [(row, layout_of(row)) for row in current_profiles(programme)]
    content = {"programme": programme, "rows": rows, "may_handle": may(request, HANDLE, programme)}
    return render(request, "ops/bank_files/profiles.html", content)


@require_safe
@staff_page
def bank_profile(request: HttpRequest, code: str, profile: str) -> HttpResponse:
    """What a profile says, its sample, and who checked which version."""
    programme = open_programme(request, code, permission=VIEW)
    versions = _versions(programme, profile)
    return _profile_page(request, programme, versions)


@require_POST
@staff_page
def bank_profile_check(request: HttpRequest, code: str, profile: str) -> HttpResponse:
    """Notes that somebody held the newest version against the bank's own sample."""
    programme = open_programme(request, code, permission=HANDLE)
    versions = _versions(programme, profile)
    newest = versions[0]
    if request.POST.get("version") != str(newest.version):
        messages.error(request, gettext("그사이 새 판이 저장되었습니다. 다시 확인해 주세요."))
        return redirect("bank-profile", programme.code, profile)
    try:
        mark_checked(profile=newest, actor=request.user, at=timezone.now())
    except ProfileRefused as refused:
        return _profile_page(request, programme, versions, [Problem("check", told(refused))])
    messages.success(request, gettext("은행 견본과 대조한 것으로 적었습니다."))
    return redirect("bank-profile", programme.code, profile)


@require_safe
@staff_page
def bank_profile_sample(request: HttpRequest, code: str, profile: str) -> HttpResponse:
    """The sample of the newest version as the file that the bank would get: made-up people and accounts."""
    programme = open_programme(request, code, permission=VIEW)
    return _sample_download(layout_of(_versions(programme, profile)[0]))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def bank_profile_edit(request: HttpRequest, code: str, profile: str = "") -> HttpResponse:
    """A profile as text: tried on a sample (`try`), the sample to keep (`download`), or kept as the next version."""
    programme = open_programme(request, code, permission=HANDLE)
    newest = _versions(programme, profile)[0] if profile else None
    if request.method != "POST":
        text = as_toml(newest.layout) if newest else ""
        return _edit_page(request, programme, newest, text)
    text, does = request.POST.get("text", ""), request.POST.get("does", "try")
    try:
        _, layout = read_typed(text=text)
        if does == "download":
            return _sample_download(layout)
        if does == "save":
            saved = save_profile(programme=programme, text=text, actor=request.user, at=timezone.now())
            messages.success(request, gettext("저장했습니다. 다른 담당자가 은행 견본과 대조해야 합니다."))
            return redirect("bank-profile", programme.code, saved.code)
    except ProfileFaults as error:
        return _edit_page(request, programme, newest, text, faults=error)
    return _edit_page(request, programme, newest, text, layout=layout)


def _versions(programme: Programme, code: str) -> list[BankProfile]:
    versions = list(versions_of(programme=programme, code=code))
    if not versions:
        raise Http404
    return versions


def _profile_page(
    request: HttpRequest, programme: Programme, versions: list[BankProfile], problems: list[Problem] | None = None
) -> HttpResponse:
    layout = layout_of(versions[0])
    content = {
        "programme": programme,
        "profile": versions[0],
        "versions": versions,
        "layout": layout,
        "sample": sample_table(layout),
        "text": as_toml(versions[0].layout),
        "may_handle": may(request, HANDLE, programme),
        "is_own": versions[0].made_by_id == request.user.pk,
        "problems": problems or [],
    }
    return render(request, "ops/bank_files/profile.html", content, status=REFUSED if problems else 200)


def _edit_page(
    request: HttpRequest,
    programme: Programme,
    newest: BankProfile | None,
    text: str,
    *,
    layout: BankLayout | None = None,
    faults: ProfileFaults | None = None,
) -> HttpResponse:
    said: list[dict[str, Any]] = [
        {"path": fault.path, "text": told(fault)} for fault in (faults.faults if faults else ())
    ]
    content = {
        "programme": programme,
        "profile": newest,
        "text": text[: limits.PROFILE_TEXT_LENGTH_MAX],
        "length_max": limits.PROFILE_TEXT_LENGTH_MAX,
        "layout": layout,
        "sample": sample_table(layout) if layout else None,
        "faults": said,
    }
    return render(request, "ops/bank_files/profile_edit.html", content, status=REFUSED if said else 200)


def _sample_download(layout: BankLayout) -> HttpResponse:
    name = f"sample-{layout.code}.{layout.file.kind}"
    return HttpResponse(sample_file(layout), content_type="application/octet-stream", headers=attachment(name))
