"""What was redeemed, as operations see it: the page, and the command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from compensation.programmes.models import Role
from tests.api.cast import on_the_site
from tests.cast import person
from tests.users.coupon_cast import FORGED, code_of, coupon_item, granted, shop, still_valid, till, token_of
from users.models import ItemUse, PartnerScope, Redemption
from users.services.coupons.guesses import TooManyGuesses, note_guess
from users.services.coupons.redeeming import cancel, redeem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("warm_process")]
PAGE = "/programmes/1015/coupons/"


@pytest.fixture
def some_redemptions(programme) -> list[Redemption]:
    """Three members took the first coupon, one the second; one gave it back, and one code was made up."""
    still_valid(programme)
    at, mine = timezone.now(), till(shop(programme)).token
    first, second = coupon_item(programme), coupon_item(programme, "coupon-3000")
    members = [granted(programme) for _ in range(3)]
    pairs = [*((member, first) for member in members), (members[0], second)]
    taken = [redeem(token=mine, code=code_of(*pair), order="", at=at) for pair in pairs]
    cancel(token=mine, reference=taken[0].reference, at=at)
    note_guess(partner=mine.partner, shopper="", at=at)
    token_of(shop(programme, "emoticons"), PartnerScope.RECEIVE)
    return taken


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_audit_see_it(client, programme, role):
    client.force_login(person("somebody", programme, role))
    assert client.get(PAGE).status_code == (200 if role in (Role.OPS, Role.AUDITOR) else 404)
    assert client.get("/programmes/nope/coupons/").status_code == 404


def test_the_page_counts_by_coupon_partner_and_day(client, ops, some_redemptions, django_assert_max_num_queries):
    client.force_login(ops)
    with django_assert_max_num_queries(15):
        page = client.get(PAGE)
    found = page.context["found"]
    assert (found.total.redeemed, found.total.cancelled, found.total.won) == (3, 1, 7_000)
    assert [(row.of.code, row.redeemed, row.won) for row in found.by_item] == [
        ("coupon-2000", 2, 4_000),
        ("coupon-3000", 1, 3_000),
    ]
    assert [(row.of.code, row.redeemed) for row in found.by_partner] == [("shop", 3)]
    assert [(row.of, row.redeemed) for row in found.by_day] == [(timezone.localdate(), 3)]
    assert found.wrong_codes == 1
    assert "7,000원" in page.content.decode()


def test_the_same_is_told_by_the_api(ops, some_redemptions):
    told = on_the_site(ops).get("/programmes/1015/coupons").json()
    assert told["total"] == {"redeemed": 3, "cancelled": 1, "won": 7_000}
    assert [(row["of"]["code"], row["redeemed"]) for row in told["by_item"]] == [("coupon-2000", 2), ("coupon-3000", 1)]
    assert [row["day"] for row in told["by_day"]] == [str(timezone.localdate())]


def test_the_page_is_there_in_english(client, ops, programme):
    client.force_login(ops)
    page = client.get(PAGE, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert page.headers["Cache-Control"]


def told(*arguments: str) -> dict:
    out = StringIO()
    call_command("coupons", "1015", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_tells_what_the_page_tells(some_redemptions):
    figures = told()
    assert (figures["redeemed"], figures["cancelled"], figures["won"]) == (3, 1, 7_000)
    assert figures["by_item"][0] == {"of": "coupon-2000", "redeemed": 2, "cancelled": 1, "won": 4_000}
    out = StringIO()
    call_command("coupons", "1015", stdout=out)
    assert "redeemed: 3" in out.getvalue()


def test_nobody_signs_in_as_a_partner(client, programme):
    partner = shop(programme)
    assert not partner.user.has_usable_password()
    assert not partner.user.programme_roles.exists()


def test_the_database_keeps_redemptions_as_they_are(some_redemptions):
    cancelled, kept = Redemption.objects.get(pk=some_redemptions[0].pk), some_redemptions[1]
    changes = [
        lambda: Redemption.objects.filter(pk=kept.pk).delete(),
        lambda: Redemption.objects.filter(pk=kept.pk).update(value_won=1),
        lambda: Redemption.objects.filter(pk=cancelled.pk).update(cancelled_at=None),
        lambda: Redemption.objects.filter(pk=kept.pk).update(cancelled_at=kept.redeemed_at - timedelta(days=1)),
    ]
    for change in changes:
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()
    assert ItemUse.objects.filter(kind="redeemed").count() == 3


def test_a_guess_over_the_limit_is_not_written_down(programme, monkeypatch):
    monkeypatch.setattr("compensation.limits.WRONG_CODES_PER_PARTNER_MAX", 1)
    partner, at = shop(programme), timezone.now()
    note_guess(partner=partner, shopper="", at=at)
    with pytest.raises(TooManyGuesses) as stopped:
        note_guess(partner=partner, shopper=FORGED, at=at)
    assert stopped.value.until == at + timedelta(hours=1)
    note_guess(partner=partner, shopper="", at=at + timedelta(hours=1))
    assert partner.wrong_codes.count() == 2
    note_guess(partner=partner, shopper="", at=at + timedelta(hours=26))
    assert partner.wrong_codes.count() == 1
