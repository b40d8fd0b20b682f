"""CSV files as offices write them: encodings, delimiters, line ends, titles, totals; and what cannot be read."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from claims.services.association_files.rows import AssociationFileRefused
from claims.services.association_files.tables import ClaimTable, open_table
from tests.claims.association_cast import GOOD, csv_text, good, good_rows, write_csv


def read(path: Path) -> tuple[ClaimTable, list[list[Any]]]:
    table = open_table(path)
    return table, [row.cells for row in table.rows()]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp949", "cp949"), ("euc-kr", "cp949"), ("utf-16", "utf-16")],
)
def test_every_encoding_delimiter_and_line_end(
    tmp_path: Path, encoding: str, read_as: str, delimiter: str, line_end: str
) -> None:
    rows = [good(상호="꽃집, 봄; 본점\t\n2층")]
    path = write_csv(tmp_path / "a.csv", rows, encoding=encoding, delimiter=delimiter, line_end=line_end)
    table, cells = read(path)
    assert (table.source.encoding, table.source.delimiter) == (read_as, delimiter)
    assert cells == [list(rows[0].values())]


def test_headers_are_matched_without_regard_to_spaces_and_normal_forms(tmp_path: Path) -> None:
    headers = [unicodedata.normalize("NFD", header.replace(" ", "\u00a0 ")) for header in GOOD]
    headers[0] = " 접수\u00a0번호\u200b"
    table, _ = read(write_csv(tmp_path / "a.csv", [dict(zip(headers, GOOD.values(), strict=True))]))
    assert len(table.columns) == len(GOOD)
    assert table.extra_columns == []


def test_columns_come_in_any_order_and_extra_ones_are_named(tmp_path: Path) -> None:
    row = {"비고": "급함"} | dict(reversed(GOOD.items())) | {"담당자": "이"}
    table, _ = read(write_csv(tmp_path / "a.csv", [row]))
    assert table.extra_columns == ["비고", "담당자"]
    assert {column.header for _, column in table.columns} == set(GOOD)


def test_titles_above_and_a_total_below_are_no_data(tmp_path: Path) -> None:
    text = "2022년 피해 접수 현황\n\n" + csv_text(good_rows(2)) + "\n합 계,,,,,,,,,,700000,,,,,,,\n"
    table, cells = read(written(tmp_path / "a.csv", text))
    assert [row[0] for row in cells] == ["A-1", "A-2"]
    assert [(row.number, row.text) for row in table.title_rows] == [(1, "2022년 피해 접수 현황")]
    assert [(row.number, row.text) for row in table.total_rows] == [(7, "합 계 700000")]


def test_a_row_is_counted_as_a_spreadsheet_counts_it(tmp_path: Path) -> None:
    rows = [good(상호="한\n집"), good(접수번호="A-2")]
    table = open_table(write_csv(tmp_path / "a.csv", rows))
    assert [row.number for row in table.rows()] == [2, 3]


def test_an_unquoted_amount_with_commas_does_not_shift_the_row(tmp_path: Path) -> None:
    text = csv_text([good(매출_손실액="AMOUNT"), good(접수번호="A-2")]).replace("AMOUNT", "1,000,000")
    rows = list(open_table(written(tmp_path / "a.csv", text)).rows())
    assert rows[0].refusal is not None
    assert (rows[0].refusal.code, len(rows[0].cells)) == ("too_many_cells", len(GOOD) + 2)
    assert rows[1].refusal is None


def test_blank_cells_that_a_spreadsheet_puts_at_the_end_are_no_fault(tmp_path: Path) -> None:
    header, *rows = csv_text(good_rows(2)).splitlines()
    table = open_table(written(tmp_path / "a.csv", "\n".join([header, *(f"{row},, ," for row in rows)])))
    assert [(row.refusal, len(row.cells)) for row in table.rows()] == [(None, len(GOOD))] * 2


def test_misplaced_quotes_cost_one_row(tmp_path: Path) -> None:
    text = csv_text([good(상호="QUOTE"), good(접수번호="A-2")]).replace("QUOTE", '"봄"꽃집')
    rows = list(open_table(written(tmp_path / "a.csv", text)).rows())
    assert [row.refusal and row.refusal.code for row in rows] == ["wrong_quotes", None]


UNREADABLE = [
    ("nothing", b"", "empty"),
    ("only spaces and a mark", b"\xef\xbb\xbf \r\n\n", "empty"),
    ("only separators", b",,,\n,,\n", "empty"),
    ("a header without what is required", "접수번호,상호\n1,봄\n".encode(), "columns_missing"),
    ("no header", "가,나,다\n1,2,3\n".encode(), "columns_missing"),
    ("a column twice", f"{','.join(GOOD)},접수 번호\n".encode(), "columns_repeated"),
    ("bytes of no encoding", csv_text([GOOD]).encode() + b"\xff\xff\n", "encoding"),
    ("UTF-8 cut off in a character", csv_text([GOOD]).encode() + "가".encode()[:2], "encoding"),
    ("NUL", csv_text([GOOD]).encode() + b"a\0b\n", "binary"),
    ("a quote without end", csv_text([GOOD]).encode() + b'"A-2,\n' * 3, "quote_without_end"),
    ("a line without end", csv_text([GOOD]).encode() + b"x" * 3_000_000, "line_too_long"),
    ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "wrong_type"),
    ("an image", b"\x89PNG\r\n\x1a\n", "wrong_type"),
    ("a web page", "\ufeff<html><table><tr><td>접수번호".encode(), "wrong_type"),
    ("a web page in UTF-16", "<html><table><tr><td>접수번호".encode("utf-16"), "wrong_type"),
    ("XML", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "wrong_type"),
]


@pytest.mark.parametrize(("content", "code"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_what_cannot_be_read_is_refused_as_a_whole(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AssociationFileRefused) as refused:
        read(tmp_path / name)
    assert refused.value.code == code
    assert refused.value.message_ko


def test_the_line_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(csv_text(good_rows(3)).encode() + b"\xff\n")
    with pytest.raises(AssociationFileRefused, match="5번째 줄"):
        open_table(tmp_path / "a.csv")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssociationFileRefused) as refused:
        open_table(tmp_path / "a.csv")
    assert refused.value.code == "unreadable"
