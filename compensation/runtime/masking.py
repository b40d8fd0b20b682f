"""Personal data as screens show it: enough to recognise a person by, too little to carry away. The same everywhere."""

import phonenumbers

STAR = "*"
ACCOUNT_DIGITS_SHOWN = 4


def masked_name(name: str) -> str:
    """홍길동 as 홍*동, 홍길 as 홍*: the first and the last character stay."""
    if len(name) <= 1:
        return STAR * len(name)
    last = name[-1] if len(name) > 2 else ""
    return name[0] + STAR * (len(name) - 1 - len(last)) + last


def masked_phone(phone: str) -> str:
    """+821012345678 as 010-****-5678; of two groups (1577-1234) the second is hidden, of text that is no number all."""
    try:
        number = phonenumbers.parse(phone, "KR")
    except phonenumbers.NumberParseException:
        return STAR * len(phone)
    first, *middle, last = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL).split("-")
    if not middle:
        return f"{first}-{STAR * len(last)}"
    return "-".join([first, *(STAR * len(part) for part in middle), last])


def masked_email(email: str) -> str:
    """hong@example.kr as h***@example.kr."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}{STAR * 3}{at}{domain}" if at else STAR * len(email)


def masked_account(last_digits: str) -> str:
    """The last four digits of an account number behind stars, whatever its length."""
    return f"{STAR * 4}{last_digits[-ACCOUNT_DIGITS_SHOWN:]}" if last_digits else ""
