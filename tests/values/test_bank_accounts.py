import unicodedata

import pytest

from compensation.values.bank_accounts import BANKS, Bank, load_banks, parse_account_number, parse_bank

UNKNOWN, MALFORMED, LOST_DIGITS = "bank_unknown", "account_number_malformed", "account_number_lost_digits"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("004", "004"),
        ("４", "004"),
        (4, "004"),
        (88.0, "088"),
        ("국민은행", "004"),
        ("국민", "004"),
        ("KB 국민은행", "004"),
        ("kb국민", "004"),
        (unicodedata.normalize("NFD", "국민은행"), "004"),
        ("농협", "011"),
        ("NH농협은행", "011"),
        ("카카오뱅크", "090"),
        ("토스", "092"),
        ("대구은행", "031"),
        ("iM뱅크", "031"),
        ("새마을금고", "045"),
        ("우체국", "071"),
        ("KB Kookmin Bank", "004"),
        ("은행", UNKNOWN),
        ("999", UNKNOWN),
        ("0004", UNKNOWN),
        ("국민\u200b", UNKNOWN),
        ("국민\x00", UNKNOWN),
        ("٠٠٤", UNKNOWN),
        ("🏦", UNKNOWN),
        pytest.param("국" * 5000, UNKNOWN, id="endless text"),
        ("  ", UNKNOWN),
        (None, UNKNOWN),
        (True, UNKNOWN),
        (4.5, UNKNOWN),
    ],
)
def test_bank(outcome, value, expected):
    bank = outcome(parse_bank, value)
    assert (bank.code if isinstance(bank, Bank) else bank) == expected


def test_no_two_banks_go_by_the_same_name(tmp_path):
    assert len({bank.code for bank in BANKS.values()}) == 23
    table = tmp_path / "banks.toml"
    table.write_text(
        '001 = { name_ko = "가은행", name_en = "Ga", aliases = ["나"] }\n'
        '002 = { name_ko = "나은행", name_en = "Na", aliases = [] }\n',
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="나"):
        load_banks(table)


def test_another_table_of_banks_can_be_used():
    assert parse_bank("은하수", banks={"은하수": Bank("901", "은하수은행", "Milky Way Bank")}).code == "901"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("110-123-456789", "110123456789"),
        ("110 123 456789", "110123456789"),
        ("１１０－１２３－４５６７８９", "110123456789"),
        ("110123456789", "110123456789"),
        (110123456789, "110123456789"),
        (110123456789.0, "110123456789"),
        ("012345", "012345"),
        ("1" * 20, "1" * 20),
        ("12345", MALFORMED),
        ("1" * 21, MALFORMED),
        (12345, MALFORMED),
        ("1.10123E+11", LOST_DIGITS),
        ("1e11", LOST_DIGITS),
        (1234567890123456, LOST_DIGITS),
        (1.234567890123456e18, LOST_DIGITS),
        ("110-123-45678a", MALFORMED),
        ("110,123,456789", MALFORMED),
        ("110_123_456789", MALFORMED),
        ("110|123456789", MALFORMED),
        ("--", MALFORMED),
        ("١١٠١٢٣٤٥٦٧٨٩", MALFORMED),
        ("110\u200b123456789", MALFORMED),
        ("\u202e110123456789", MALFORMED),
        ("110\r\n123456789", MALFORMED),
        ("110123456789\x00", MALFORMED),
        ("1️⃣10123456789", MALFORMED),
        (110123456789.5, MALFORMED),
        pytest.param("1" * 5000, MALFORMED, id="endless text"),
        ("  ", MALFORMED),
        (None, MALFORMED),
        (True, MALFORMED),
        (float("nan"), MALFORMED),
    ],
)
def test_account_number(outcome, value, expected):
    assert outcome(parse_account_number, value) == expected
