"""What the variables of a message may be: how each kind is written, and what of it strangers may see.

Whoever has a check code sees the message it belongs to, and a code can be guessed or found on a lost phone: names and
references are masked there, codes and what is said about a person's case are not shown at all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone, translation

from compensation import limits
from compensation.policy.seoul import SEOUL
from compensation.policy.wording import pick, won_text
from compensation.runtime.masking import STAR, masked_account, masked_name

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|www\.", re.IGNORECASE)
# A dot that could make a domain of its neighbours, which phones turn into a link; the endings of evidence files do not.
_DOMAIN_DOT = re.compile(r"\.(?!(?:pdf|jpe?g|png|webp|heic|xlsx|hwpx?)\b)(?=[a-z가-힣]{2})", re.IGNORECASE)


def plain(text: str, length_max: int = limits.MESSAGE_VARIABLE_LENGTH_MAX) -> str:
    """Text from people in one line, without links, and no longer than a message bears."""
    single_line = " ".join(_CONTROL.sub(" ", text).split())
    without_links = _DOMAIN_DOT.sub(". ", _ADDRESS.sub("", single_line))
    return without_links if len(without_links) <= length_max else without_links[: length_max - 1] + "…"


def _text(text: str, _language: str) -> str:
    return plain(text)


def _name(name: str, _language: str) -> str:
    return plain(name, limits.NAME_LENGTH_MAX)


def _reference(reference: str, _language: str) -> str:
    return plain(reference, limits.REFERENCE_LENGTH)


def _day(day: date, language: str) -> str:
    with translation.override(language):
        return formats.date_format(day, "DATE_FORMAT")


def _moment(moment: datetime, language: str) -> str:
    with translation.override(language):
        return formats.date_format(timezone.localtime(moment, SEOUL), "DATETIME_FORMAT")


def _count(number: int, _language: str) -> str:
    return f"{number:,}"


def _masked_name(name: str, language: str) -> str:
    return masked_name(_name(name, language))


def _masked_reference(reference: str, language: str) -> str:
    """K7M4-9QXR-T2V5 as K7M4-****-****."""
    first, *others = _reference(reference, language).split("-")
    return "-".join([first, *(STAR * len(group) for group in others)])


def _secret(_value: Any, _language: str) -> str:
    return STAR * 6


def _account(last_digits: str, _language: str) -> str:
    return masked_account(last_digits)


def _hidden(_value: Any, language: str) -> str:
    return pick(language, "(이 화면에는 표시하지 않습니다)", "(not shown here)")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of variable: the type of its values, how the message says it, and how the public check page does."""

    type: type
    written: Callable[[Any, str], str]
    public: Callable[[Any, str], str]


KINDS: dict[str, Kind] = {
    "text": Kind(str, _name, _name),  # nobody's secret, such as the name of a bank
    "name": Kind(str, _name, _masked_name),
    "reference": Kind(str, _reference, _masked_reference),
    "hidden": Kind(str, _text, _hidden),  # what is said about a person's case
    "secret": Kind(str, _name, _secret),  # what opens a door; it is not kept once the message is out
    "account": Kind(str, _account, _hidden),  # the last digits of an account number
    "won": Kind(int, won_text, won_text),
    "count": Kind(int, _count, _count),
    "day": Kind(date, _day, _day),
    "moment": Kind(datetime, _moment, _moment),
}
