"""How many requests a web process works on at once."""

import threading
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_places = threading.BoundedSemaphore(settings.REQUESTS_AT_ONCE)
_own = threading.local()  # `held`: whether the request of this thread has a place


class TurnstileMiddleware:
    """Lets REQUESTS_AT_ONCE requests be worked on at once in a process; the others wait their turn.

    The threads of a process take turns at every statement anyway. With many of them at it, whatever takes many
    statements (filing a claim) waits at each for all the others, and the slowest answers get slower by a third.
    Uploads pass by: a slow phone holds a thread for minutes, and gives it nothing to do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.content_type == "multipart/form-data":
            return self.get_response(request)
        _places.acquire()
        _own.held = True
        try:
            return self.get_response(request)
        finally:
            leave_place()


def leave_place() -> None:
    """For a request that from now on mostly waits, for Kakao or for company: somebody else can be worked on."""
    if getattr(_own, "held", False):
        _own.held = False
        _places.release()
