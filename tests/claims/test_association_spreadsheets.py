"""XLSX files as offices write them: values as seen, sparse sheets; and what only looks like one."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from claims.services.association_files.rows import AssociationFileRefused, UnreadableCell
from claims.services.association_files.tables import open_table
from tests.claims.association_cast import GOOD, as_table, good, write_xlsx

MARGIN = list(GOOD).index("영업이익률")


def as_in_excel(*parts: int) -> datetime:
    """A spreadsheet's moment, which knows no time zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def cell_read(tmp_path: Path, value: Any, number_format: str = "General") -> Any:
    """How one cell of a sheet is read."""
    workbook = Workbook()
    for row in as_table([GOOD]):
        workbook.active.append(row)
    cell = workbook.active.cell(2, MARGIN + 1, value)
    cell.number_format = number_format
    workbook.save(tmp_path / "a.xlsx")
    return next(open_table(tmp_path / "a.xlsx").rows()).cells[MARGIN]


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (0.125, "0.0%", "12.5%"),
        (0.125, "0.00%", "12.5%"),
        (0.125, "0%", "13%"),
        (0.07, "0.00%", "7%"),
        (0.12344, "0.00 %", "12.34%"),
        (-0.05, "0.0%;[Red]-0.0%", "-5%"),
        (0.5, f"0.{'0' * 40}%", "50%"),
        (1e30, "0%", f"1{'0' * 32}%"),
        (12.5, "General", 12.5),
        (12.5, '0.0"%"', 12.5),
        (350_000.0, "#,##0", 350_000),
        (1_012_345_678, "000-0000-0000", 1_012_345_678),
        (True, "General", True),
        (as_in_excel(2022, 10, 15), "yyyy-mm-dd", "2022-10-15"),
        (date(2022, 10, 15), 'yyyy"년" m"월" d"일"', "2022-10-15"),
        (as_in_excel(2022, 10, 15), "yyyy-mm-dd hh:mm", "2022-10-15 00:00:00"),
        (as_in_excel(2022, 10, 15, 15, 30), "yyyy-mm-dd", "2022-10-15"),
        (as_in_excel(2022, 10, 15, 15, 29, 59, 999_999), "m/d/yy h:mm", "2022-10-15 15:30:00"),
        ("12.5", "@", "12.5"),
    ],
)
def test_a_cell_is_read_as_it_is_seen(tmp_path: Path, value: Any, number_format: str, seen: Any) -> None:
    assert cell_read(tmp_path, value, number_format) == seen


@pytest.mark.parametrize(("value", "code"), [("=1+1", "formula_without_value"), ("#VALUE!", "formula_error")])
def test_a_formula_without_a_value_is_a_fault_of_its_cell(tmp_path: Path, value: str, code: str) -> None:
    cell = cell_read(tmp_path, value)
    assert isinstance(cell, UnreadableCell)
    assert (cell.shown, cell.refusal.code) == (value, code)


def test_only_the_first_sheet_is_read_and_its_gaps_are_kept(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["피해 접수 현황"])
    for column, (header, value) in enumerate(GOOD.items(), start=2):
        workbook.active.cell(4, column, header)
        workbook.active.cell(7, column, value)
    workbook.active.cell(9, 2, "합계")
    workbook.create_sheet("메모").append(["다른 시트"])
    workbook.save(tmp_path / "a.xlsx")
    table = open_table(tmp_path / "a.xlsx")
    (row,) = table.rows()
    assert (row.number, row.cells) == (7, [None, *(value or None for value in GOOD.values())])
    assert [title.number for title in table.title_rows] == [1]
    assert [total.number for total in table.total_rows] == [9]


def test_formatted_empty_rows_are_no_data(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", as_table([GOOD]))
    workbook = load_workbook(path)
    for number in range(3, 2_000):
        workbook.active.cell(number, 1).number_format = "0.00"
    workbook.save(path)
    assert len(list(open_table(path).rows())) == 1


def sheet_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def with_sheet(path: Path, sheet: str | bytes) -> Path:
    """The same workbook with another first sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            archive.writestr(name, content)
    return path


def refusal_code(path: Path) -> str:
    with pytest.raises(AssociationFileRefused) as refused:
        list(open_table(path).rows())
    return refused.value.code


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", as_table([GOOD]))
    assert refusal_code(with_sheet(path, b" " * 50_000_000)) == "zip_bomb"


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", as_table([GOOD]))
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
    assert refusal_code(with_sheet(path, bomb + sheet_of(path))) == "damaged"


@pytest.mark.parametrize("number", ["99999999999", "x"])
def test_an_impossible_row_number_is_damage(tmp_path: Path, number: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", as_table([good(), good()]))
    assert refusal_code(with_sheet(path, sheet_of(path).replace('<row r="3"', f'<row r="{number}"'))) == "damaged"


def test_a_percentage_beyond_all_numbers_stays_a_number(tmp_path: Path) -> None:
    assert cell_read(tmp_path, 12_345, "0%") == "1234500%"
    path = with_sheet(tmp_path / "a.xlsx", sheet_of(tmp_path / "a.xlsx").replace("<v>12345</v>", "<v>1E999</v>"))
    assert next(open_table(path).rows()).cells[MARGIN] == float("inf")


def test_a_cut_off_sheet_is_damage(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", as_table([GOOD]))
    assert refusal_code(with_sheet(path, sheet_of(path)[:-100])) == "damaged"


def test_a_sheet_with_a_compression_that_nobody_uses_is_damage(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", as_table([GOOD]))
    content = path.read_bytes()
    at = content.rindex(b"xl/worksheets/sheet1.xml") - 46 + 10  # its method, in the archive's directory
    path.write_bytes(content[:at] + b"\x63\x00" + content[at + 2 :])
    assert refusal_code(path) == "damaged"


def test_a_cut_off_file_is_damage(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", as_table([GOOD]))
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal_code(path) == "damaged"


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    assert refusal_code(write_xlsx(tmp_path / "a.xlsx", [])) == "empty"


@pytest.mark.parametrize(
    ("part", "words"), [("word/document.xml", "DOCX"), ("content.xml", "ODS"), ("notes.txt", "압축 파일")]
)
def test_another_kind_of_zip_is_called_by_its_name(tmp_path: Path, part: str, words: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(AssociationFileRefused, match=words):
        open_table(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("stream", "code"), [("EncryptedPackage", "encrypted"), ("Workbook", "wrong_type"), ("Other", "wrong_type")]
)
def test_an_ole2_container_is_encrypted_or_an_old_file(tmp_path: Path, stream: str, code: str) -> None:
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016)
    (tmp_path / "a.xlsx").write_bytes(header + stream.encode("utf-16-le") + bytes(512))
    assert refusal_code(tmp_path / "a.xlsx") == code
