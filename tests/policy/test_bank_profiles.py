"""Bank profiles: what is wrong with one is said with its place, and what the cells of a file say at their bounds."""

import copy
import tomllib
from pathlib import Path

import pytest

from compensation.policy.bank_cells import (
    CellDoesNotFit,
    Transfer,
    cell_of,
    clean,
    fixed,
    is_number,
    losses_of,
    printed,
    printed_losses,
)
from compensation.policy.bank_profile_text import as_toml
from compensation.policy.bank_profiles import Column, ProfileFaults, parse_profile

FOLDER = Path(__file__).parent.parent.parent / "data" / "bank_profiles"
REASONS = ("no_account", "closed_account", "holder_differs", "stopped_account", "takes_no_deposits", "limit_exceeded")
REASONS = (*REASONS, "bank_fault")
SHIPPED = {path.stem: tomllib.loads(path.read_text()) for path in FOLDER.glob("*.toml")}


def parsed(document):
    return parse_profile(document, reasons=REASONS)


def changed(code, path, value):
    """A shipped document with one value changed (or taken out: None). `path`: keys and numbers, with dots."""
    document = copy.deepcopy(SHIPPED[code])
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = document
    for part in way:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


def transfer(**more):
    return Transfer(
        **{
            "sequence": 7,
            "bank_code": "004",
            "bank_name": "KB국민은행",
            "account_number": "110123456789",
            "holder": "김소상",
            "amount_won": 30_000,
            "printed_text": "1015지원",
            "reference": "K7M4-9QXR-T2V5",
            "memo": "BCDF-GHJK-MNPQ",
        }
        | more
    )


def test_three_different_profiles_are_shipped():
    kinds = {
        (layout.file.kind, layout.file.encoding, layout.file.has_header) for layout in map(parsed, SHIPPED.values())
    }
    assert kinds == {("xlsx", "", True), ("csv", "cp949", False), ("txt", "euc_kr", False)}


@pytest.mark.parametrize("code", SHIPPED)
def test_a_profile_is_the_same_after_it_was_written_and_read_again(code):
    assert tomllib.loads(as_toml(SHIPPED[code])) == SHIPPED[code]


@pytest.mark.parametrize(
    ("code", "path", "value", "fault"),
    [
        ("csv-bulk", "code", "CSV Bulk", "code"),
        ("csv-bulk", "name_ko", None, "name_ko"),
        ("csv-bulk", "printed_text_length", 0, "printed_text_length"),
        ("csv-bulk", "printed_text_in", "words", "printed_text_in"),
        ("csv-bulk", "file.kind", "pdf", "file.kind"),
        ("csv-bulk", "file.encoding", "latin-1", "file.encoding"),
        ("csv-bulk", "file.delimiter", "none", "file.delimiter"),
        ("csv-bulk", "file.line_ending", None, "file.line_ending"),
        ("csv-bulk", "file.rows_per_file", 0, "file.rows_per_file"),
        ("csv-bulk", "file.rows_per_file", 200_001, "file.rows_per_file"),
        ("csv-bulk", "file.colums", [], "file.colums"),
        ("csv-bulk", "file.columns.0.field", "iban", "file.columns[0].field"),
        ("csv-bulk", "file.columns.0.title", "=HYPERLINK()", "file.columns[0].title"),
        ("csv-bulk", "file.columns.5", {"field": "blank", "title": "x"}, "file.columns"),
        ("csv-bulk", "file.columns.0", {"field": "blank", "title": "x"}, "file.columns"),
        ("fixed-width", "file.header", True, "file.header"),
        ("fixed-width", "file.columns.4.width", 9, "file.columns[4].width"),
        ("fixed-width", "file.columns.7.width", 13, "file.columns[7].width"),
        ("fixed-width", "file.columns.5.width", 101, "file.columns[5].width"),
        ("fixed-width", "file.columns.5.pad", "zeros_before", "file.columns[5].pad"),
        ("fixed-width", "file.columns.0.text", "+1", "file.columns[0].text"),
        ("fixed-width", "result.columns.0.starts_at", 0, "result.columns[0].starts_at"),
        ("fixed-width", "result.columns.1.starts_at", 2, "result.columns"),
        ("fixed-width", "result.reasons.0.reason", "unheard_of", "result.reasons[0].reason"),
        ("fixed-width", "result.reasons.1.code", "0101", "result.reasons[1].code"),
        ("csv-bulk", "result.columns.0.field", "day", "result.columns"),
        ("csv-bulk", "result.columns.0.title", None, "result.columns[0].title"),
        ("csv-bulk", "result.paid", [], "result.paid"),
        ("csv-bulk", "result.returned", ["성공"], "result.returned"),
        ("csv-bulk", "result.unknown", 7, "result.unknown"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(code, path, value, fault):
    with pytest.raises(ProfileFaults) as caught:
        parsed(changed(code, path, value))
    assert fault in [found.path for found in caught.value.faults]


def test_a_bank_that_always_knows_has_no_word_for_unknown():
    assert set(parsed(changed("csv-bulk", "result.unknown", None)).result.outcomes.values()) == {"paid", "returned"}


@pytest.mark.parametrize(
    ("name", "clean_name"),
    [
        ("(주)가게", "(주)가게"),
        ("=1+1", "1+1"),
        ("+-@=가게", "가게"),
        ("가게, 그리고|카페", "가게 그리고 카페"),
        ("가게\"점\t\r\n'본점';", "가게 점 본점"),
        ("가\u200b게\u202e", "가 게"),
    ],
)
def test_nothing_of_a_name_ends_a_cell_or_begins_a_formula(name, clean_name):
    assert clean(name) == clean_name


@pytest.mark.parametrize(
    ("text", "width", "pad", "expected"),
    [
        ("가나", 4, "spaces_after", b"\xb0\xa1\xb3\xaa"),
        ("가나", 5, "spaces_after", b"\xb0\xa1\xb3\xaa "),
        ("가나다", 5, "spaces_after", b"\xb0\xa1\xb3\xaa "),  # never half a syllable
        ("가나", 6, "spaces_before", b"  \xb0\xa1\xb3\xaa"),
        ("é가", 4, "spaces_after", b"?\xb0\xa1 "),
        ("똠가", 4, "spaces_after", b"?\xb0\xa1 "),  # not as eight bytes that no bank reads
    ],
)
def test_a_cell_of_fixed_width_is_cut_between_characters(text, width, pad, expected):
    assert fixed(text, Column("holder", "예금주", width=width, pad=pad), encoding="euc_kr") == expected


def test_an_amount_is_filled_with_zeros_and_never_cut():
    column = Column("amount_won", "금액", width=10, pad="zeros_before")
    assert fixed("30000", column, encoding="cp949") == b"0000030000"
    with pytest.raises(CellDoesNotFit):
        fixed("12345678901", column, encoding="cp949")


@pytest.mark.parametrize(
    ("length", "in_bytes", "expected"),
    [
        (7, False, "1015지원금"),
        (6, False, "1015지원"),
        (8, True, "1015지원"),
        (9, True, "1015지원"),
        (10, True, "1015지원금"),
    ],
)
def test_the_printed_text_is_cut_as_the_bank_counts(length, in_bytes, expected):
    document = changed("csv-bulk", "printed_text_length", length)
    document["printed_text_in"] = "bytes" if in_bytes else "characters"
    layout = parsed(document)
    assert printed("1015지원금", layout=layout) == expected
    assert bool(list(printed_losses("1015지원금", layout=layout))) == (expected != "1015지원금")


@pytest.mark.parametrize(
    ("code", "holder", "account", "lost"),
    [
        ("csv-bulk", "김소상", "110123456789", []),
        ("csv-bulk", "똠방각하", "110123456789", []),  # CP949 has every modern syllable …
        ("fixed-width", "똠방각하", "110123456789", [("encoding", False)]),  # … EUC-KR has 2,350
        ("excel-bulk", "Café Zoë", "110123456789", []),
        ("csv-bulk", "Café Zoë", "110123456789", [("encoding", False)]),
        ("csv-bulk", "-가게", "110123456789", [("characters", False)]),
        ("fixed-width", "가나다라마바사아자차", "110123456789", []),
        ("fixed-width", "가나다라마바사아자차카", "110123456789", [("cut", False)]),
        ("fixed-width", "김소상", "1234567890123456", []),
        ("fixed-width", "김소상", "12345678901234567", [("cut", True)]),
    ],
)
def test_what_a_file_would_lose_is_known_before_it_is_made(code, holder, account, lost):
    layout = parsed(SHIPPED[code])
    found = losses_of(transfer(holder=holder, account_number=account), layout=layout)
    assert sorted((loss.code, loss.is_fatal) for loss in found) == lost


def test_only_amounts_are_numbers_in_a_spreadsheet():
    file = parsed(SHIPPED["excel-bulk"]).file
    assert [column.field for column in file.columns if is_number(column, layout=file)] == ["amount_won"]


def test_a_constant_and_a_blank_say_the_same_in_every_row():
    layout = parsed(SHIPPED["fixed-width"])
    assert cell_of(layout.file.columns[0], layout=layout)(transfer()) == "D"
    assert cell_of(layout.file.columns[-1], layout=layout)(transfer()) == ""
