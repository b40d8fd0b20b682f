"""The overview of a programme, and the part of it that follows a run while it works."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh, HttpResponseStopPolling

from claims.models import ProgrammeRun, Stage
from claims.selectors.deadlines import Counts, deadline_counts
from claims.selectors.losses import ASSESSED, REPORTED, distribution
from claims.selectors.overview import KeyFigures, claims_by_state_and_tier, key_figures
from claims.selectors.run_progress import file_being_read, latest_run, run_progress
from claims.views.overview_charts import (
    REPORTED_EDGES_WON,
    assessed_chart,
    assessed_edges,
    ends_of_claims,
    reported_chart,
    tier_series,
)
from compensation.ledger.models import Account
from compensation.policy.budget import Scenario, estimate
from compensation.policy.document import Policy
from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.templatetags.wording import page_language

PERMISSION = "programmes.view_overview"


@require_safe
@staff_page
def overview(request: HttpRequest, code: str) -> HttpResponse:
    programme = open_programme(request, code, permission=PERMISSION)
    policy = current_policy(programme=programme).policy
    now = timezone.now()
    live = _live(programme, now)
    assessed = distribution(programme=programme, of=ASSESSED, edges=assessed_edges(policy.tiers))
    reported = distribution(programme=programme, of=REPORTED, edges=REPORTED_EDGES_WON)
    return render(
        request,
        "staff/overview.html",
        live
        | {
            "programme": programme,
            "window": programme.intake_windows.filter(opens_at__lte=now, closes_at__gt=now).first(),
            "ends": ends_of_claims(claims_by_state_and_tier(programme=programme), policy.tiers),
            "assessed": assessed_chart(assessed, policy.tiers),
            "reported": reported_chart(reported),
            "legend": [{"tier": tier, "series": tier_series(tier, policy.tiers)} for tier in policy.tiers],
            "estimates": _estimates(programme),
            "deadlines": _deadlines(request, programme, policy, now),
        }
        | _money(live["figures"]),
    )


@require_safe
@staff_page
def overview_live(request: HttpRequest, code: str) -> HttpResponse:
    """What changes while a run works. When a stage has ended, the page loads anew and its charts with it.

    `?stage=` is the stage that the page shows.
    """
    programme = open_programme(request, code, permission=PERMISSION)
    live = _live(programme, timezone.now())
    if request.GET.get("stage", "") != live["stage"]:
        return HttpResponseClientRefresh()
    if not live["active"]:
        return HttpResponseStopPolling()
    return render(request, "staff/overview_live.html", live | {"programme": programme})


def _deadlines(request: HttpRequest, programme: Programme, policy: Policy, now: datetime) -> Counts | None:
    """Deadlines that passed or come near, for those whose business that is."""
    if not may(request, "programmes.view_reviews", programme):
        return None
    return deadline_counts(programme=programme, policy=policy, at=now)


def _live(programme: Programme, now: datetime) -> dict[str, Any]:
    run = latest_run(programme=programme)
    stages = run_progress(run=run, now=now) if run else []
    return {
        "run": run,
        "stage": _stage(run),
        "active": bool(run and run.stage != Stage.DONE and not run.fault),
        "stages": stages,
        "present": next((stage for stage in stages if stage.state == "now"), None),
        "file": file_being_read(run=run) if run else "",
        "figures": key_figures(programme=programme),
        "now": now,
    }


def _stage(run: ProgrammeRun | None) -> str:
    """What the page compares: run and stage, and whether it stopped."""
    return f"{run.pk}-{run.stage}{'-stopped' if run.fault else ''}" if run else ""


def _money(figures: KeyFigures) -> dict[str, Any]:
    """What the ledger moved out of the budget, by purpose."""
    purposes = [(account.label, figures.balances[account]) for account in Account if account != Account.BUDGET]
    return {"money": purposes, "spent_won": sum(amount for _, amount in purposes)}


def _estimates(programme: Programme) -> list[dict[str, Any]]:
    """The estimates of all scenarios, each with its lines in words."""
    language = page_language()
    rows = []
    for scenario in programme.budget_scenarios.all():
        result = estimate(Scenario.from_json(scenario.figures))
        lines = [line.working(language) for line in result.lines]
        rows.append({"scenario": scenario, "estimate": result, "lines": lines})
    return rows
