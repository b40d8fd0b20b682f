"""Results of the bank: read as a whole or not at all, every fault with its line, and nothing twice."""

from datetime import date, timedelta

import pytest
from openpyxl import Workbook

from claims.models import BankFile, Claim, Notice, Payout, PayoutTransition, ResultFile
from claims.services.bank_files.result_faults import ResultRefused
from claims.services.notices import write_next_notices
from compensation import limits
from compensation.ledger.models import Transfer
from compensation.messaging.models import Message
from merchants.models import BankAccount, Merchant
from tests.cast import NOW
from tests.claims.bank_cast import answers, bank_folder, layout, read, references, releasing, with_bank
from tests.claims.bank_standin import NO_ACCOUNT, result_file
from tests.claims.payout_cast import TODAY, batch_of, determined, states

__all__ = ["bank_folder"]
CODES = ("csv-bulk", "excel-bulk", "fixed-width")


@pytest.fixture
def batch(programme, ops, bank_folder):
    """Three payouts of 30,000 won with the bank."""
    determined(programme)
    return with_bank(programme, ops)


def faults(result):
    return [(row["line"], row["code"]) for row in result.faults]


def booked(kind):
    return list(Transfer.objects.filter(kind=kind).values_list("from_account", "to_account", "amount_won"))


@pytest.mark.parametrize("code", CODES)
def test_what_the_bank_says_becomes_of_the_payouts(programme, ops, bank_folder, tmp_path, code):
    determined(programme)
    batch = with_bank(programme, ops, code)
    _, second, third = references(batch)
    result = read(batch, tmp_path, answers(batch, returned={second: NO_ACCOUNT}, unknown=[third]), actor=ops)
    assert result.is_accepted, result.faults
    assert states() == ["paid", "returned", "unknown"]
    assert (result.lines, result.paid_won, result.returned_won, result.unknown_count) == (3, 30_000, 30_000, 1)
    returned = Payout.objects.get(reference=second)
    assert (returned.return_code, returned.settled_on, returned.result_file) == ("no_account", TODAY, result)
    assert booked("payout_paid") == [("payouts_released", "payouts_paid", 30_000)]
    assert booked("payout_returned") == [("payouts_released", "payouts_returned", 30_000)]


def test_a_batch_of_which_every_payout_is_final_is_closed(batch, ops, tmp_path):
    lines = answers(batch)
    read(batch, tmp_path, lines[:2], actor=ops)
    batch.refresh_from_db()
    assert (batch.state, states()) == ("released", ["paid", "paid", "released"])  # a missing line stays open
    read(batch, tmp_path, lines[2:], actor=ops)
    batch.refresh_from_db()
    assert (batch.state, states()) == ("closed", ["paid"] * 3)


def test_what_was_unknown_is_settled_by_a_later_file(batch, ops, tmp_path):
    first = references(batch)[0]
    read(batch, tmp_path, answers(batch, unknown=[first]), actor=ops)
    result = read(batch, tmp_path, answers(batch, returned={first: NO_ACCOUNT}), actor=ops)
    assert (result.is_accepted, result.known_count, states()[0]) == (True, 2, "returned")
    moves = PayoutTransition.objects.filter(payout__reference=first).values_list("to_state", "reason").order_by("id")
    assert list(moves)[-2:] == [("unknown", "bank result"), ("returned", "bank result: 계좌번호 오류")]


def test_the_same_file_again_is_the_first_result_and_changes_nothing(batch, ops, second_ops, tmp_path):
    lines = answers(batch)
    first = read(batch, tmp_path, lines, actor=ops)
    before = Transfer.objects.count(), PayoutTransition.objects.count(), Notice.objects.count()
    assert read(batch, tmp_path, lines, actor=second_ops) == first
    assert before == (Transfer.objects.count(), PayoutTransition.objects.count(), Notice.objects.count())


def test_the_same_lines_in_another_file_are_known(batch, ops, tmp_path):
    lines = answers(batch)
    read(batch, tmp_path, lines, actor=ops)
    again = read(batch, tmp_path, lines[::-1], actor=ops)
    assert (again.is_accepted, again.lines, again.known_count) == (True, 3, 3)
    assert len(booked("payout_paid")) == 3


@pytest.mark.parametrize(
    ("place", "change", "fault"),
    [
        (1, {"reference": "K7M4-9QXR-T2V5"}, (3, "reference_unknown")),
        (1, {"reference": "=1+1"}, (3, "reference_unknown")),
        (1, {"reference": ""}, (3, "reference_missing")),
        (1, {"amount_won": "30,001"}, (3, "amount_differs")),
        (1, {"amount_won": "30000.5"}, (3, "amount_unreadable")),
        (1, {"amount_won": "-30000"}, (3, "amount_unreadable")),
        (1, {"amount_won": ""}, (3, "amount_unreadable")),
        (1, {"amount_won": "9" * 30}, (3, "amount_unreadable")),
        (2, {"day": "20230130"}, (4, "day_too_early")),
        (2, {"day": "20230201"}, (4, "day_too_late")),
        (2, {"day": "01/31/2023"}, (4, "day_unreadable")),
        (2, {"day": ""}, (4, "day_unreadable")),
        (0, {"outcome": "글쎄"}, (2, "outcome_unknown")),
        (0, {"outcome": ""}, (2, "outcome_unknown")),
    ],
)
def test_a_fault_is_said_with_its_line_and_nothing_changes(batch, ops, tmp_path, place, change, fault):
    lines = answers(batch)
    lines[place] |= change
    result = read(batch, tmp_path, lines, actor=ops)
    assert (result.is_accepted, faults(result), result.faults_count) == (False, [fault], 1)
    assert states() == ["released"] * 3
    assert not booked("payout_paid")
    assert not Notice.objects.filter(template="payout_paid").exists()


def test_every_fault_of_a_file_is_found_at_once(batch, ops, tmp_path):
    lines = answers(batch)
    lines[0] |= {"amount_won": "1", "day": "20240101"}
    lines[1] |= {"outcome": "글쎄"}
    lines.append(lines[2])
    result = read(batch, tmp_path, lines, actor=ops)
    assert faults(result) == [
        (2, "amount_differs"),
        (2, "day_too_late"),
        (3, "outcome_unknown"),
        (5, "reference_twice"),
    ]
    assert result.faults[3]["ko"].endswith("4번째 줄에 이미 나왔습니다.")


def test_what_is_final_does_not_become_something_else(batch, ops, tmp_path):
    read(batch, tmp_path, answers(batch), actor=ops)
    first = references(batch)[0]
    result = read(batch, tmp_path, answers(batch, returned={first: NO_ACCOUNT}), actor=ops)
    assert faults(result) == [(2, "already_final")]
    assert result.faults[0]["ko"] == "이미 「지급 완료」로 끝난 건인데 결과가 「반려」로 왔습니다."
    assert states() == ["paid"] * 3


def test_a_result_of_another_batch_is_refused_line_by_line(programme, batch, ops, tmp_path):
    lines = answers(batch)
    determined(programme, count=1)
    other = with_bank(programme, ops)
    result = read(other, tmp_path, lines, actor=ops)
    assert faults(result) == [(2, "other_batch"), (3, "other_batch"), (4, "other_batch")]


def test_after_midnight_in_seoul_the_day_is_no_longer_in_the_future(batch, ops, tmp_path):
    lines = answers(batch, day=TODAY + timedelta(days=1))
    midnight = (NOW + timedelta(days=1)).replace(hour=0)
    assert not read(batch, tmp_path, lines, actor=ops, at=midnight - timedelta(seconds=1)).is_accepted
    assert read(batch, tmp_path, lines, actor=ops, at=midnight).is_accepted
    assert Payout.objects.first().settled_on == date(2023, 2, 1)


# --- files as they really come


def csv_of(batch, lines=None):
    return result_file(lines or answers(batch), layout(batch).result)


def text_of(batch):
    return csv_of(batch).decode("cp949")


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        (lambda text: b"", (0, "empty")),
        (lambda text: text.encode("utf-8").replace(b"\xec\x84\xb1", b"\xff\xff\xff"), (1, "encoding")),
        (lambda text: text.encode("utf-16"), (1, "encoding")),
        (lambda text: b"%PDF-1.7 nothing", (0, "unreadable")),
        (lambda text: b"PK\x03\x04 half a sheet", (0, "unreadable")),
        (lambda text: b"\x00" * 5_000, (0, "empty")),
        (lambda text: text.replace("관리번호", "번호").encode("cp949"), (1, "columns_missing")),
        (lambda text: text.replace("금액", "관리번호").encode("cp949"), (1, "columns_missing")),
        (lambda text: text.replace("사유", "관리번호").encode("cp949"), (1, "columns_missing")),
        (lambda text: text.splitlines()[0].encode("cp949"), (0, "no_lines")),
        (lambda text: text.encode("cp949")[:-12], (4, "cells_missing")),
        (lambda text: text.encode("cp949")[:-20], (4, "quotes")),
        (lambda text: text.replace('"', "").encode("cp949"), (2, "cells_too_many")),
        (lambda text: text.replace('"', '""', 1).encode("cp949"), (2, "quotes")),
        (lambda text: b"garbage,\xb0\xa1\r\n" * 10_000, (0, "columns_missing")),
    ],
)
def test_a_bad_file_has_one_clear_error_and_changes_nothing(batch, ops, tmp_path, spoilt, fault):
    result = read(batch, tmp_path, spoilt(text_of(batch)), actor=ops)
    line, code = faults(result)[0]
    assert (result.is_accepted, code) == (False, fault[1]), result.faults
    assert not fault[0] or line == fault[0]
    assert states() == ["released"] * 3


def test_columns_in_another_order_titles_above_and_a_total_below_are_no_fault(batch, ops, tmp_path):
    header, *rows = [line.split(",") for line in text_of(batch).replace('"30,000"', "30000").splitlines()]
    turned = [",".join(cells[::-1]) for cells in [header, *rows]]
    text = "\r\n".join(["이체 결과,,,,", "", *turned, ",,,,합계", ""])
    result = read(batch, tmp_path, text.encode("cp949"), actor=ops)
    assert (result.is_accepted, result.lines, states()) == (True, 3, ["paid"] * 3), result.faults


def test_blank_cells_that_a_spreadsheet_puts_at_the_end_are_no_fault(batch, ops, tmp_path):
    header, *rows = text_of(batch).splitlines()
    text = "\r\n".join([header, *(f"{row},," for row in rows)])
    result = read(batch, tmp_path, text.encode("cp949"), actor=ops)
    assert (result.is_accepted, result.lines) == (True, 3), result.faults


def test_a_sheet_for_a_profile_of_text_is_said_to_be_one(batch, ops, tmp_path):
    book = Workbook()
    book.active.append(["관리번호"])
    book.save(tmp_path / "sheet")
    result = read(batch, tmp_path, (tmp_path / "sheet").read_bytes(), actor=ops)
    assert result.faults[0]["ko"] == "이 양식의 결과 파일은 CSV 파일인데 XLSX 파일이 왔습니다."


def test_lines_of_fixed_width_that_are_cut_or_have_separators_are_found(programme, ops, bank_folder, tmp_path):
    determined(programme)
    batch = with_bank(programme, ops, "fixed-width")
    content = csv_of(batch)
    assert faults(read(batch, tmp_path, content[:-30], actor=ops)) == [(3, "line_too_short")]
    separated = content.replace(b"0000000030000", b"       30,000", 1)
    assert faults(read(batch, tmp_path, separated, actor=ops)) == [(1, "amount_unreadable")]
    assert read(batch, tmp_path, content + b"\x1a", actor=ops).is_accepted


def test_an_endless_file_is_refused_before_it_is_read(batch, ops, tmp_path):
    path = tmp_path / "result"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    from claims.services.bank_files.reading import read_result

    with pytest.raises(ResultRefused, match="larger than 50 MB"):
        read_result(batch=batch, upload=path, name="x", actor=ops, at=NOW)
    assert not ResultFile.objects.exists()


def test_of_very_many_faults_the_first_are_kept_and_all_are_counted(batch, ops, tmp_path):
    lines = [answers(batch)[0] | {"reference": f"X{number}"} for number in range(limits.RESULT_FAULTS_KEPT + 5)]
    result = read(batch, tmp_path, lines, actor=ops)
    assert (result.faults_count, len(result.faults)) == (limits.RESULT_FAULTS_KEPT + 5, limits.RESULT_FAULTS_KEPT)
    assert faults(result)[-1] == (limits.RESULT_FAULTS_KEPT + 1, "reference_unknown")


@pytest.mark.parametrize("make", [batch_of, releasing])
def test_there_is_no_result_of_what_is_not_with_the_bank(programme, ops, bank_folder, tmp_path, make):
    determined(programme)
    batch = make(programme, ops)
    with pytest.raises(ResultRefused, match="not with the bank"):
        read(batch, tmp_path, b"anything", actor=ops)
    assert not ResultFile.objects.exists()
    assert not BankFile.objects.exists()


# --- what follows


def test_merchants_are_told_in_plain_words_and_asked_for_another_account(batch, ops, tmp_path):
    Merchant.objects.update(phone="+821012345678")
    first, second, _ = references(batch)
    why = {first: {"code": "", "text": "예금주 성명 불일치(E21)"}, second: {"code": "", "text": "은행 전산 장애"}}
    read(batch, tmp_path, answers(batch, returned=why), actor=ops)
    Notice.objects.filter(payout=None).delete()
    write_next_notices(at=NOW)
    told = {row.template: row.body for row in Message.objects.all() if row.template.startswith("payout_")}
    assert "예금주 이름이 신청하신 이름과 다릅니다" in told["payout_returned"]
    assert "다른 계좌를 적어 주십시오" in told["payout_returned"]
    assert "따로 하실 일은 없습니다" in told["payout_delayed"]
    assert "30,000원" in told["payout_paid"]
    standings = Claim.objects.order_by("id").values_list("merchant__bank_accounts__standing", flat=True)
    assert list(standings) == ["to_check", "verified", "verified"]
    assert BankAccount.objects.count() == 3
