"""The pledge report, to read and to print. It is for everybody: nothing in it is about one person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme
from compensation.runtime.templatetags.wording import in_korean
from users.selectors.member_items import announced_programme
from users.selectors.pledge_reports import pledge_reports


@require_safe
def pledge_report(request: HttpRequest, code: str) -> HttpResponse:
    """The newest version, or the one that `version` names."""
    try:
        programme = announced_programme(code=code)
    except Programme.DoesNotExist as error:
        raise Http404 from error
    reports = pledge_reports(programme_code=code, on=day_in_seoul(timezone.now()))
    wanted = request.GET.get("version", "")
    found = [report for report in reports if wanted in ("", str(report.number))]
    if not found:
        raise Http404
    report = found[0]
    chapters = [
        (chapter.heading_ko, chapter.paragraphs_ko) if in_korean() else (chapter.heading_en, chapter.paragraphs_en)
        for chapter in report.chapters
    ]
    context = {
        "programme": programme,
        "report": report,
        "title": report.title_ko if in_korean() else report.title_en,
        "lead": report.lead_ko if in_korean() else report.lead_en,
        "chapters": chapters,
        "others": [other for other in reports if other != report],
    }
    return render(request, "member/pledge_report.html", context)
