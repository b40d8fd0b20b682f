"""How much room there is: queues, workers, database and disk, each with a sentence of what it means."""

import time

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
    queues = room.queues(at=time.time())
    content = {
        "programme": programme,
        "at": timezone.now(),
        "queues": queues,
        "workers": room.workers() if queues else None,
        "database": room.database(),
        "disk": room.disk(),
    }
    return render(request, "ops/capacity.html", content)
