"""Few requests are worked on at once; what only waits holds nobody up."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from compensation.runtime import turnstile

GET, UPLOAD = RequestFactory().get("/"), RequestFactory().post("/", {"file": "a"})


@pytest.fixture
def one_place(monkeypatch):
    monkeypatch.setattr(turnstile, "_places", threading.BoundedSemaphore(1))


def answer_to(request, view=lambda _request: HttpResponse()) -> int:
    return turnstile.TurnstileMiddleware(view)(request).status_code


def free_places() -> int:
    return turnstile._places._value


def test_a_request_has_a_place_until_it_is_answered(one_place):
    seen = []
    answer_to(GET, lambda _request: seen.append(free_places()) or HttpResponse())
    assert (seen, free_places()) == ([0], 1)


def test_a_view_that_fails_gives_its_place_back(one_place):
    with pytest.raises(ZeroDivisionError):
        answer_to(GET, lambda _request: 1 / 0)
    assert free_places() == 1


@pytest.mark.parametrize("who", ["an upload", "somebody whose neighbour waits for Kakao"])
def test_nobody_is_held_up_by_or_with_who_only_waits(one_place, who):
    waiting, goes_on = threading.Event(), threading.Event()

    def holds_the_place(_request):
        if who != "an upload":
            turnstile.leave_place()
        waiting.set()
        return HttpResponse(status=200 if goes_on.wait(20) else 504)

    with ThreadPoolExecutor() as threads:
        first = threads.submit(answer_to, GET, holds_the_place)
        assert waiting.wait(20)
        second = answer_to(UPLOAD if who == "an upload" else GET)
        goes_on.set()
        assert (first.result(), second, free_places()) == (200, 200, 1)
