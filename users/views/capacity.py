"""How much room there is: queues, workers, database and disk, each with a sentence of what it means."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compensation.programmes.access import open_programme, staff_page
from compensation.runtime import capacity as room

PERMISSION = "programmes.view_capacity"


@require_safe
@staff_page
def capacity(request: HttpRequest, code: str) -> HttpResponse:
    """Comes also when Redis is away: then it says so, and shows the rest."""
    programme = open_programme(request, code, permission=PERMISSION)
    at = timezone.now()
    found = room.capacity(at=at.timestamp())
    content = {
        "programme": programme,
        "at": at,
        "queues": found.queues,
        "workers": found.workers,
        "database": found.database,
        "disk": found.disk,
    }
    return render(request, "ops/capacity.html", content)
