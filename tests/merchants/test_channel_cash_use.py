"""Channel cash handed over in lists, used and expired: through the ledger, never more than was granted, once."""

import csv
import gzip
import hashlib
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from openpyxl import load_workbook

from compensation import limits
from compensation.ledger.models import Account, Transfer
from compensation.ledger.selectors import balances
from merchants.models import ChannelCashGrant, ChannelCashList, ChannelCashUse
from merchants.selectors.channel_cash import channel_cash_figures, uses_by_day
from merchants.services.channel_cash import grant_channel_cash
from merchants.services.channel_cash_lists import (
    CSV_GZ,
    XLSX,
    DownloadRefused,
    ListChanged,
    make_next_list,
    note_download,
    write_list,
)
from merchants.services.channel_cash_uses import ReportedUse, UsesRefused, book_uses
from tests.cast import NOW, make_claims
from tests.concurrency.waiting import at_once
from users.services.people import system_user

TODAY = date(2023, 1, 31)
LATER = NOW + timedelta(days=30)


@pytest.fixture
def grants(programme) -> list[ChannelCashGrant]:
    """Three grants that were handed over."""
    make_claims(programme=programme, count=3)
    grant_channel_cash(programme=programme, at=NOW)
    make_next_list(programme=programme, actor=system_user(), at=NOW)
    return list(ChannelCashGrant.objects.order_by("id"))


def use(grant, amount_won=10_000, on=TODAY, kind="used", line=2, **more) -> ReportedUse:
    said = {"reference": grant.reference or "", "business_number": ""} | more
    return ReportedUse(line=line, kind=kind, amount_won=amount_won, on=on, **said)


def booked(programme, *uses, at=LATER):
    return book_uses(programme=programme, reported=uses, actor=system_user(), at=at)


def faults(programme, *uses, at=LATER) -> list[tuple[int, str]]:
    with pytest.raises(UsesRefused) as refused:
        booked(programme, *uses, at=at)
    return [(fault.line, fault.code) for fault in refused.value.faults]


def in_ledger(programme) -> tuple[int, int]:
    found = balances(programme=programme)
    assert sum(found.values()) == 0
    return found[Account.CHANNEL_CASH], found[Account.CHANNEL_CASH_USED]


def test_every_grant_is_on_one_list_with_a_reference_of_its_own(programme, grants):
    handed_over = ChannelCashList.objects.get()
    assert (handed_over.number, handed_over.grants_count, handed_over.total_won) == (1, 3, 150_000)
    assert len({grant.reference for grant in grants}) == 3
    assert make_next_list(programme=programme, actor=system_user(), at=NOW) is None
    make_claims(programme=programme, count=2, first=100)
    grant_channel_cash(programme=programme, at=NOW)
    assert make_next_list(programme=programme, actor=system_user(), at=NOW).number == 2


def test_a_list_is_no_longer_than_a_sheet_and_the_next_one_has_the_rest(programme, monkeypatch):
    monkeypatch.setattr(limits, "CHANNEL_CASH_LIST_ROWS_MAX", 2)
    make_claims(programme=programme, count=3)
    grant_channel_cash(programme=programme, at=NOW)
    made = [make_next_list(programme=programme, actor=system_user(), at=NOW) for _ in range(3)]
    assert [row and (row.grants_count, row.total_won) for row in made] == [(2, 100_000), (1, 50_000), None]


@pytest.mark.django_db(transaction=True)
def test_two_lists_made_at_once_are_one(programme):
    make_claims(programme=programme, count=50)
    grant_channel_cash(programme=programme, at=NOW)
    made = at_once(*[lambda: make_next_list(programme=programme, actor=system_user(), at=NOW)] * 2)
    assert sorted(row.grants_count if row else 0 for row in made) == [0, 50]


def test_a_list_is_the_same_in_both_kinds_of_file(grants, tmp_path):
    handed_over = ChannelCashList.objects.get()
    write_list(handed_over=handed_over, path=tmp_path / "list.xlsx", kind=XLSX)
    write_list(handed_over=handed_over, path=tmp_path / "list.csv.gz", kind=CSV_GZ)
    text = gzip.decompress((tmp_path / "list.csv.gz").read_bytes()).decode("utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    sheet = load_workbook(tmp_path / "list.xlsx").active
    assert [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] == rows
    assert hashlib.sha256(text.encode()).hexdigest() == handed_over.sha256
    assert rows[1] == [grants[0].reference, grants[0].merchant.business_number, "50000", "2023-01-31"]


def test_a_list_that_is_not_what_was_handed_over_is_not_given_out(grants, tmp_path):
    ChannelCashGrant.objects.filter(pk=grants[0].pk).update(amount_won=60_000)
    with pytest.raises(ListChanged):
        write_list(handed_over=ChannelCashList.objects.get(), path=tmp_path / "list", kind=XLSX)


def test_a_download_needs_a_reason(grants):
    with pytest.raises(DownloadRefused):
        note_download(handed_over=ChannelCashList.objects.get(), reason=" ", actor=system_user(), at=NOW)


def test_what_was_used_moves_in_the_ledger_and_what_expired_goes_back_to_the_budget(programme, grants):
    by_number = use(grants[1], 20_000, reference="", business_number=grants[1].merchant.business_number)
    result = booked(programme, use(grants[0]), by_number, use(grants[1], None, kind="expired"))
    assert (result.used_won, result.expired_won) == (30_000, 30_000)
    assert in_ledger(programme) == (150_000 - 60_000, 30_000)
    kinds = Transfer.objects.exclude(kind="channel_cash").values_list("kind", "from_account", "to_account")
    assert set(kinds) == {
        ("channel_cash_used", "channel_cash", "channel_cash_used"),
        ("channel_cash_expired", "channel_cash", "budget"),
    }
    figures = channel_cash_figures(programme=programme)
    assert (figures.used_merchants, figures.left_won) == (2, 90_000)
    assert [(day.used_won, day.expired_won) for day in uses_by_day(programme=programme)] == [(30_000, 30_000)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_won": 50_001}, "use_too_much"),
        ({"amount_won": 0}, "use_too_much"),
        ({"amount_won": None}, "use_too_much"),
        ({"on": date(2023, 1, 30)}, "use_wrong_date"),
        ({"on": date(2023, 3, 3)}, "use_wrong_date"),
        ({"kind": "expired", "amount_won": 49_999}, "use_wrong_rest"),
        ({"reference": "", "business_number": "2208162517"}, "grant_unknown"),
        ({"reference": "K7M4-9QXR-T2V5"}, "grant_unknown"),
    ],
)
def test_a_line_that_cannot_be_keeps_everything_out(programme, grants, changes, code):
    assert faults(programme, use(grants[1]), use(grants[0], line=3, **changes)) == [(3, code)]
    assert not ChannelCashUse.objects.exists()
    assert in_ledger(programme) == (150_000, 0)


def test_every_fault_is_named_with_its_line(programme, grants):
    one = use(grants[0], 40_000, line=2)
    found = faults(
        programme,
        one,
        use(grants[0], line=3),  # the same day again
        use(grants[0], 20_000, on=date(2023, 2, 1), line=4),  # more than is left
        use(grants[1], None, kind="expired", line=6),
        use(grants[1], 1, on=date(2023, 2, 2), line=5),  # after it expired
    )
    assert found == [(3, "use_reported_already"), (4, "use_too_much"), (6, "use_after_expiry")]


def test_what_was_reported_is_not_reported_again_and_what_expired_is_gone(programme, grants):
    booked(programme, use(grants[0]), use(grants[1], None, kind="expired"))
    assert faults(programme, use(grants[0])) == [(2, "use_reported_already")]
    assert faults(programme, use(grants[1])) == [(2, "use_expired_already")]
    assert faults(programme, use(grants[1], None, kind="expired", on=date(2023, 2, 9))) == [(2, "use_expired_already")]
    booked(programme, use(grants[0], 40_000, on=date(2023, 2, 1)))
    assert faults(programme, use(grants[0], None, kind="expired", on=date(2023, 2, 2))) == [(2, "use_nothing_left")]


def test_what_was_not_handed_over_cannot_be_used(programme, grants):
    make_claims(programme=programme, count=1, first=500)
    grant_channel_cash(programme=programme, at=NOW)
    late = ChannelCashGrant.objects.latest("id")
    number = late.merchant.business_number
    assert faults(programme, use(late, reference="", business_number=number)) == [(2, "grant_unknown")]
    with pytest.raises(IntegrityError), transaction.atomic():
        ChannelCashGrant.objects.filter(pk=late.pk).update(used_won=1)


@pytest.mark.parametrize("column", ["used_won", "expired_won"])
def test_the_database_lets_nobody_use_more_than_was_granted(grants, column):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE merchants_channelcashgrant SET {column} = 50001")


@pytest.mark.django_db(transaction=True)
def test_the_same_use_by_two_at_once_is_booked_once(programme):
    make_claims(programme=programme, count=1)
    grant_channel_cash(programme=programme, at=NOW)
    make_next_list(programme=programme, actor=system_user(), at=NOW)
    grant = ChannelCashGrant.objects.get()
    results = at_once(*[lambda: booked(programme, use(grant, 30_000))] * 2)
    assert sum(isinstance(result, UsesRefused) for result in results) == 1
    assert in_ledger(programme) == (20_000, 30_000)
