"""Seats and terms, and sessions with their agendas."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from claims.models import CouncilSession, Review, SeatHolder
from claims.selectors.council import council_of, grouped, referable, seat_for, seats_at
from claims.services.council.seats import SeatsRefused, appoint, end_term
from claims.services.council.sessions import SessionRefused, call_session
from compensation import limits
from tests.cast import NOW, SENT_IN, a_session, person, referred_review, seat
from tests.claims.council_cast import council
from users.services.people import system_user

pytestmark = pytest.mark.django_db
__all__ = ["council"]

FROM, UNTIL = date(2023, 1, 1), date(2023, 7, 1)


def give(programme, user, **changes):
    details = {
        "party": "academia",
        "number": 1,
        "is_substitute": False,
        "term_from": FROM,
        "term_until": UNTIL,
        "actor": system_user(),
        "at": NOW,
    }
    return appoint(programme=programme, user=user, **details | changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "seat_taken"),
        ({"is_substitute": True}, None),
        ({"number": 2}, None),
        ({"party": "company"}, None),
        ({"party": "press"}, "party_unknown"),
        ({"number": 0}, "seat_number_out_of_bounds"),
        ({"number": limits.SEATS_PER_PARTY_MAX + 1}, "seat_number_out_of_bounds"),
        ({"term_from": UNTIL, "term_until": None}, None),  # the day after the last of the first term
        ({"term_from": UNTIL - timedelta(days=1), "term_until": None}, "seat_taken"),
        ({"term_from": date(2022, 1, 1), "term_until": FROM}, None),
        ({"term_from": FROM, "term_until": FROM}, "term_empty"),
    ],
)
def test_a_seat_has_one_member_at_a_time(programme, changes, code):
    give(programme, person("first", programme))
    second = person("second", programme)
    if code is None:
        assert give(programme, second, **changes).pk == give(programme, second, **changes).pk
        assert second.programme_roles.get().role == "council"
        return
    with pytest.raises(SeatsRefused) as refused:
        give(programme, second, **changes)
    assert refused.value.code == code


def test_nobody_has_two_seats_at_a_time(programme):
    user = person("first", programme)
    give(programme, user)
    with pytest.raises(SeatsRefused) as refused:
        give(programme, user, party="company", is_substitute=True)
    assert refused.value.code == "person_has_a_seat"
    give(programme, user, party="company", term_from=UNTIL, term_until=None)


def test_a_term_counts_to_the_day_before_its_end(programme):
    user = person("first", programme)
    holder = give(programme, user)
    found = council_of(programme=programme)
    assert seat_for(user=user, council=found, day=UNTIL - timedelta(days=1)) == holder.seat
    assert seat_for(user=user, council=found, day=UNTIL) is None
    [row] = seats_at(council=found, day=UNTIL)
    assert (row.member, row.substitutes) == (None, ())


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (NOW.date(), None),
        (date(2024, 1, 1), None),
        (NOW.date() - timedelta(days=1), "term_ends_in_the_past"),
        (FROM, "term_empty"),
    ],
)
def test_a_term_is_ended_today_or_later(programme, until, code):
    holder = give(programme, person("first", programme))
    if code:
        with pytest.raises(SeatsRefused) as refused:
            end_term(holder=holder, term_until=until, actor=system_user(), at=NOW)
        assert refused.value.code == code
    else:
        end_term(holder=holder, term_until=until, actor=system_user(), at=NOW)
        assert SeatHolder.objects.get().term_until == until


def test_a_longer_term_does_not_run_into_the_next_one(programme):
    holder = give(programme, person("first", programme))
    give(programme, person("second", programme), term_from=UNTIL, term_until=None)
    with pytest.raises(SeatsRefused) as refused:
        end_term(holder=holder, term_until=date(2023, 8, 1), actor=system_user(), at=NOW)
    assert refused.value.code == "seat_taken"


def test_seats_by_command(programme, capsys):
    person("first", programme)
    call_command("council", "1015", "appoint", "--party=academia", "--user=first", "--from=2023-01-01", "--json")
    [row] = json.loads(capsys.readouterr().out)["seats"]
    assert (row["party"], row["user"], row["term_until"]) == ("academia", "first", None)
    call_command("council", "1015", "end", "--user=first", "--until=2099-01-01")
    assert "2023-01-01 ~ 2099-01-01" in capsys.readouterr().out
    with pytest.raises(CommandError, match="party_unknown"):
        call_command("council", "1015", "appoint", "--party=press", "--user=first")
    with pytest.raises(CommandError, match="no such user"):
        call_command("council", "1015", "appoint", "--party=academia", "--user=nobody")


def calling(programme, cases, **changes):
    details = {
        "kind": "meeting",
        "opens_at": NOW,
        "due_at": NOW + SENT_IN,
        "reviews": cases,
        "actor": system_user(),
        "at": NOW,
    }
    return call_session(programme=programme, **details | changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "party"}, "session_kind_missing"),
        ({"due_at": NOW}, "session_due_in_the_past"),
        ({"opens_at": NOW + SENT_IN}, "session_ends_first"),
        ({"due_at": NOW + timedelta(days=limits.VOTE_DAYS_MAX, microseconds=1)}, "session_too_far"),
        ({"due_at": NOW + timedelta(days=limits.VOTE_DAYS_MAX)}, None),
        ({"reviews": []}, "session_empty"),
    ],
)
def test_a_session_has_times_and_cases_that_fit(programme, council, changes, code):
    reviews = [referred_review(programme)]
    if code is None:
        assert calling(programme, reviews, **changes).number == 1
        return
    with pytest.raises(SessionRefused) as refused:
        calling(programme, reviews, **changes)
    assert (refused.value.code, CouncilSession.objects.count()) == (code, 0)


def test_only_referred_cases_of_the_programme_go_on_an_agenda_all_or_none(programme, council):
    ready, other = referred_review(programme), referred_review(programme)
    Review.objects.filter(pk=other.pk).update(state="open")
    with pytest.raises(SessionRefused, match=other.claim.reference):
        calling(programme, [ready, other])
    assert [review.pk for review in referable(programme=programme)] == [ready.pk]
    assert not CouncilSession.objects.exists()


def test_a_case_is_on_one_agenda_and_a_second_click_is_the_same_session(programme, council):
    review, second = referred_review(programme), referred_review(programme)
    session = calling(programme, [review])
    assert calling(programme, [review]) == session
    with pytest.raises(SessionRefused, match=review.claim.reference):
        calling(programme, [review, second])
    assert calling(programme, [second]).number == 2


def test_without_seats_of_enough_parties_no_session_is_called(programme):
    review = referred_review(programme)
    with pytest.raises(SessionRefused, match="Only 0 parties"):
        calling(programme, [review])
    for number, party in enumerate(("academia", "company")):
        seat(programme, person(f"sitting{number}", programme), party)
    with pytest.raises(SessionRefused, match="Only 2 parties"):
        calling(programme, [review])


def test_like_cases_stand_together_the_larger_loss_first(programme, council):
    reviews = [referred_review(programme, assessed_won=won) for won in (600_000, 9_000_000, 700_000, 8_000_000)]
    found = [review.assessed_won for _, review in grouped(reviews=reviews)]
    assert found == [700_000, 600_000, 9_000_000, 8_000_000]
    items = a_session(programme, *reviews).items.order_by("position")
    assert [item.assessed_won for item in items] == found
    assert [item.group for item in items] == ["messenger||0"] * 2 + ["messenger||3"] * 2


def test_a_session_opens_when_it_is_called_at_the_earliest(programme, council):
    session = calling(programme, [referred_review(programme)], opens_at=NOW - timedelta(days=1))
    assert session.opens_at == NOW
