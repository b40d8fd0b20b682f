"""E-mail addresses."""

import re

from compensation import limits
from compensation.values.refused import ValueRefused

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"({_LOCAL})@((?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9]))")


def parse_email(value: object) -> str:
    """An address in ASCII, its domain in small letters; the part before the @ stays as it is. Raises ValueRefused."""
    text = (
        value.strip(" \u00a0\u3000\t\r\n")
        if isinstance(value, str) and len(value) <= limits.NAME_TEXT_LENGTH_MAX
        else ""
    )
    match = _EMAIL.fullmatch(text) if len(text) <= limits.EMAIL_LENGTH_MAX else None
    if match is None or len(match[1]) > limits.EMAIL_LOCAL_LENGTH_MAX:
        raise ValueRefused(
            "email_malformed",
            "이메일은 name@example.com처럼 영문으로 적어 주세요.",
            "Please write the e-mail address as name@example.com.",
        )
    return f"{match[1]}@{match[2].lower()}"
