"""The form over HTTP: from the start to the receipt, on the merchant's way and on the agent's; and who gets in."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from claims.models import Claim, ClaimDraft
from claims.services.drafts import Answers
from compensation import limits
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.cast import NOW, SEOUL, person
from tests.claims.form_cast import (
    BUSINESS_NUMBER,
    declared,
    filled_draft,
    good_answers,
    merchant_user,
    policy_of,
    send,
    spread_over_two_days,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept", "in_the_window")]


@pytest.fixture
def in_the_window():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(programme):
    return merchant_user()


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


def flat(step, answers):
    """The answers of a step as its form sends them."""
    lines = answers.get("lines")
    if lines is None:
        return answers
    if isinstance(lines, list):
        fields = {f"line-{line['key']}-{name}": line[name] for line in lines for name in ("service", "began", "ended")}
        return {"line": [line["key"] for line in lines]} | fields
    return {f"line-{key}-{name}": text for key, line in lines.items() for name, text in line.items()}


def post_step(browser, draft, step, fields, query=""):
    """Sends the form of a step as its page, just loaded, would."""
    draft.refresh_from_db()
    version = Answers(draft.answers).version(step)
    return browser.post(f"/my/drafts/{draft.reference}/steps/{step}/{query}", {"version": version} | fields)


def walk(browser, programme, base, *, by_telephone=False, **changes):
    """Fills in all steps as the pages ask for them; the answer to the last one."""
    answers = good_answers(policy_of(programme), by_telephone=by_telephone) | changes
    answer = browser.get(base, follow=True)
    while (step := answer.request["PATH_INFO"].strip("/").split("/")[-1]) != "check":
        answer = browser.post(f"{base}steps/{step}/", flat(step, answers.get(step, {})))
        assert answer.status_code == 302, answer.content.decode()
        answer = browser.get(answer["Location"])
        assert answer.status_code == 200
    return answer


def test_from_the_start_to_the_receipt(browser, programme):
    page = browser.get("/my/claims/new/").content.decode()
    assert "시작하기" in page
    start = browser.post("/my/claims/new/", {"programme": "1015"})
    check = walk(browser, programme, start["Location"]).content.decode()
    assert "이다정" in check
    assert "120,000원" in check
    assert "***1234" in check or "1234" in check
    sent = browser.post(f"{start['Location']}steps/check/", {"declared": declared(policy_of(programme))})
    claim = Claim.objects.get()
    assert sent["Location"] == f"/my/claims/{claim.reference}/receipt/"
    receipt = browser.get(sent["Location"]).content.decode()
    assert claim.reference in receipt
    assert "010-****-5678" in receipt
    assert "2023년 2월 3일까지" in receipt  # three working days


def test_every_page_of_a_sent_draft_leads_to_the_receipt(browser, programme, owner):
    draft = filled_draft(owner, programme)
    claim = send(draft)
    receipt = f"/my/claims/{claim.reference}/receipt/"
    for path in ("", "steps/business/", "steps/check/", "comparison/1/"):
        for method in (browser.get, browser.post):
            if path or method == browser.get:
                assert method(f"/my/drafts/{draft.reference}/{path}")["Location"] == receipt


def test_one_goes_on_at_the_first_step_that_is_not_done(browser, programme, owner):
    draft = filled_draft(owner, programme, margin={"basis": "own", "margin": "x"})
    assert browser.get(f"/my/drafts/{draft.reference}/")["Location"].endswith("/steps/margin/")
    page = browser.get(f"/my/drafts/{draft.reference}/steps/margin/").content.decode()
    assert 'value="x"' in page
    assert "소수점 아래 두 자리" in page


def test_the_list_of_drafts_is_where_one_begins(browser, programme, owner):
    draft = filled_draft(owner, programme)
    assert f"/my/drafts/{draft.reference}/" in browser.get("/my/claims/new/").content.decode()
    send(draft)
    assert draft.reference not in browser.get("/my/claims/new/").content.decode()


def test_a_step_that_was_changed_from_the_list_of_answers_leads_back_to_it(browser, programme, owner):
    draft = filled_draft(owner, programme)
    base = f"/my/drafts/{draft.reference}/steps/"
    assert f"{base}margin/?then=check" in browser.get(f"{base}check/").content.decode()
    answer = post_step(browser, draft, "margin", {"basis": "industry", "industry": "5622"}, "?then=check")
    assert answer["Location"] == f"{base}check/"


def test_lines_are_added_and_taken_away_without_losing_what_was_typed(browser, programme, owner):
    draft = filled_draft(owner, programme)
    address = f"/my/drafts/{draft.reference}/steps/periods/"
    typed = {"line": ["1"], "line-1-service": "taxi", "line-1-began": "nonsense", "line-1-ended": ""}
    post_step(browser, draft, "periods", typed | {"change": "add"})
    page = browser.get(address).content.decode()
    assert 'value="nonsense"' in page
    assert 'id="id_line-1-began_error"' in page
    assert 'id="id_line-2-service_error"' not in page  # nobody has sent it yet
    assert 'name="line-2-service"' in page
    post_step(browser, draft, "periods", typed | {"line": ["1", "2"], "change": "remove-1"})
    page = browser.get(address).content.decode()
    assert 'name="line-1-service"' not in page
    assert 'name="line-2-service"' in page


def test_lost_sales_from_comparable_days_end_up_in_their_field(browser, programme, owner):
    draft = filled_draft(owner, programme)
    address = f"/my/drafts/{draft.reference}/comparison/1/"
    assert "10월 8일 ~ 10월 9일" in browser.get(address).content.decode()
    answer = browser.post(address, {"week_1": "500,000", "week_2": "", "week_3": "400000", "outage": "0"})
    assert answer["Location"] == address
    assert "(500,000원 + 400,000원) ÷ 2 = 450,000원" in browser.get(address).content.decode()
    assert browser.post(address, {"use": "yes"})["Location"].endswith("/steps/losses/")
    draft.refresh_from_db()
    assert Answers(draft.answers).typed("losses")["lines"]["1"]["lost_sales"] == "450,000"


@pytest.mark.parametrize(
    "typed", [{}, {"outage": "0"}, {"week_1": "35만", "outage": "0"}, {"week_1": "1", "outage": "-5"}]
)
def test_comparable_days_that_cannot_be_compared_come_back_with_a_sentence(browser, programme, owner, typed):
    draft = filled_draft(owner, programme)
    answer = browser.post(f"/my/drafts/{draft.reference}/comparison/1/", typed)
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()


def test_a_draft_begun_before_stays_a_draft_after_and_says_so(browser, programme, owner):
    draft = filled_draft(owner, programme)
    with time_machine.travel(datetime(2023, 2, 13, 0, 0, tzinfo=SEOUL), tick=False):
        browser.force_login(owner)
        address = f"/my/drafts/{draft.reference}/steps/check/"
        page = browser.get(address).content.decode()
        assert "접수 기간이 끝났습니다" in page
        assert "2023년 3월 14일까지 보관하고, 그 뒤에 지웁니다." in page
        answer = browser.post(address, {"declared": declared(policy_of(programme))})
        assert answer.status_code == 409
        assert "작성하던 접수로 그대로 남아" in answer.content.decode()
        assert "접수 기간이 끝났습니다" in browser.get("/my/claims/new/").content.decode()
        assert browser.post("/my/claims/new/", {"programme": "1015"}).status_code == 409
    assert not Claim.objects.exists()


def test_a_claim_can_be_prepared_before_the_window_opens(browser, programme, owner):
    with time_machine.travel(NOW - timedelta(days=10), tick=False):
        browser.force_login(owner)
        start = browser.post("/my/claims/new/", {"programme": "1015"})
        assert "미리 적어 두었다가" in browser.get(start["Location"], follow=True).content.decode()


def test_a_second_claim_is_refused_with_a_link_to_the_first(browser, programme, owner):
    first = send(filled_draft(owner, programme))
    draft = filled_draft(owner, programme, account={"use": "recorded"})
    address = f"/my/drafts/{draft.reference}/steps/check/"
    link = f'href="/my/claims/{first.reference}/"'
    assert link in browser.get(address).content.decode()
    answer = browser.post(address, {"declared": declared(policy_of(programme))})
    assert answer.status_code == 409
    assert link in answer.content.decode()


def test_a_friendly_page_on_the_days_of_the_others(browser, programme, owner):
    spread_over_two_days(programme)
    draft = filled_draft(owner, programme)
    tick = {"declared": declared(policy_of(programme))}
    answer = browser.post(f"/my/drafts/{draft.reference}/steps/check/", tick)
    assert answer.status_code == 409
    assert "2023년 2월 1일부터 접수하실 수 있습니다" in answer.content.decode()


def test_another_device_sees_that_the_step_was_saved_elsewhere_and_loses_nothing(browser, programme, owner):
    draft = filled_draft(owner, programme)
    desk = Client()
    desk.force_login(owner)
    address = f"/my/drafts/{draft.reference}/steps/margin/"
    desk.post(address, {"version": "1", "basis": "own", "margin": "20"})
    answer = browser.post(address, {"version": "1", "basis": "own", "margin": "30"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="30"' in page
    assert 'name="version" value="2"' in page
    assert browser.post(address, {"version": "2", "basis": "own", "margin": "30"}).status_code == 302


def test_the_number_is_checked_while_it_is_typed(browser, programme, owner):
    draft = filled_draft(owner, programme)
    address = f"/my/drafts/{draft.reference}/business-check/"

    def told(number):
        typed = {"business_number": number, "trade_name": "적던 상호"}
        answer = browser.post(address, typed, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return answer.content.decode()

    assert "올바른 사업자등록번호" in told("220-81-62517")
    assert 'value="적던 상호"' in told("220-81-62517")
    assert "잘못 적힌 숫자" in told("220-81-62518")
    assert "<html" not in told("12")
    send(draft)
    second = filled_draft(owner, programme)
    address = f"/my/drafts/{second.reference}/business-check/"
    assert "회원님의 사업자" in told(BUSINESS_NUMBER)


def test_the_account_number_is_never_shown_again(browser, programme, owner):
    draft = filled_draft(owner, programme)
    for step in ("account", "check"):
        page = browser.get(f"/my/drafts/{draft.reference}/steps/{step}/").content.decode()
        assert "12345678901234" not in page.replace("-", "")
        assert "1234" in page
    answer = post_step(browser, draft, "account", {"bank": "088", "number": "", "holder": "이다정"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert Answers(draft.answers).typed("account")["number"] == "123456-78-901234"


def test_a_draft_is_thrown_away_after_a_question(browser, programme, owner):
    draft = filled_draft(owner, programme)
    address = f"/my/drafts/{draft.reference}/discard/"
    assert browser.get(address).status_code == 200
    assert browser.post(address)["Location"] == "/my/claims/new/"
    assert not ClaimDraft.objects.exists()


class TestAnAgent:
    @pytest.fixture
    def agent(self, programme, client):
        user = person("agent", programme, Role.AGENT)
        client.force_login(user)
        return user

    def test_files_on_a_merchants_behalf_and_leaves_access_records(self, agent, client, programme):
        assert client.post("/programmes/1015/assist/", {"reason": " "}).status_code == 422
        start = client.post("/programmes/1015/assist/", {"reason": "대표자 본인 통화"})
        base = start["Location"]
        consents = client.get(f"{base}steps/consents/").content.decode()
        assert "동의하십니까?" in consents
        walk(client, programme, base, by_telephone=True)
        tick = declared(policy_of(programme), by_telephone=True)
        sent = client.post(f"{base}steps/check/", {"declared": tick})
        claim = Claim.objects.get()
        assert (claim.channel, sent["Location"]) == (
            "agent",
            f"/programmes/1015/assist/receipts/{claim.reference}/",
        )
        assert claim.reference in client.get(sent["Location"]).content.decode()
        draft = ClaimDraft.objects.get()
        assert AccessRecord.objects.filter(user=agent, subject=f"draft {draft.reference}").exists()

    def test_is_told_when_too_many_drafts_are_open(self, agent, client, monkeypatch):
        monkeypatch.setattr(limits, "DRAFTS_PER_PERSON_MAX", 0)
        assert client.post("/programmes/1015/assist/", {"reason": "통화"}).status_code == 422

    def test_sees_the_way_in_on_the_programmes_pages(self, agent, client):
        assert "/programmes/1015/assist/" in client.get("/programmes/1015/claims/").content.decode()


@pytest.mark.parametrize("role", [None, Role.OFFICER, Role.OPS, Role.COUNCIL, Role.AUDITOR])
def test_nobody_else_assists(client, programme, role):
    draft = filled_draft(person("agent", programme, Role.AGENT), programme, by_agent=True)
    client.force_login(person("other", programme, *([role] if role else [])))
    for path in ("", f"{draft.reference}/", f"{draft.reference}/steps/check/", f"{draft.reference}/discard/"):
        assert client.get(f"/programmes/1015/assist/{path}").status_code == 404
    assert client.get(f"/my/drafts/{draft.reference}/steps/check/").status_code == 404


def test_a_draft_is_there_for_its_owner_only(client, programme, owner):
    draft = filled_draft(owner, programme)
    claim = send(filled_draft(owner, programme))
    client.force_login(merchant_user("010-9999-0000"))
    addresses = [
        f"/my/drafts/{draft.reference}/{path}"
        for path in ("", "steps/business/", "steps/check/", "comparison/1/", "discard/")
    ]
    for address in (*addresses, f"/my/claims/{claim.reference}/receipt/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/my/drafts/{draft.reference}/business-check/").status_code == 404


def test_an_agents_draft_is_not_on_the_merchants_way(client, programme):
    agent = person("agent", programme, Role.AGENT)
    draft = filled_draft(agent, programme, by_agent=True)
    client.force_login(agent)
    assert client.get(f"/my/drafts/{draft.reference}/").status_code == 404
    assert client.get(f"/programmes/1015/assist/{draft.reference}/").status_code == 302


@pytest.mark.parametrize("step", ["nowhere", "comparison", "BUSINESS", "business-check"])
def test_a_step_that_does_not_exist_is_not_there(browser, programme, owner, step):
    draft = filled_draft(owner, programme)
    assert browser.get(f"/my/drafts/{draft.reference}/steps/{step}/").status_code == 404


def test_without_signing_in_one_comes_to_the_sign_in_page(client, programme, owner):
    draft = filled_draft(owner, programme)
    for path in ("steps/business/", "discard/", ""):
        assert client.get(f"/my/drafts/{draft.reference}/{path}")["Location"].startswith("/sign-in/")
