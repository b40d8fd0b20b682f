"""Korean phone numbers, as E.164."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

_DASHES = str.maketrans("‐‑‒–—−", "------")
_WRITTEN = re.compile(r"\+?[0-9(][0-9()\-. ]*")
_BUSINESS = r"1[568][0-9]{6}"  # nationwide numbers of businesses such as 1588-1234, which have no area code
_DIALLED = re.compile(rf"010[0-9]{{8}}|0(?!10)[1-9][0-9]{{7,9}}|{_BUSINESS}")
_CONTACT_TYPES = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,  # 070: the land line of many shops
    PhoneNumberType.UAN,  # 1588: the land line of a business
}


def parse_phone(value: object, *, lost_zero: bool = False) -> str:
    """A Korean mobile or land line number as E.164: '010-1234-5678' is '+821012345678'.

    `lost_zero`: the value comes from a spreadsheet cell, which may have lost the leading 0; it is put back.
    Raises ValueRefused.
    """
    text = plain_text(value).translate(_DASHES)
    dialled = _dialled(text, lost_zero=lost_zero) if _WRITTEN.fullmatch(text) else ""
    if _DIALLED.fullmatch(dialled):
        number = phonenumbers.parse(dialled, "KR")
        if phonenumbers.number_type(number) in _CONTACT_TYPES:  # a number that cannot be has no type
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise ValueRefused(
        "phone_malformed",
        "전화번호는 010-1234-5678 또는 02-123-4567처럼 지역번호나 010을 붙여 적어 주세요.",
        "Please write the phone number with its area code, such as 010-1234-5678 or 02-123-4567.",
    )


def _dialled(text: str, *, lost_zero: bool) -> str:
    """The digits as they are dialled here, without the country code. Raises ValueRefused for another country's."""
    digits = re.sub(r"[()\-. ]", "", text)
    if digits.startswith("+") and not digits.startswith("+82"):
        raise ValueRefused(
            "phone_not_korean",
            "우리나라 전화번호만 쓸 수 있습니다. 010-1234-5678처럼 적어 주세요.",
            "Only Korean phone numbers can be used. Please write it as 010-1234-5678.",
        )
    abroad = re.fullmatch(r"(?:\+82|82(?=[0-9]{9}))0?([1-9][0-9]+)", digits)
    local = abroad[1] if abroad else digits
    lacks_zero = (abroad or lost_zero) and not local.startswith("0") and not re.fullmatch(_BUSINESS, local)
    return f"0{local}" if lacks_zero else local


def is_mobile(e164: str) -> bool:
    """Whether codes can be sent to this number."""
    return phonenumbers.number_type(phonenumbers.parse(e164)) == PhoneNumberType.MOBILE


@lru_cache(maxsize=64)  # the customer centres' numbers stand on every page
def format_phone(e164: str) -> str:
    """The number as people here write it: '+821012345678' is '010-1234-5678'."""
    return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.NATIONAL)
