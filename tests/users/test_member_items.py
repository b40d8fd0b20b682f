"""What a member has: states and ends of items, downloading, declining, taking back."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from tests.cast import NOW, SEOUL
from tests.users.member_cast import item_by, mine, sora
from users.models import Grant, GrantJob, ItemUse, Member, MemberStatus, RecalledGrant
from users.selectors.member_items import items_of
from users.services import member_items
from users.services.people import system_user

pytestmark = pytest.mark.django_db

CHOONSIK, ARTIST, COUPON = "emoticon-choonsik", "emoticon-artist-a", "coupon-2000"


def test_everything_of_the_package_is_there_with_its_end(programme):
    member = sora(programme, at=NOW)
    ends = {one.item.code: one.last_day for one in items_of(member=member, at=NOW)}
    assert ends == {
        CHOONSIK: None,
        ARTIST: date(2023, 5, 1),
        "emoticon-artist-b": date(2023, 5, 1),
        COUPON: date(2023, 7, 26),
        "coupon-3000": date(2023, 7, 26),
        "pledge-report": None,
    }


@pytest.mark.parametrize(
    ("moment", "state", "days_left"),
    [("2023-05-01T23:59:59", "ready", 0), ("2023-05-02T00:00:00", "expired", -1), ("2023-04-01T12:00:00", "ready", 30)],
)
def test_ninety_days_end_with_the_ninetieth(programme, moment, state, days_left):
    at = datetime.fromisoformat(moment).replace(tzinfo=SEOUL)
    one = mine(sora(programme, at=NOW), ARTIST, at)
    assert (one.state, one.days_left(at)) == (state, days_left)


def test_what_is_not_granted_yet_is_coming_unless_it_is_for_others(programme):
    member = Member.objects.create(joined_on=NOW)
    assert mine(member, COUPON).state == "coming"
    GrantJob.objects.create(
        programme=programme,
        package=programme.benefit_packages.get(),
        audience={"regions": [50]},
        state="approved",
        chunk_size=1,
        maker=system_user(),
        created_at=NOW,
    )
    assert items_of(member=member, at=NOW) == []


@pytest.mark.parametrize("status", [MemberStatus.SUSPENDED, MemberStatus.WITHDRAWN])
def test_nothing_is_coming_to_who_is_not_active(programme, status):
    assert items_of(member=Member.objects.create(joined_on=NOW, status=status), at=NOW) == []


def test_a_recalled_package_is_named_as_such(programme):
    member = sora(programme)
    grant = Grant.objects.get()
    RecalledGrant.objects.create(package=grant.package, member=member, chunk=grant.chunk, recall_chunk=grant.chunk)
    Grant.objects.all().delete()
    assert mine(member, COUPON).state == "recalled"
    with pytest.raises(member_items.ItemNotGranted):
        member_items.decline(member=member, item=item_by(programme, COUPON), at=NOW)


def test_declining_and_taking_back_however_often(programme):
    member = sora(programme)
    act = {"member": member, "item": item_by(programme, COUPON), "at": timezone.now()}
    for _twice in range(2):
        member_items.decline(**act)
        assert mine(member, COUPON).state == "declined"
    for _twice in range(2):
        member_items.take_back(**act)
        assert mine(member, COUPON).state == "ready"


def test_downloading_keeps_the_first_moment(programme):
    member, item = sora(programme), item_by(programme, CHOONSIK)
    for minutes in (0, 5):
        member_items.download(member=member, item=item, at=NOW + timedelta(minutes=minutes))
    assert mine(member, CHOONSIK).state == "taken"
    assert ItemUse.objects.get().at == NOW


LATE = datetime(2024, 1, 1, tzinfo=SEOUL)
REFUSALS = [
    ([], COUPON, "download", NOW, member_items.NotToBeDownloaded),
    (["decline"], CHOONSIK, "download", NOW, member_items.ItemDeclined),
    (["download"], CHOONSIK, "decline", NOW, member_items.ItemUsed),
    (["decline"], ARTIST, "take_back", LATE, member_items.ItemExpired),
    ([], COUPON, "decline", LATE, member_items.ItemExpired),
    ([], "storage-pass", "decline", NOW, member_items.ItemNotGranted),
]


@pytest.mark.parametrize(("before", "code", "act", "at", "refusal"), REFUSALS)
def test_what_cannot_be_done_is_refused_and_changes_nothing(programme, before, code, act, at, refusal):
    member, item = sora(programme, at=NOW), item_by(programme, code)
    for earlier in before:
        getattr(member_items, earlier)(member=member, item=item, at=NOW)
    uses = list(ItemUse.objects.values())
    with pytest.raises(refusal):
        getattr(member_items, act)(member=member, item=item, at=at)
    assert list(ItemUse.objects.values()) == uses
