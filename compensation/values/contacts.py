"""Where a one-time code can be sent: a mobile phone or an e-mail address, told apart by how it is written."""

import re
from dataclasses import dataclass
from typing import Literal

from compensation import limits
from compensation.values.emails import parse_email
from compensation.values.phones import format_phone, is_mobile, parse_phone
from compensation.values.refused import ValueRefused

_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class ContactValue:
    """A mobile phone (E.164) or an e-mail address."""

    kind: Literal["phone", "email"]
    value: str

    @property
    def key(self) -> str:
        """The same for spellings that reach the same person: mail servers do not tell capitals from small letters."""
        return self.value.casefold()

    @property
    def written(self) -> str:
        """As people here write it; `parse_contact` reads it back."""
        return format_phone(self.value) if self.kind == "phone" else self.value


def parse_contact(value: object) -> ContactValue:
    """A mobile phone or an e-mail address, whichever was written. Raises ValueRefused."""
    text = value if isinstance(value, str) and len(value) <= limits.NAME_TEXT_LENGTH_MAX else ""
    if "@" in text or "＠" in text:
        return ContactValue("email", parse_email(text.replace("＠", "@")))
    if not text.strip() or _LETTER.search(text):
        raise ValueRefused(
            "contact_malformed",
            "휴대전화 번호는 010-1234-5678, 이메일은 name@example.com처럼 적어 주세요.",
            "Please write a mobile number as 010-1234-5678, or an e-mail address as name@example.com.",
        )
    return ContactValue("phone", parse_mobile(text))


def parse_mobile(value: object) -> str:
    """A Korean mobile number as E.164. Raises ValueRefused."""
    phone = parse_phone(value)
    if not is_mobile(phone):
        raise ValueRefused(
            "phone_not_mobile",
            "인증번호는 휴대전화로만 보낼 수 있습니다. 010-1234-5678처럼 휴대전화 번호를 적어 주세요.",
            "Codes can be sent to mobile phones only. Please write a mobile number, such as 010-1234-5678.",
        )
    return phone
