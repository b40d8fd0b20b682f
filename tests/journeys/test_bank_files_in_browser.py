"""Bank profiles, bank files and results in a real browser: accessible, in both languages, and a refused result."""

import pytest
from playwright.sync_api import expect

from compensation.programmes.models import Role
from tests.cast import person
from tests.claims.bank_cast import answers, bank_folder, layout, with_bank
from tests.claims.bank_standin import result_file
from tests.claims.payout_cast import determined, states
from tests.web import faults_of, open_all, sign_in

__all__ = ["bank_folder"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]
BASE = "/programmes/1015/"


@pytest.fixture
def batch(programme, bank_folder):
    ops = person("ops", programme, Role.OPS)
    determined(programme, count=2)
    return with_bank(programme, ops)


def test_the_pages_and_a_result_that_is_refused_and_then_taken(page, batch, tmp_path):
    sign_in(page, "ops")
    files = f"{BASE}payouts/batches/{batch.reference}/files/"
    profiles = ("bank-profiles/", "bank-profiles/of/fixed-width/", "bank-profiles/of/csv-bulk/edit/")
    for path in (*profiles, files.removeprefix(BASE)):
        page.goto(BASE + path)
        open_all(page)
        assert faults_of(page) == [], path
    lines = answers(batch)
    for name, rows in (("wrong.csv", [lines[0] | {"amount_won": "1"}]), ("right.csv", lines)):
        (tmp_path / name).write_bytes(result_file(rows, layout(batch).result))
        page.goto(files)
        page.set_input_files("#file", tmp_path / name)
        page.press("form[enctype] button", "Enter")
        page.wait_for_url("**/results/*/")
        assert faults_of(page) == [], name
    assert states() == ["paid", "paid"]


def test_a_fault_of_a_profile_is_reached_by_keyboard(page, batch):
    sign_in(page, "ops")
    page.goto(f"{BASE}bank-profiles/of/csv-bulk/edit/")
    page.fill("#text", "code = 7")
    page.press("[value=try]", "Enter")
    page.wait_for_selector("[role=alert]")
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    expect(page.locator("#text")).to_have_value("code = 7")
