"""Why banks send money back, in plain words, from data/bank_returns.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent.parent.parent / "data" / "bank_returns.toml"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """A reason by our code. `another_account`: the account cannot take the money, the merchant has to name another."""

    code: str
    text_ko: str
    text_en: str
    another_account: bool
    phrases: tuple[str, ...]

    def text(self, language: str) -> str:
        return self.text_ko if language == "ko" else self.text_en


@cache
def return_reasons() -> Mapping[str, ReturnReason]:
    """All reasons by code, in the order in which their phrases are looked for."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        code: ReturnReason(code, row["ko"], row["en"], row["another_account"], tuple(row["phrases"]))
        for code, row in table.items()
    }


def return_reason(*, code: str) -> ReturnReason:
    """The reason of a payout's `return_code`; the general one for a code that the table no longer has."""
    reasons = return_reasons()
    return reasons.get(code) or reasons[OTHER]


def reason_of_bank(*, code: str, text: str, codes: Mapping[str, str]) -> str:
    """Our code for what the bank wrote: by its code (a profile's `reasons`), else by its words."""
    if code in codes:
        return codes[code]
    words = "".join(text.split())
    fitting = (reason.code for reason in return_reasons().values() if any(map(words.__contains__, reason.phrases)))
    return next(fitting, OTHER)
