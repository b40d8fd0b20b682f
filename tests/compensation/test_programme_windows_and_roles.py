"""Intake windows, and who may do what in a programme."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from compensation.programmes.models import IntakeWindow, Programme, Role
from compensation.programmes.selectors import programmes_of, roles_of, services_of, window_at
from compensation.programmes.services.intake_windows import (
    WindowCodeTaken,
    WindowNeverOpens,
    WindowsOverlap,
    open_window,
)
from tests.cast import SEOUL, person
from users.models import User
from users.services.people import give_role, system_user

OPENS, CLOSES = datetime(2023, 1, 30, tzinfo=SEOUL), datetime(2023, 2, 13, tzinfo=SEOUL)
LATER = datetime(2024, 3, 1, tzinfo=SEOUL)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "channel", "code"),
    [
        (OPENS - MOMENT, "web", None),
        (OPENS, "web", "additional"),
        (CLOSES - MOMENT, "web", "additional"),
        (CLOSES, "web", None),
        (datetime(2022, 10, 20, tzinfo=SEOUL), "association", "reported"),
        (datetime(2022, 10, 20, tzinfo=SEOUL), "web", None),
    ],
)
def test_a_window_takes_claims_from_its_opening_until_before_its_end(
    programme: Programme, moment: datetime, channel: str, code: str | None
):
    window = window_at(programme=programme, moment=moment, channel=channel)
    assert (window.code if window else None) == code


def open_another(programme: Programme, **changes: object) -> IntakeWindow:
    window = {"code": "more", "opens_at": LATER, "closes_at": LATER + timedelta(days=14), "channels": ["web"]}
    return open_window(programme=programme, names=("더", "More"), actor=system_user(), **window | changes)


def test_a_window_is_opened_beside_those_of_the_file(programme: Programme):
    assert open_another(programme) == window_at(programme=programme, moment=LATER, channel="web")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "additional"}, WindowCodeTaken),
        ({"opens_at": CLOSES - MOMENT, "closes_at": CLOSES}, WindowsOverlap),
        ({"closes_at": LATER}, WindowNeverOpens),
        ({"channels": []}, WindowNeverOpens),
        ({"channels": ["fax"]}, WindowNeverOpens),
    ],
)
def test_a_window_that_cannot_be_is_refused(programme: Programme, changes: dict[str, object], error: type[Exception]):
    with pytest.raises(error):
        open_another(programme, **changes)


def test_services_come_in_the_order_in_which_they_came_back(programme: Programme):
    codes = [service.code for service in services_of(programme)]
    assert (codes[0], codes[-1]) == ("messenger", "mail")


PERMISSIONS = ("view_overview", "view_claims", "view_council_claims", "run_programme")


@pytest.mark.parametrize(
    ("roles", "granted"),
    [
        ([], set()),
        ([Role.MERCHANT], set()),
        ([Role.OFFICER], {"view_overview", "view_claims"}),
        ([Role.COUNCIL], {"view_overview", "view_council_claims"}),
        ([Role.OPS], {"view_overview", "view_claims", "run_programme"}),
        ([Role.AGENT], {"view_overview", "view_claims"}),
        ([Role.AUDITOR], {"view_overview", "view_claims"}),
    ],
)
def test_a_role_opens_its_doors_and_no_other(programme: Programme, roles: list[Role], granted: set[str]):
    user = person("kim", programme, *roles)
    assert {name for name in PERMISSIONS if user.has_perm(f"programmes.{name}", programme)} == granted


def another(programme: Programme) -> Programme:
    return Programme.objects.create(code="games", name_ko="게임", name_en="Games", incident=programme.incident)


def test_a_role_in_one_programme_opens_nothing_in_another(programme: Programme, ops: User):
    assert not ops.has_perm("programmes.view_overview", another(programme))
    assert not ops.has_perm("programmes.view_overview")
    assert list(programmes_of(ops)) == [programme]


def test_a_superuser_needs_a_role_like_everybody_else(programme: Programme):
    root = User.objects.create_superuser(username="root", password="correct horse battery")
    assert not root.has_perm("programmes.view_claims", programme)


def test_an_inactive_or_unknown_person_has_no_role(programme: Programme, ops: User):
    ops.is_active = False
    assert roles_of(ops, programme) == roles_of(AnonymousUser(), programme) == frozenset()
    assert not programmes_of(AnonymousUser()).exists()


def test_roles_are_asked_for_once_per_request(
    programme: Programme, ops: User, django_assert_num_queries: DjangoAssertNumQueries
):
    other = another(programme)
    give_role(user=ops, programme=other, role=Role.AUDITOR, actor=system_user())
    with django_assert_num_queries(1):
        for asked in (programme, other):
            assert ops.has_perm("programmes.view_overview", asked)
