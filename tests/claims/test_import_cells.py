"""The import table of the programme, row by row: what a cell may hold, and what becomes of it. No database."""

from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from claims.services.association_files.claim_rows import RowParser, RowRefused
from claims.services.association_files.tables import open_table
from claims.services.intake import Submission
from claims.services.intake_rules import IntakeRules
from compensation.programmes.models import IntakeWindow
from tests.cast import NOW
from tests.claims.association_cast import good, moment, write_csv

REPORTED, ADDITIONAL = 1, 2
RULES = IntakeRules(
    services={"messenger": "messenger", "카카오톡": "messenger", "카카오t": "taxi"},
    service_names="카카오톡, 카카오 T",
    industries=frozenset({"5611"}),
    windows=(
        IntakeWindow(pk=REPORTED, opens_at=moment(2022, 10, 15), closes_at=moment(2022, 12, 29)),
        IntakeWindow(pk=ADDITIONAL, opens_at=moment(2023, 1, 30), closes_at=moment(2023, 2, 13)),
    ),
    reach_from=moment(2022, 10, 15),
    reach_until=moment(2022, 10, 21),
)

# header, cell, attribute of the submission, what it becomes
TAKEN = [
    ("접수번호", " 2022-가-7 ", "external_reference", "2022-가-7"),
    ("사업자등록번호", "2208162517", "merchant.business_number", "2208162517"),
    ("사업자등록번호", "220－81－62517", "merchant.business_number", "2208162517"),
    ("상호", "카페 「봄」 & 꽃", "merchant.trade_name", "카페 「봄」 & 꽃"),
    ("상호", "카페", "merchant.trade_name", "카페"),
    ("대표자명", "Mary O'Hara", "merchant.representative_name", "Mary O'Hara"),
    ("연락처", "02-123-4567", "merchant.phone", "+8221234567"),
    ("연락처", "1012345678", "merchant.phone", "+821012345678"),
    ("연락처", "+82 10 1234 5678", "merchant.phone", "+821012345678"),
    ("이메일", "", "merchant.email", ""),
    ("이메일", "a@EXAMPLE.com", "merchant.email", "a@example.com"),
    ("업종코드", "", "industry_code", ""),
    ("업종코드", "5611", "merchant.industry_code", "5611"),
    ("서비스", "messenger", "service", "messenger"),
    ("서비스", "카카오 T", "service", "taxi"),
    ("피해 시작일시", "2022년 10월 15일", "began_at", moment(2022, 10, 15)),
    ("피해 시작일시", "20221015 15:30", "began_at", moment(2022, 10, 15, 15, 30)),
    ("피해 종료일시", "2022.10.16", "ended_at", moment(2022, 10, 17)),
    ("피해 종료일시", "2022/10/16 00:00", "ended_at", moment(2022, 10, 16)),
    ("피해 종료일시", "2022-10-20", "ended_at", moment(2022, 10, 21)),
    ("매출 손실액", "₩350,000", "lost_sales_won", 350_000),
    ("매출 손실액", "３５００００", "lost_sales_won", 350_000),
    ("매출 손실액", "350000.0", "lost_sales_won", 350_000),
    ("매출 손실액", "0", "lost_sales_won", 0),
    ("매출 손실액", "10,000,000,000", "lost_sales_won", 10_000_000_000),
    ("영업이익률", "12.5", "reported_margin_bp", 1250),
    ("영업이익률", "12.34%", "reported_margin_bp", 1234),
    ("영업이익률", "", "reported_margin_bp", None),
    ("영업이익률", "0", "reported_margin_bp", 0),
    ("영업이익률", "-5%", "reported_margin_bp", -500),
    ("대체 서비스 유무", "유", "has_alternative", True),
    ("대체 서비스 유무", "아니오", "has_alternative", False),
    ("대체 서비스 유무", "O", "has_alternative", True),
    ("채널 가입", "1", "merchant.on_channel", True),
    ("채널 가입", "무", "merchant.on_channel", False),
    ("채널 가입", "", "merchant.on_channel", None),
    ("은행", "004", "bank_account.bank_code", "004"),
    ("은행", "신한", "bank_account.bank_code", "088"),
    ("계좌번호", "0123-45-67890", "bank_account.number", "01234567890"),
    ("예금주", "주식회사 봄", "bank_account.holder", "주식회사 봄"),
    ("접수일시", "2022-10-19", "received_at", moment(2022, 10, 19)),
    ("접수일시", "2023-01-30 00:00", "window_id", ADDITIONAL),
    ("접수일시", "2022-12-28 23:59:59", "window_id", REPORTED),
]

# header, cell, code of the fault
REFUSED = [
    ("접수번호", "", "required"),
    ("접수번호", "A\t1", "external_reference_malformed"),
    ("접수번호", "9" * 61, "external_reference_malformed"),
    ("사업자등록번호", "", "required"),
    ("사업자등록번호", "220-81-62518", "business_number_wrong_check"),
    ("사업자등록번호", "220-81-6251", "business_number_malformed"),
    ("사업자등록번호", "000-00-00000", "business_number_malformed"),
    ("상호", "  ", "required"),
    ("상호", "꽃집 🌸", "name_characters"),
    ("상호", "가" * 101, "name_too_long"),
    ("대표자명", "김\u202e하늘", "name_characters"),
    ("연락처", "", "required"),
    ("연락처", "+1 212 555 0100", "phone_not_korean"),
    ("연락처", "010-12", "phone_malformed"),
    ("이메일", "없음", "email_malformed"),
    ("업종코드", "99999", "unknown_industry"),
    ("서비스", "라인", "unknown_service"),
    ("피해 시작일시", "", "required"),
    ("피해 시작일시", "15/10/2022", "date_year_first"),
    ("피해 시작일시", "2022-02-30", "date_impossible"),
    ("피해 시작일시", "2022-10-14 23:59", "outside_incident"),
    ("피해 종료일시", "2022-10-21 00:01", "outside_incident"),
    ("피해 종료일시", "2022-10-21", "outside_incident"),
    ("피해 종료일시", "2022-10-15 15:30", "ends_before_it_began"),
    ("피해 종료일시", "2022-10-15 15:00", "ends_before_it_began"),
    ("매출 손실액", "", "required"),
    ("매출 손실액", "35만", "won_malformed"),
    ("매출 손실액", "1e5", "won_malformed"),
    ("매출 손실액", "1_000", "won_malformed"),
    ("매출 손실액", "350000.5", "won_malformed"),
    ("매출 손실액", "-1", "won_negative"),
    ("매출 손실액", "10000000001", "won_too_large"),
    ("영업이익률", "100.01", "percent_out_of_range"),
    ("영업이익률", "12.345", "percent_malformed"),
    ("대체 서비스 유무", "", "required"),
    ("대체 서비스 유무", "모름", "yes_no_malformed"),
    ("채널 가입", "글쎄", "yes_no_malformed"),
    ("은행", "", "account_incomplete"),
    ("예금주", "", "account_incomplete"),
    ("은행", "999", "bank_unknown"),
    ("계좌번호", "1.10123E+11", "account_number_lost_digits"),
    ("접수일시", "2022-10-14", "outside_every_window"),
    ("접수일시", "2022-12-29 00:00", "outside_every_window"),
    ("접수일시", "2023-02-01", "received_in_the_future"),
]


def parsed(path: Path, row: dict[str, Any]) -> Submission:
    table = open_table(write_csv(path, [row]))
    return RowParser(table.columns, RULES, "", NOW, NOW).parse(next(table.rows()))


@pytest.mark.parametrize(("header", "cell", "attribute", "expected"), TAKEN)
def test_what_a_cell_may_hold(tmp_path: Path, header: str, cell: str, attribute: str, expected: Any) -> None:
    submission = parsed(tmp_path / "a.csv", good() | {header: cell})
    [loss] = submission.losses
    found = loss if hasattr(loss, attribute) else submission
    assert reduce(getattr, attribute.split("."), found) == expected


@pytest.mark.parametrize(("header", "cell", "code"), REFUSED)
def test_what_a_cell_may_not_hold(tmp_path: Path, header: str, cell: str, code: str) -> None:
    with pytest.raises(RowRefused) as refused:
        parsed(tmp_path / "a.csv", good() | {header: cell})
    (fault,) = refused.value.faults
    assert (fault.column, fault.code) == (header, code)
    assert fault.value.strip()[:50] in cell
    assert fault.message_ko.endswith(("다.", "요."))


def test_every_fault_of_a_row_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(RowRefused) as refused:
        parsed(tmp_path / "a.csv", good(매출_손실액="35만", 상호="", 접수일시="어제"))
    assert [fault.column for fault in refused.value.faults] == ["상호", "매출 손실액", "접수일시"]


def test_no_account_is_fine(tmp_path: Path) -> None:
    assert parsed(tmp_path / "a.csv", good(은행="", 계좌번호="", 예금주="")).bank_account is None
