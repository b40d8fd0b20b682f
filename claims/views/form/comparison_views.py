"""The helper that derives the lost sales of a line from comparable days."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.services.drafts import DraftBecameClaim, SavedElsewhere, SavedStep, Typed, parse_step, save_step
from claims.services.drafts.comparison import NAMES
from claims.services.drafts.losses import Line, typed_lines
from claims.services.drafts.steps import COMPARISON, LOSSES, PERIODS
from claims.views.form.fields import ComparisonForm
from claims.views.form.lines import caption_of, days_text, line_of
from claims.views.form.step_views import REFUSED, form_page
from claims.views.form.visits import Visit, open_visit
from compensation.policy.comparable_days import Comparison, Days, comparable_weeks
from compensation.runtime.forms import all_problems
from compensation.runtime.templatetags.wording import page_language


@form_page()
def draft_comparison(request: HttpRequest, reference: str, key: str, code: str = "") -> HttpResponse:
    """Asks for the usual sales, shows the calculation, and puts its result where the lost sales are written."""
    visit = open_visit(request, reference, code)
    if visit.draft.claim:
        return redirect(visit.receipt_address(visit.draft.claim))
    typed_line = next((line for line in typed_lines(visit.context) if line["key"] == key), None)
    if typed_line is None:
        raise Http404
    line = line_of(visit.context, typed_line)
    if line is None:  # without a period there are no days to compare
        return redirect(visit.address(PERIODS))
    if request.method != "POST":
        return _shown(visit, line, typed_line, visit.context.answers.typed(COMPARISON))
    try:
        return _answer(visit, line, typed_line)
    except DraftBecameClaim as sent:
        return redirect(visit.receipt_address(sent.claim))


def _answer(visit: Visit, line: Line, typed_line: Typed) -> HttpResponse:
    if visit.request.POST.get("use"):
        return _use(visit, line)
    post = visit.request.POST
    lines = visit.context.answers.typed(COMPARISON).get("lines", {})
    typed = {"lines": lines | {line.key: {name: post.get(name, "") for name in NAMES}}}
    saved = _save(visit, COMPARISON, typed)
    at = f"lines.{line.key}."
    if any(problem.field.startswith(at) for problem in saved.problems) or not saved.is_kept:
        return _shown(visit, line, typed_line, typed, saved, status=REFUSED)
    return redirect(visit.comparison_address(line.key))


def _use(visit: Visit, line: Line) -> HttpResponse:
    """Takes the result over. Whoever has changed the line meanwhile looks at the calculation again."""
    comparison = _comparison(visit, line.key)
    if comparison is None:
        return redirect(visit.comparison_address(line.key))
    lines = visit.context.answers.typed(LOSSES).get("lines", {})
    _save(visit, LOSSES, {"lines": lines | {line.key: {"lost_sales": f"{comparison.lost_sales_won:,}"}}})
    return redirect(visit.address(LOSSES))


def _save(visit: Visit, step: str, typed: Typed) -> SavedStep:
    """The page shows what is saved now, so the last version is the one that was seen."""
    version = visit.context.answers.version(step)
    while True:
        try:
            return save_step(
                draft=visit.draft,
                step=step,
                typed=typed,
                seen_version=version,
                device=visit.device,
                actor=visit.request.user,
                at=timezone.now(),
            )
        except SavedElsewhere as conflict:
            version = conflict.version


def _comparison(visit: Visit, key: str) -> Comparison | None:
    lines = visit.context.answers.typed(COMPARISON).get("lines", {})
    found: Mapping[str, Comparison] | None = None
    if key in lines:
        found = parse_step(COMPARISON, {"lines": {key: lines[key]}}, visit.context).values
    return found[key] if found else None


def _shown(
    visit: Visit, line: Line, typed_line: Typed, typed: Typed, saved: SavedStep | None = None, *, status: int = 200
) -> HttpResponse:
    days = Days(*line.days)
    problems = saved.problems if saved else ()
    form = ComparisonForm(typed.get("lines", {}).get(line.key, {}), problems, at=f"lines.{line.key}")
    for week, bound in zip(comparable_weeks(days=days), form.weeks, strict=True):
        bound.label = _("%(days)s 매출") % {"days": days_text(week.first, week.last)}
    form["outage"].label = _("%(days)s 매출 (장애 기간)") % {"days": days_text(days.first, days.last)}
    comparison = None if saved else _comparison(visit, line.key)
    content: dict[str, Any] = {
        "form": form,
        "problems": all_problems([form]),
        "comparison": comparison,
        "working": comparison.working(page_language()) if comparison else (),
        "here": visit.comparison_address(line.key),
    }
    caption = caption_of(visit.context, typed_line)
    return render(
        visit.request, "merchant/form/comparison.html", visit.frame(LOSSES) | content | caption, status=status
    )
