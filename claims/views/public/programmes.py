"""What the public pages share about programmes: finding one, where its intake stands, the way to file."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from claims.selectors.public import BEFORE, OPEN, intake_state, open_programmes, public_programme
from compensation.programmes.models import Programme
from compensation.runtime.kept import Kept

WEB = "web"
_open: Kept[list[Programme]] = Kept()


def find_public_programme(code: str) -> Programme:
    """Raises Http404 for a draft as for one that does not exist."""
    try:
        return public_programme(code=code)
    except Programme.DoesNotExist as error:
        raise Http404 from error


def of_the_only_programme(request: HttpRequest, view: Callable[..., HttpResponse], *, name: str) -> HttpResponse:
    """The view of the only open programme; where there are several, or none, the list that leads to it by `name`."""
    programmes = _open.get("all", open_programmes)
    if len(programmes) == 1:
        return view(request, programmes[0])
    at = timezone.now()
    listed = [
        {"programme": programme, "href": reverse(name, args=[programme.code]), **intake(programme, at)}
        for programme in programmes
    ]
    return render(request, "public/programmes.html", {"listed": listed})


def intake(programme: Programme, at: Any) -> dict[str, Any]:
    """What the part of a page needs that tells where the intake stands."""
    state = intake_state(programme=programme, at=at, channel=WEB)
    return {
        "programme": programme,
        "intake": state,
        "is_open": state.stage == OPEN,
        "will_change": state.stage in (BEFORE, OPEN),
        "filing_link": reverse("claim-new", args=[programme.code]),
    }
