"""The members' page and what is done on it, by requests. How it looks and works by hand is in tests/journeys."""

import re
from datetime import date

import pytest
from barcode.codex import Code128
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme
from tests.cast import NOW
from tests.users.coupon_cast import code_of, shop, token_of
from tests.users.member_cast import account_of, at_home, item_by, mine, sora
from users.models import ItemUse, PartnerScope, User
from users.selectors import pledge_reports
from users.services.partners import revoke_partner_token
from users.services.people import system_user
from users.services.storage_pass import keep_in_step
from users.views.member.shown import QUIET_ZONE, barcode_of

pytestmark = pytest.mark.django_db

PAGE, COUPON, CHOONSIK = "/my/benefits/", "coupon-2000", "emoticon-choonsik"
HTMX = {"HX-Request": "true"}


def act(client: Client, code: str, what: str, **more):
    return client.post(f"{PAGE}1015/{code}/{what}/", **more)


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_who_is_not_signed_in_is_led_to_kakao_and_comes_back_afterwards(programme, settings):
    settings.KAKAO_CLIENT_ID = "stand-in"
    page = Client().get(PAGE).content.decode()
    assert f'<input type="hidden" name="next" value="{PAGE}">' in page
    assert 'name="contact"' not in page


def test_who_is_no_member_is_told_how_to_come_in(programme, settings):
    settings.KAKAO_CLIENT_ID = "stand-in"
    client = Client()
    client.force_login(User.objects.create(username="nobody"))
    answer = client.get(PAGE)
    assert f'<input type="hidden" name="next" value="{PAGE}">' in answer.content.decode()
    assert act(client, COUPON, "decline").status_code == 404


def test_a_coupon_shows_its_code_bars_terms_and_shops(programme):
    member, item = sora(programme), item_by(programme, COUPON)
    token_of(shop(programme), PartnerScope.REDEEM)
    page = at_home(member).get(PAGE)
    words = text_of(page)
    assert code_of(member, item) in words
    assert "2,000원을 할인받습니다. 최소 주문 금액은 없습니다." in words
    assert "쇼핑하기" in words
    assert page.content.decode().count("<svg") >= 2


def test_a_coupon_counts_where_it_can_be_redeemed_and_nowhere_else(programme):
    client = at_home(sora(programme))
    token_of(shop(programme), PartnerScope.RECEIVE)
    _text, ended = token_of(shop(programme), PartnerScope.REDEEM)
    revoke_partner_token(programme=programme, reference=ended.reference, actor=system_user(), at=timezone.now())
    words = text_of(client.get(PAGE))
    assert "쇼핑하기" not in words
    assert "쓸 수 있는 곳은 곧 알려 드립니다." in words


def queries_of(client: Client) -> int:
    """How many the page takes, but for the customer centre below it, which is asked for once a minute."""
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    return sum(not query["sql"].startswith('SELECT "programmes_programme"') for query in queries)


def test_the_same_queries_whatever_the_member_has(programme):
    keep_in_step(programme=programme)
    member = sora(programme)
    client = at_home(member)
    client.get(PAGE)
    assert queries_of(client) == 14
    act(client, CHOONSIK, "download")
    shop(programme)
    sora(programme)
    assert queries_of(client) == 14


def test_what_was_seen_is_kept_once(programme):
    client = at_home(sora(programme))
    client.head(PAGE)
    assert not ItemUse.objects.exists()
    for _twice in range(2):
        client.get(PAGE)
    assert ItemUse.objects.filter(kind="seen").count() == 6


def test_declining_by_one_tap_and_taking_back(programme):
    member = sora(programme)
    client, item = at_home(member), item_by(programme, COUPON)
    code = code_of(member, item)
    card = act(client, COUPON, "decline", headers=HTMX)
    assert "받지 않기로 했습니다" in text_of(card)
    assert code not in text_of(card)
    assert code not in text_of(client.get(PAGE))
    answer = act(client, COUPON, "take-back")
    assert answer.headers["Location"] == f"{PAGE}#item-1015-{COUPON}"
    assert code in text_of(client.get(PAGE))


def test_a_refusal_says_why_and_leaves_things_as_they_are(programme):
    member = sora(programme)
    client = at_home(member)
    act(client, CHOONSIK, "download")
    words = "이미 사용한 품목은 거절할 수 없습니다."
    assert words in text_of(act(client, CHOONSIK, "decline", headers=HTMX))
    act(client, CHOONSIK, "decline")
    assert words in text_of(client.get(PAGE))
    assert mine(member, CHOONSIK).state == "taken"


@pytest.mark.parametrize("path", ["1015/no-such/decline/", "none/coupon-2000/decline/", "1015/storage-pass/decline/"])
def test_what_the_member_does_not_have_is_not_there(programme, path):
    assert at_home(sora(programme)).post(f"{PAGE}{path}").status_code == 404


def test_a_draft_programme_shows_nothing(programme):
    draft = Programme.objects.create(code="draft", incident=programme.incident)
    secret = draft.benefit_items.create(
        code="secret", kind="emoticon", name_ko="비밀", value_won=0, validity={"kind": "permanent"}
    )
    draft.benefit_packages.create(code="later", value_won=0, grants_from=NOW).items.add(secret)
    assert "비밀" not in text_of(at_home(sora(programme)).get(PAGE))


def test_bars_are_those_of_code_128():
    code = "K7M49QXRT2V5H3CD"
    barcode, dark = barcode_of(code), set()
    for start, width in re.findall(r"M(\d+) 0h(\d+)v1h-\2z", barcode.path):
        dark |= set(range(int(start) - QUIET_ZONE, int(start) - QUIET_ZONE + int(width)))
    drawn = "".join("1" if place in dark else "0" for place in range(barcode.width - 2 * QUIET_ZONE))
    assert drawn == Code128(code).build()[0]
    # start B, 16 characters, check and stop: 11 modules each, the stop has 13
    assert len(drawn) == 11 * 18 + 13


# --- the pledge report ------------------------------------------------------------------------------------------------
VERSION = """[[versions]]
number = {number}
published_on = {day}
title_ko = "제목 {number}"
title_en = "Title {number}"
lead_ko = "머리"
lead_en = "Lead"
[[versions.chapters]]
heading_ko = "장"
heading_en = "Chapter"
paragraphs_ko = ["문단"]
paragraphs_en = [{english}]
"""


def written(number: int, day: str, english: str = '"Paragraph"') -> str:
    return VERSION.format(number=number, day=day, english=english)


def test_the_report_is_for_everybody_newest_first(programme, tmp_path, monkeypatch):
    monkeypatch.setattr(pledge_reports, "FILES", tmp_path)
    versions = [written(1, "2022-12-29"), written(2, "2023-03-01"), written(3, "2999-01-01")]
    (tmp_path / "1015.toml").write_text("".join(versions))
    client, address = Client(), "/pledge-reports/1015/"
    assert "제목 2" in text_of(client.get(address))
    assert "제목 1" in text_of(client.get(f"{address}?version=1"))
    statuses = {query: client.get(f"{address}{query}").status_code for query in ("?version=3", "?version=x")}
    assert set(statuses.values()) == {404}


@pytest.mark.parametrize(
    "wrong", ["", written(2, "2022-12-29"), written(1, "2022-12-29", ""), written(1, '"soon"')[:40]]
)
def test_a_file_that_is_not_right_is_refused(tmp_path, monkeypatch, wrong):
    monkeypatch.setattr(pledge_reports, "FILES", tmp_path)
    (tmp_path / "1015.toml").write_text(wrong)
    with pytest.raises(pledge_reports.PledgeReportFault):
        pledge_reports.pledge_reports(programme_code="1015", on=date(2023, 1, 1))


def test_the_shipped_report_can_be_read(programme):
    today = day_in_seoul(timezone.now())
    assert [report.number for report in pledge_reports.pledge_reports(programme_code="1015", on=today)] == [1]
    assert Client().get("/pledge-reports/none/").status_code == 404
    assert "다짐 보고서" in text_of(Client().get("/pledge-reports/1015/"))


def test_an_account_is_one_member(programme):
    first, second = sora(programme), sora(programme)
    account_of(first)
    client = at_home(second)
    assert code_of(first, item_by(programme, COUPON)) not in text_of(client.get(PAGE))
