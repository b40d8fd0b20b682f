"""What goes wrong in real files, one kind after the other: each takes a row that would go in and spoils it."""

from collections.abc import Callable
from typing import Any

Cells = dict[str, Any]  # a row by the headers of COLUMNS
Spoil = Callable[[Cells, Cells], Cells]  # a row of its own and the good row before it -> a row that is refused


def _with(change: Callable[[Cells], Cells]) -> Spoil:
    return lambda row, _: row | change(row)


def _cell(header: str, value: str) -> Spoil:
    return _with(lambda _: {header: value})


def _wrong_check_digit(row: Cells) -> Cells:
    number = row["사업자등록번호"]
    return {"사업자등록번호": f"{number[:-1]}{(int(number[-1]) + 1) % 10}"}


def _account(bank: str, number: str, holder: str) -> Spoil:
    return _with(lambda _: {"은행": bank, "계좌번호": number, "예금주": holder})


# By the code that the import gives. Where one code has several, a letter after a colon tells them apart.
FAULTS: dict[str, Spoil] = {
    "business_number_wrong_check": _with(_wrong_check_digit),
    "won_malformed": _cell("매출 손실액", "35만"),
    "duplicate": lambda row, before: before | {"접수번호": row["접수번호"]},
    "date_year_first": _cell("피해 시작일시", "15/10/2022"),
    "outside_incident": _cell("피해 종료일시", "2022-11-20"),
    "conflict": lambda row, before: row | {"접수번호": before["접수번호"]},
    "required:a": _cell("대표자명", ""),
    "phone_malformed": _cell("연락처", "1234"),
    "outside_every_window": _cell("접수일시", "2022-10-01 09:00"),
    "business_number_malformed": _cell("사업자등록번호", "123-45-678"),
    "repeated": lambda _, before: before,
    "won_malformed:b": _cell("매출 손실액", "약 500,000"),
    "required:b": _cell("연락처", ""),
    "unknown_service": _cell("서비스", "다른 메신저"),
    "won_negative": _cell("매출 손실액", "-120000"),
    "yes_no_malformed": _cell("대체 서비스 유무", "모름"),
    "date_impossible": _cell("피해 종료일시", "2022-10-32"),
    "percent_out_of_range": _cell("영업이익률", "120"),
    "email_malformed": _cell("이메일", "이메일 없음"),
    "unknown_industry": _cell("업종코드", "Z999"),
    "account_incomplete": _account("국민은행", "123-456-789012", ""),
    "account_number_lost_digits": _account("신한은행", "1.10123E+11", "김하늘"),
    "ends_before_it_began": _with(lambda row: {"피해 종료일시": row["피해 시작일시"]}),
    "phone_not_korean": _cell("연락처", "+1 212-555-0100"),
    "required:c": _cell("매출 손실액", ""),
}
