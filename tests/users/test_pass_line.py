"""Applying: a place in line, once, and what it means."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from compensation.policy.quota import QuotaRefused, Standing
from tests.users.pass_cast import NOON, OPENS_AT, active_members, apply, aram, line, mina, storage_pass
from users.models import Member, MemberStatus, PassActivation, PassApplication, PassQuotaChange, StoragePass
from users.selectors.storage_pass import figures_of, prove_line, standing_of
from users.services import storage_pass as passes

pytestmark = pytest.mark.django_db


def test_the_first_are_served_and_the_next_are_in_line():
    one, members = storage_pass(quota=3), active_members(5)
    standings = apply(one, *members)
    assert [(s.place, s.is_served, s.next_in_line) for s in standings] == [
        (1, True, 0),
        (2, True, 0),
        (3, True, 0),
        (4, False, 1),
        (5, False, 2),
    ]
    assert prove_line(storage_pass=one).holds


def test_whoever_applies_again_keeps_the_place_and_burns_no_number():
    one, (a, b, c) = storage_pass(), active_members(3)
    apply(one, a)
    assert [s.place for s in apply(one, b, a, b, c, at=NOON + timedelta(seconds=1))] == [2, 1, 2, 3]
    assert line(one) == [a, b, c]


def test_one_can_apply_from_the_opening_on_to_the_second_and_not_before():
    one, (a, b) = storage_pass(), active_members(2)
    refused, standing = apply(one, a, at=OPENS_AT - timedelta(microseconds=1)), apply(one, b, at=OPENS_AT)
    assert isinstance(refused[0], passes.NotOpenYet)
    assert refused[0].opens_at == OPENS_AT
    assert standing == [Standing(place=1, quota=3)]


@pytest.mark.parametrize("status", [MemberStatus.SUSPENDED, MemberStatus.WITHDRAWN, None])
def test_only_active_members_get_in_line_and_cost_the_others_nothing(status):
    one, (a, b) = storage_pass(), active_members(2)
    stranger = 10**9
    if status is not None:
        Member.objects.filter(pk=a).update(status=status)
        stranger = a
    refused, standing = apply(one, stranger, b)
    assert isinstance(refused, passes.MemberMayNotApply)
    assert standing.place == 1


def test_times_in_line_never_run_backwards_whatever_the_clock_does():
    one, (a, b) = storage_pass(), active_members(2)
    apply(one, a, at=NOON)
    apply(one, b, at=NOON - timedelta(seconds=5))
    assert [row.applied_at for row in PassApplication.objects.order_by("place")] == [NOON, NOON]
    assert prove_line(storage_pass=one).holds


def test_everybody_in_a_batch_keeps_the_moment_they_came_but_nobody_comes_before_whoever_is_in_line():
    one, (a, b, c) = storage_pass(), active_members(3)
    moments = [NOON + timedelta(seconds=second) for second in (0, -3, 2)]
    for batch in ([(a, moments[0])], [(b, moments[1]), (c, moments[2])]):
        passes.put_in_line(storage_pass_id=one.pk, applicants=[passes.Applicant(*applicant) for applicant in batch])
    assert [row.applied_at for row in PassApplication.objects.order_by("place")] == [NOON, NOON, moments[2]]
    assert prove_line(storage_pass=one).holds


def test_a_pass_that_does_not_exist_is_told_so():
    assert isinstance(
        passes.put_in_line(storage_pass_id=9, applicants=[passes.Applicant(1, NOON)])[1], passes.NoSuchPass
    )


def test_a_raised_quota_serves_the_next_in_line_and_touches_no_application():
    one, members = storage_pass(quota=2), active_members(5)
    apply(one, *members)
    before = list(PassApplication.objects.order_by("place").values())
    change = passes.propose_quota(storage_pass=one, quota=4, note="수요가 많음", maker=mina(), at=NOON)
    assert not standing_of(storage_pass=one, member_id=members[2]).is_served
    passes.approve_quota(change=change, approver=aram(), at=NOON)
    assert [standing_of(storage_pass=one, member_id=member).is_served for member in members] == [True] * 4 + [False]
    assert (change.served_after, change.served_until) == (2, 4)
    assert list(PassApplication.objects.order_by("place").values()) == before


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (2, "quota_below_issued"),
        (0, "quota_below_issued"),
        (4, "quota_unchanged"),
        (10**9, "quota_out_of_bounds"),
        (-1, "quota_out_of_bounds"),
    ],
)
def test_quotas_that_cannot_be_are_refused_with_the_number(wanted, code):
    one = storage_pass(quota=4)
    apply(one, *active_members(3))
    with pytest.raises(QuotaRefused) as refused:
        passes.propose_quota(storage_pass=one, quota=wanted, note="", maker=mina(), at=NOON)
    assert refused.value.code == code
    assert ("3" in refused.value.message_ko) == (code == "quota_below_issued")


def test_a_quota_that_got_too_low_while_it_waited_is_refused_at_approval():
    one, members = storage_pass(quota=4), active_members(4)
    apply(one, *members[:2])
    change = passes.propose_quota(storage_pass=one, quota=3, note="", maker=mina(), at=NOON)
    apply(one, *members)
    with pytest.raises(QuotaRefused, match="4 passes"):
        passes.approve_quota(change=change, approver=aram(), at=NOON)
    assert StoragePass.objects.get().quota == 4


def test_a_quota_takes_two_people_and_one_wish_at_a_time():
    one = storage_pass()
    change = passes.propose_quota(storage_pass=one, quota=9, note="", maker=mina(), at=NOON)
    with pytest.raises(passes.MakerMayNotApproveQuota):
        passes.approve_quota(change=change, approver=mina(), at=NOON)
    with pytest.raises(passes.QuotaChangeMovedOn):
        passes.propose_quota(storage_pass=one, quota=8, note="", maker=aram(), at=NOON)
    passes.withdraw_quota(change=change, actor=mina(), at=NOON)
    with pytest.raises(passes.QuotaChangeMovedOn):
        passes.approve_quota(change=change, approver=aram(), at=NOON)


def test_the_database_itself_takes_no_pass_back_and_lets_nobody_start_one_beyond_the_quota():
    one, members = storage_pass(quota=2), active_members(3)
    apply(one, *members)
    change = passes.propose_quota(storage_pass=one, quota=9, note="", maker=mina(), at=NOON)
    forbidden = [
        lambda: StoragePass.objects.update(quota=1),
        lambda: StoragePass.objects.update(last_place=0),
        lambda: PassApplication.objects.update(place=9),
        lambda: PassQuotaChange.objects.filter(pk=change.pk).update(state="approved", decider=mina()),
        lambda: PassActivation.objects.create(
            storage_pass=one, member_id=members[2], activated_at=NOON, ends_at=NOON + timedelta(days=30)
        ),
    ]
    for statement in forbidden:
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            statement()


def test_the_month_starts_when_the_member_starts_it_and_starting_twice_changes_nothing():
    one, (a, b) = storage_pass(quota=1), active_members(2)
    apply(one, a, b)
    member = Member.objects.get(pk=a)
    first = passes.activate(storage_pass=one, member=member, at=NOON)
    assert first.ends_at == NOON.replace(month=2, day=6, hour=0)  # to the end of 5 February
    again = passes.activate(storage_pass=one, member=member, at=NOON + timedelta(days=3))
    assert (again.activated_at, again.ends_at) == (first.activated_at, first.ends_at)
    with pytest.raises(passes.NotServedYet):
        passes.activate(storage_pass=one, member=Member.objects.get(pk=b), at=NOON)


def test_the_figures_say_what_is_left_and_who_waits():
    one = storage_pass(quota=3)
    assert figures_of(one).remaining == 3
    apply(one, *active_members(5))
    figures = figures_of(StoragePass.objects.get())
    assert (figures.issued, figures.remaining, figures.waiting) == (3, 0, 2)


def test_a_pass_follows_its_file_until_somebody_applied():
    one = storage_pass(quota=3)
    one.item.offer = one.item.offer | {"quota": 5}
    one.item.save()
    passes.keep_in_step(programme=one.programme)
    assert StoragePass.objects.get().quota == 5
    apply(one, *active_members(1))
    one.item.offer = one.item.offer | {"quota": 7}
    one.item.save()
    passes.keep_in_step(programme=one.programme)
    assert StoragePass.objects.get().quota == 5
