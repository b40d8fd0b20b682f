"""Whatever is typed into any field of any step: it goes on, or comes back with a sentence next to the field.

Never an error of ours, and nothing that was typed is lost.
"""

import html
import json
import re

import pytest
import time_machine
from django.test import Client

from claims.services.drafts import context_of, parse_saved
from compensation import limits
from tests.cast import NOW
from tests.claims.form_cast import first_draft, good_answers, policy_of, save
from tests.claims.test_draft_pages import flat, post_step

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]

STEPS = ["business", "periods", "losses", "margin", "alternative", "account", "consents"]
BAD = {
    "empty": "",
    "spaces": "   \u3000 ",
    "too long": "가" * 300,
    "far too long": "9" * 100_000,
    "control characters": "a\x01\x1b\x7fb",
    "NUL": "다정\x00찻집",
    "emoji": "😀",
    "right to left": "\u202e50000\u202c",
    "Arabic digits": "٣٥٠٠٠٠",
    "full-width digits": "３５００００",
    "HTML": "<script>alert(1)</script>",
    "formula": "=HYPERLINK(1)",
    "negative": "-350000",
    "huge": "99999999999999999999999999",
    "float": "350000.5",
    "exponent": "1e5",
    "wrong unit": "35만",
    "a date outside the outage": "2022-12-25",
    "an impossible date": "2022-02-30",
    "day first": "15/10/2022",
    "zero width": "\u200b",
    "line breaks": "a\r\nb",
    "an SQL quote": "'; DROP TABLE claims_claim; --",
}
FIELDS = [
    ("business", "business_number"),
    ("business", "trade_name"),
    ("business", "representative_name"),
    ("business", "phone"),
    ("business", "email"),
    ("periods", "line-1-service"),
    ("periods", "line-1-began"),
    ("periods", "line-1-ended"),
    ("losses", "line-1-lost_sales"),
    ("margin", "basis"),
    ("margin", "margin"),
    ("margin", "industry"),
    ("alternative", "line-1-alternative"),
    ("account", "bank"),
    ("account", "number"),
    ("account", "holder"),
    ("consents", "personal_data"),
    ("consents", "electronic_notice"),
]
# The ones that are right in their field, or may be left out. Texts of any kind may be names.
TAKEN = {
    ("losses", "line-1-lost_sales"): {"full-width digits"},
    ("business", "email"): {"empty", "spaces"},
    ("margin", "industry"): {"empty", "spaces"},
    ("consents", "electronic_notice"): {"empty", "spaces"},
    # Left blank the saved one stays; and a date is digits with dashes.
    ("account", "number"): {"empty", "spaces", "full-width digits", "a date outside the outage", "an impossible date"},
}
NAMES = {"trade_name", "representative_name", "holder"}
CHOSEN = {"basis", "bank", "line-1-service", "line-1-alternative", "industry", "personal_data", "electronic_notice"}
NOT_SHOWN = {"control characters", "NUL", "line breaks"}  # by no field of one line


@pytest.fixture
def draft(programme):
    return first_draft(programme)


@pytest.fixture
def browser(draft):
    client = Client()
    client.force_login(draft.owner)
    return client


@pytest.mark.parametrize(("step", "field"), FIELDS)
def test_every_field_takes_a_normal_form_or_says_what_to_write(browser, draft, step, field):
    good = flat(step, good_answers(policy_of(draft.programme))[step])
    for bad, text in BAD.items():
        with time_machine.travel(NOW, tick=False):
            answer = post_step(browser, draft, step, good | {field: text})
        if answer.status_code == 302:
            assert field in NAMES or bad in TAKEN.get((step, field), ()), bad
            continue
        page = answer.content.decode()
        assert answer.status_code == 422, bad
        assert "field__error" in page, bad
        assert "error-summary" in page, bad
        assert "<script>alert" not in page
        if field not in CHOSEN and bad not in NOT_SHOWN:
            assert text.strip() in html.unescape(page), f"{bad} is lost"


@pytest.mark.parametrize("bad", ["too long", "control characters", "NUL", "emoji", "right to left", "zero width"])
@pytest.mark.parametrize("field", ["trade_name", "representative_name"])
def test_names_that_nobody_can_read_are_refused(browser, draft, field, bad):
    fields = good_answers(policy_of(draft.programme))["business"] | {field: BAD[bad]}
    assert post_step(browser, draft, "business", fields).status_code == 422


@pytest.mark.parametrize(
    ("began", "ended", "field"),
    [
        ("2022-10-16", "2022-10-15", "ended"),  # ends before it began
        ("2022-10-14", "2022-10-15", "began"),
        ("2022-10-15", "2022-10-21", "ended"),
        ("2022-10-15 10:00", "2022-10-15 09:00", "ended"),
        ("2022-10-15 10:00", "2022-10-15 10:00", "ended"),
    ],
)
def test_a_period_lies_within_the_outage_and_ends_after_it_began(browser, draft, began, ended, field):
    fields = {"line": ["1"], "line-1-service": "messenger", "line-1-began": began, "line-1-ended": ended}
    answer = post_step(browser, draft, "periods", fields)
    assert answer.status_code == 422
    assert f'href="#id_line-1-{field}"' in answer.content.decode()


@pytest.mark.parametrize(
    "written", ["2022-10-15", "2022.10.15", "2022/10/15", "20221015", "2022년 10월 15일", "２０２２-10-15"]
)
def test_dates_are_taken_as_people_write_them(browser, draft, written):
    fields = {"line": ["1"], "line-1-service": "카카오톡", "line-1-began": written, "line-1-ended": "2022-10-15"}
    assert post_step(browser, draft, "periods", fields).status_code == 302


def test_periods_of_one_service_do_not_overlap(browser, draft):
    fields = {"line": ["1", "2"]}
    for key, service in (("1", "messenger"), ("2", "messenger")):
        fields |= {f"line-{key}-service": service, f"line-{key}-began": "2022-10-15", f"line-{key}-ended": "2022-10-16"}
    answer = post_step(browser, draft, "periods", fields)
    assert answer.status_code == 422
    assert 'href="#id_line-2-began"' in answer.content.decode()
    assert post_step(browser, draft, "periods", fields | {"line-2-service": "taxi"}).status_code == 302


def test_all_losses_together_have_a_bound(browser, draft):
    lines = [
        {"key": key, "service": service, "began": "2022-10-15", "ended": "2022-10-15"}
        for key, service in (("1", "messenger"), ("2", "taxi"))
    ]
    save(draft, "periods", {"lines": lines})
    most = {f"line-{key}-lost_sales": str(limits.LOST_SALES_WON_MAX) for key in "12"}
    assert post_step(browser, draft, "losses", most).status_code == 422
    assert post_step(browser, draft, "losses", most | {"line-2-lost_sales": "0"}).status_code == 302


@pytest.mark.parametrize("phone", ["010-5555-6666", "+82 10 5555 6666"])
def test_a_mobile_number_has_to_be_proven_first(browser, draft, phone):
    fields = good_answers(policy_of(draft.programme))["business"] | {"phone": phone}
    answer = post_step(browser, draft, "business", fields)
    assert answer.status_code == 422
    assert "/account/contact/?next=" in answer.content.decode()


@pytest.mark.parametrize("phone", ["02-123-4567", "1588-1234", "010 1234 5678", "＋82-10-1234-5678"])
def test_a_land_line_and_the_own_mobile_are_taken(browser, draft, phone):
    fields = good_answers(policy_of(draft.programme))["business"] | {"phone": phone}
    assert post_step(browser, draft, "business", fields).status_code == 302


@pytest.mark.parametrize(
    "fields", [{}, {"line": ["x" * 50]}, {"line": ["1", "1"]}, {"line": ["1"] * 200}, {"change": "add"}]
)
def test_forms_that_no_page_sends_break_nothing(browser, draft, fields):
    for step in STEPS:
        assert post_step(browser, draft, step, fields).status_code in (302, 422)


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 50, "１"])
def test_a_version_that_is_no_number_is_no_error_of_ours(browser, draft, version):
    answer = browser.post(f"/my/drafts/{draft.reference}/steps/margin/", {"basis": "industry", "version": version})
    assert answer.status_code in (302, 409)


JSON = [None, True, False, 0, -1, 350000, 350000.0, 0.5, 1e300, float("nan"), float("inf"), 10**40, [], {}, "x", ["a"]]


@pytest.mark.parametrize("step", STEPS)
def test_values_of_any_kind_that_an_api_may_send_are_read_or_refused(draft, step):
    good = good_answers(policy_of(draft.programme))[step]
    for value in JSON:
        saved = save(draft, step, _with_value(good, value))
        draft.refresh_from_db()
        json.loads(draft.answers)
        context = context_of(draft, user=draft.owner)
        assert parse_saved(step, context).problems == (saved.problems if saved.is_kept else ()), value
        save(draft, step, good)


def _with_value(good, value):
    """The same answers, all with this value."""
    lines = good.get("lines")
    if isinstance(lines, list):
        return {"lines": [{"key": "1", "service": value, "began": value, "ended": value}]}
    if lines:
        return {"lines": {"1": dict.fromkeys(lines["1"], value)}}
    return dict.fromkeys(good, value)


@pytest.mark.parametrize("step", STEPS)
def test_answers_of_another_form_are_refused_or_read_as_nothing(draft, step):
    for typed in (None, [], "x", 5, {"lines": None}, {"lines": 5}, {"lines": {"a": {}}}, {"lines": {"1": 5}}):
        saved = save(draft, step, typed)
        assert saved.problems or saved.parsed.values is not None, typed


def test_every_sentence_of_a_page_leads_to_its_field(browser, draft):
    answer = post_step(browser, draft, "business", {"business_number": "220-81-62517", "phone": "x", "email": "x"})
    page = answer.content.decode()
    targets = re.findall(r'<li><a href="#([^"]+)"', page)
    assert targets == ["id_trade_name", "id_representative_name", "id_phone", "id_email"]
    for target in targets:
        assert f'id="{target}"' in page
        assert re.search(rf'id="{target}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="{target}"', page)
        assert f'id="{target}_error"' in page
