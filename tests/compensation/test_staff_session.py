"""How long somebody stays signed in without doing anything."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.urls import reverse

from tests.cast import NOW

pytestmark = pytest.mark.django_db


def is_let_in(client, *, after: timedelta, **headers: str) -> bool:
    with time_machine.travel(NOW + after, tick=False):
        return client.get(reverse("my-claims"), headers=headers).status_code == 200


@pytest.fixture
def signed_in(client, officer):
    with time_machine.travel(NOW, tick=False):
        client.force_login(officer)
    assert is_let_in(client, after=timedelta(0))
    return client


def test_a_session_ends_after_half_an_hour_without_a_request(signed_in):
    assert is_let_in(signed_in, after=timedelta(minutes=25))
    assert is_let_in(signed_in, after=timedelta(minutes=55))
    assert not is_let_in(signed_in, after=timedelta(minutes=85, seconds=1))


def test_a_page_that_asks_by_itself_keeps_no_session_alive(signed_in):
    assert is_let_in(signed_in, after=timedelta(minutes=29), **{"HX-Trigger": "live-run"})
    assert not is_let_in(signed_in, after=timedelta(minutes=31))


def test_that_somebody_was_there_is_written_every_five_minutes_at_most(signed_in):
    def written_after(minutes: int) -> str:
        assert is_let_in(signed_in, after=timedelta(minutes=minutes))
        return Session.objects.get().session_data

    written = [written_after(minutes) for minutes in (1, 4, 6, 9)]
    assert [text == written[0] for text in written] == [True, True, False, False]
    assert written[2] == written[3]


def test_a_part_of_a_page_leads_whoever_was_signed_out_to_the_sign_in_by_the_whole_page(client):
    assert client.get(reverse("my-claims"))["Location"] == f"/sign-in/?next={reverse('my-claims')}"
    part = client.get(reverse("my-claims"), headers={"HX-Request": "true"})
    assert (part.headers.get("Location"), part["HX-Refresh"]) == (None, "true")
