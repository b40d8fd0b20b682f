"""Deadlines that passed or come near: one's own cases, nobody's, or all."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from claims.selectors.deadlines import LISTED_MAX, deadlines_of, soon_until
from claims.selectors.queue import MINE, NOBODYS, held_by
from compensation.programmes.access import open_programme, staff_page
from compensation.programmes.selectors import current_policy

PERMISSION = "programmes.view_reviews"
WHOSE = {"all": _("모두"), MINE: _("내가 맡은 건"), NOBODYS: _("담당 없음")}


@require_safe
@staff_page
def deadlines(request: HttpRequest, code: str) -> HttpResponse:
    """The lists, by `?whose=`."""
    programme = open_programme(request, code, permission=PERMISSION)
    policy, at = current_policy(programme=programme).policy, timezone.now()
    whose = request.GET.get("whose", "")
    whose = whose if whose in WHOSE else "all"
    found = deadlines_of(programme=programme, policy=policy, at=at, whose=held_by(whose=whose, user=request.user))
    content: dict[str, Any] = {
        "programme": programme,
        "deadlines": found,
        "whose": whose,
        "choices": WHOSE.items(),
        "soon_until": soon_until(policy=policy, at=at),
        "listed_max": LISTED_MAX,
        "at": at,
    }
    return render(request, "officer/deadlines.html", content)
