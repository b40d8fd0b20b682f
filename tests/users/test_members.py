from datetime import date

import pytest

from users.models import Member, MemberStatus
from users.services.members import make_members

pytestmark = pytest.mark.django_db


def everyone() -> list[tuple]:
    return list(Member.objects.order_by("id").values_list("id", "joined_on", "status"))


def test_there_are_as_many_members_as_asked_for():
    assert make_members(count=1_000) == 1_000
    assert Member.objects.count() == 1_000


def test_the_same_count_again_adds_nobody_and_a_higher_one_the_difference():
    make_members(count=300)
    before = everyone()
    assert [make_members(count=count) for count in (300, 200, 500)] == [0, 0, 200]
    assert everyone()[:300] == before


def test_the_same_seed_makes_the_same_members_and_another_seed_others():
    made = []
    for seed in (1, 1, 2):
        Member.objects.all().delete()
        make_members(count=500, seed=seed)
        made.append(everyone())
    assert made[0] == made[1] != made[2]


def test_a_few_members_have_withdrawn_or_are_suspended():
    make_members(count=20_000)
    shares = {status: Member.objects.filter(status=status).count() / 20_000 for status in MemberStatus}
    assert 0.004 < shares[MemberStatus.WITHDRAWN] < 0.008
    assert 0.001 < shares[MemberStatus.SUSPENDED] < 0.003


def test_members_joined_over_the_years_before_the_outage():
    make_members(count=20_000)
    joined = set(Member.objects.values_list("joined_on", flat=True))
    assert min(joined).year == 2010
    assert date(2022, 10, 1) < max(joined) < date(2022, 10, 15)


def test_a_member_who_joins_later_gets_the_next_id():
    make_members(count=10)
    assert Member.objects.create(joined_on=date(2023, 1, 1)).pk == 11


def test_progress_tells_every_member_once():
    told: list[int] = []
    make_members(count=250_000, progress=told.append)
    assert told == [100_000, 100_000, 50_000]
