"""Banks and account numbers."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from compensation import limits
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_BETWEEN = re.compile(r"(?<=[0-9])[\-‐‑‒–—− ]+(?=[0-9])")
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+")


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank by its three-digit code. `lengths`: how many digits its account numbers have; empty where that varies."""

    code: str
    name_ko: str
    name_en: str
    lengths: tuple[int, ...] = ()


class BankNamedTwice(ValueError):
    """Two banks of the table go by the same name."""


def load_banks(path: Path) -> dict[str, Bank]:
    """The banks of a table like data/banks.toml, by code and by every name they go by, as `parse_bank` needs them.

    Raises BankNamedTwice.
    """
    by_name: dict[str, Bank] = {}
    for code, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        bank = Bank(code, entry["name_ko"], entry["name_en"], tuple(entry.get("lengths", ())))
        for name in (code, bank.name_ko, bank.name_en, *entry["aliases"]):
            if by_name.setdefault(_key(name), bank) != bank:
                raise BankNamedTwice(name)
    return by_name


def parse_bank(value: object, *, banks: Mapping[str, Bank] | None = None) -> Bank:
    """The bank of a three-digit code or a name: '004', '국민', 'KB Kookmin Bank', or 4 of a cell that lost its zeros.

    Raises ValueRefused.
    """
    text = plain_text(value)
    key = text.zfill(3) if re.fullmatch(r"[0-9]{1,3}", text) else _key(text)
    bank = (BANKS if banks is None else banks).get(key)
    if bank is None:
        raise ValueRefused(
            "bank_unknown",
            "은행은 국민은행처럼 이름으로 적거나 004처럼 세 자리 코드로 적어 주세요.",
            "Please write the bank by its name, such as 국민은행, or by its three-digit code, such as 004.",
        )
    return bank


def parse_account_number(value: object) -> str:
    """The 6 to 20 digits of an account number, from digits and dashes. Raises ValueRefused.

    A spreadsheet's number of up to 15 digits is taken as it is: whether it lost a leading 0 cannot be seen.
    """
    text = plain_text(value)
    lost_digits = isinstance(value, (int, float, Decimal)) and len(text) > limits.SPREADSHEET_DIGITS_MAX
    if lost_digits or _SCIENTIFIC.fullmatch(text):
        raise ValueRefused(
            "account_number_lost_digits",
            "계좌번호가 1.10123E+11처럼 줄여 적혀 숫자가 사라졌습니다. 셀 서식을 텍스트로 바꾸고 다시 적어 주세요.",
            "The spreadsheet shortened the account number (1.10123E+11). Please make the cell text and write it again.",
        )
    digits = _BETWEEN.sub("", text)
    least, most = limits.ACCOUNT_NUMBER_LENGTH_MIN, limits.ACCOUNT_NUMBER_LENGTH_MAX
    if not re.fullmatch(r"[0-9]+", digits) or not least <= len(digits) <= most:
        raise ValueRefused(
            "account_number_malformed",
            f"계좌번호는 숫자와 붙임표(-)만으로 {least}~{most}자리로 적어 주세요.",
            f"Please write the account number with {least} to {most} digits and dashes only.",
        )
    return digits


def check_account_length(*, bank: Bank, number: str) -> None:
    """Refuses a number that cannot be the bank's: one digit more or less is the commonest slip. Raises ValueRefused.

    Only where the bank's numbers are known to have one length (data/banks.toml).
    """
    if bank.lengths and len(number) not in bank.lengths:
        lengths = ", ".join(map(str, bank.lengths))
        raise ValueRefused(
            "account_number_length",
            f"{bank.name_ko} 계좌번호는 {lengths}자리인데 {len(number)}자리를 적으셨습니다. 번호를 다시 확인해 주세요.",
            f"Account numbers of {bank.name_en} have {lengths} digits, this one has {len(number)}. Please check it.",
        )


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace(" ", "").casefold().removesuffix("은행")


BANKS = load_banks(Path(__file__).parent / "data" / "banks.toml")
