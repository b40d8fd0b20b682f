"""Codes of partners, which stand in addresses and commands."""

import re

from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text

LENGTH_MAX = 40
_CODE = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{LENGTH_MAX - 1}}}")


def parse_partner_code(value: object) -> str:
    """A partner's code: small letters, digits, hyphens. Raises ValueRefused."""
    text = plain_text(value).lower()
    if not _CODE.fullmatch(text):
        raise ValueRefused(
            "partner_code_malformed",
            f"코드는 영문 소문자, 숫자, 하이픈(-)으로 {LENGTH_MAX}자까지 적어 주세요. 예: emoticon-shop",
            f"Please write the code in small letters, digits and hyphens, at most {LENGTH_MAX}: emoticon-shop",
        )
    return text
