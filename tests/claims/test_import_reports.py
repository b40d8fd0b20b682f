"""The report of refused rows, which is corrected and sent again."""

import csv
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from claims.services.association_files.refusals import Refusals
from compensation.programmes.models import Programme
from merchants.models import Merchant
from tests.claims.association_cast import GOOD, counts, good, good_rows, take_in, write_csv, write_rows


def report_rows(path: Path) -> list[list[Any]]:
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    return [[cell if cell is not None else "" for cell in row] for row in load_workbook(path).active.values]


@pytest.fixture(params=["csv", "xlsx"])
def report(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where one of the two reports will be."""
    return tmp_path / f"report.{request.param}"


def import_with_a_fault(programme: Programme, path: Path, report: Path) -> None:
    rows = [*good_rows(2), good(접수번호="A-9", 매출_손실액="35만", 서비스="카카오 T")]
    result = take_in(programme, write_rows(path, [{"비고": "+급함"} | row for row in rows]), report=report)
    assert counts(result) == (2, 0, 1)


def no_room(*_arguments: object) -> None:
    """A disk that is full."""
    raise OSError("no room")


@pytest.mark.parametrize("source", ["a.csv", "a.xlsx"])
def test_a_report_has_the_columns_of_the_file_and_says_what_is_wrong(
    programme: Programme, tmp_path: Path, source: str, report: Path
) -> None:
    import_with_a_fault(programme, tmp_path / source, report)
    header, row = report_rows(report)
    assert header == ["비고", *GOOD, "오류"]
    assert row[1:-1] == [str(cell) for cell in good(접수번호="A-9", 매출_손실액="35만", 서비스="카카오 T").values()]
    assert row[-1].startswith("4행 · 매출 손실액 「35만」: 금액은 350000")


def test_a_report_is_corrected_and_sent_again(programme: Programme, tmp_path: Path, report: Path) -> None:
    import_with_a_fault(programme, tmp_path / "a.csv", report)
    header, row = report_rows(report)
    corrected = dict(zip(header, row, strict=True)) | {"매출 손실액": "350,000"}
    result = take_in(programme, write_rows(report, [corrected]), report=report)
    assert (counts(result), result.extra_columns) == ((1, 0, 0), ("비고", "오류"))
    assert report_rows(report) == [header]


def test_a_report_that_cannot_be_finished_leaves_both_files_as_they_were(
    programme: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_with_a_fault(programme, tmp_path / "a.csv", tmp_path / "report.xlsx")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*report*")}
    monkeypatch.setattr(Refusals, "_write_csv", no_room)
    with pytest.raises(OSError, match="no room"):
        take_in(programme, write_csv(tmp_path / "b.csv", [good(상호="")]), report=tmp_path / "report.xlsx")
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*report*")} == before


def test_what_a_spreadsheet_would_run_is_text_in_the_report(programme: Programme, tmp_path: Path) -> None:
    dangerous = {"비고": '=HYPERLINK("http://example.com")', "메모": "@SUM(A1)", "표": "\t=1"}
    take_in(programme, write_csv(tmp_path / "a.csv", [dangerous | good(상호="")]), report=tmp_path / "report.xlsx")
    sheet = load_workbook(tmp_path / "report.xlsx").active
    assert [sheet.cell(2, column).data_type for column in (1, 2, 3)] == ["s", "s", "s"]
    assert report_rows(tmp_path / "report.csv")[1][:3] == [f"'{value}" for value in dangerous.values()]


def test_a_name_like_a_formula_is_stored_as_text(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, write_csv(tmp_path / "a.csv", [good(상호="@카페", 대표자명="'-김하늘")]))
    merchant = Merchant.objects.get()
    assert (merchant.trade_name, merchant.representative_name) == ("@카페", "-김하늘")
