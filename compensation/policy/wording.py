"""How amounts and ratios are written in the sentences of the working, in Korean ('ko') and English ('en')."""


def won_text(amount_won: int, language: str) -> str:
    """2400000 as '2,400,000원' or '2,400,000 won'."""
    return f"{amount_won:,}원" if language == "ko" else f"{amount_won:,} won"


def won_bp_text(amount_won_bp: int, language: str) -> str:
    """20880001 won × basis points as '2,088.0001원' or '2,088.0001 won': exact, no zeros at the end."""
    whole, parts = divmod(amount_won_bp, 10_000)
    fraction = f".{parts:04d}".rstrip("0") if parts else ""
    return f"{whole:,}{fraction}원" if language == "ko" else f"{whole:,}{fraction} won"


def percent_text(ratio_bp: int) -> str:
    """1250 basis points as '12.5%'; no zeros at the end."""
    sign = "-" if ratio_bp < 0 else ""
    whole, hundredths = divmod(abs(ratio_bp), 100)
    fraction = f".{hundredths:02d}".rstrip("0") if hundredths else ""
    return f"{sign}{whole}{fraction}%"


def pick(language: str, korean: str, english: str) -> str:
    """The text of the language; anything but 'ko' reads English."""
    return korean if language == "ko" else english
