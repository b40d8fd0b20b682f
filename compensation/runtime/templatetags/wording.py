"""How amounts, counts, ratios, names and personal data are written on pages, in the language of the page."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from compensation.policy.wording import percent_text
from compensation.runtime import masking
from compensation.runtime.charts import Bin
from compensation.values.bank_accounts import BANKS
from compensation.values.business_numbers import format_business_number
from compensation.values.phones import format_phone

register = template.Library()

JO, EOK, MAN = 10**12, 10**8, 10**4
BILLION, MILLION = 10**9, 10**6

register.filter("masked_name", masking.masked_name)
register.filter("masked_phone", masking.masked_phone)
register.filter("masked_email", masking.masked_email)
register.filter("masked_account", masking.masked_account)
register.filter("business_number", format_business_number)
register.filter("phone", format_phone)


def in_korean() -> bool:
    return page_language() == "ko"


def page_language() -> str:
    """'ko' or 'en': what is asked of everything that has its words in both."""
    return "ko" if (get_language() or "ko").startswith("ko") else "en"


@register.filter
def count(value: int | float | None) -> str:
    """7826 as 7,826; what is not known as a dash."""
    return "–" if value is None else f"{value:,.0f}"


@register.filter
def won(amount_won: int | str | None) -> str:
    """350000 as 350,000원 or ₩350,000; what is not there (to a template: also "") as a dash."""
    if amount_won is None or amount_won == "":
        return "–"
    return f"{amount_won:,}원" if in_korean() else f"₩{amount_won:,}"


@register.filter
def won_short(amount_won: int | None) -> str:
    """530970000000 as 5,309억 7,000만원 or ₩531.0bn, the exact amount in its title. Below 억 (or a million) in full."""
    if amount_won is None:
        return "–"
    short = _korean_short(amount_won) if in_korean() else _english_short(amount_won)
    exact = won(amount_won)
    return exact if short == exact else format_html('<abbr title="{}">{}</abbr>', exact, short)


@register.filter
def percent_bp(ratio_bp: int | None) -> str:
    """1250 basis points as 12.5%."""
    return "–" if ratio_bp is None else percent_text(ratio_bp)


@register.filter
def local_name(thing: Any) -> str:
    """The name of something that has `name_ko` and `name_en`."""
    return str(thing.name_ko if in_korean() else thing.name_en)


@register.filter
def bank_name(code: str) -> str:
    """The bank with this three-digit code; the code itself of one that the table no longer has."""
    bank = BANKS.get(code)
    return local_name(bank) if bank else code


@register.filter
def won_axis(amount_won: int) -> str:
    """300000 as 30만 or ₩300k: for the axis of a chart."""
    if in_korean():
        return f"{amount_won // MAN:,}만" if amount_won >= MAN else str(amount_won)
    if amount_won >= MILLION:
        return f"₩{amount_won / MILLION:g}m"
    return f"₩{amount_won // 1000:,}k" if amount_won else "₩0"


@register.filter
def won_range(bin_: Bin) -> str:
    """The amounts that a bar stands for, in words."""
    if bin_.up_to is None:
        return gettext("%(above)s 초과") % {"above": won(bin_.above)}
    if bin_.above < 0:
        return won(bin_.up_to)
    if bin_.above == 0:
        return gettext("%(up_to)s 이하") % {"up_to": won(bin_.up_to)}
    return gettext("%(above)s 초과 %(up_to)s 이하") % {"above": won(bin_.above), "up_to": won(bin_.up_to)}


@register.filter
def duration(seconds: float) -> str:
    """75 as 1분 15초 or 1 min 15 s; over an hour without seconds."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return gettext("%(hours)d시간 %(minutes)d분") % {"hours": hours, "minutes": minutes}
    if minutes:
        return gettext("%(minutes)d분 %(seconds)d초") % {"minutes": minutes, "seconds": rest}
    return gettext("%(seconds)d초") % {"seconds": rest}


def _korean_short(amount_won: int) -> str:
    if amount_won < EOK:
        return f"{amount_won:,}원"
    unit, name, part, part_name = (JO, "조", EOK, "억") if amount_won >= JO else (EOK, "억", MAN, "만")
    whole, rest = divmod(amount_won, unit)
    return f"{whole:,}{name} {rest // part:,}{part_name}원" if rest >= part else f"{whole:,}{name}원"


def _english_short(amount_won: int) -> str:
    if amount_won < MILLION:
        return f"₩{amount_won:,}"
    unit, name = (BILLION, "bn") if amount_won >= BILLION else (MILLION, "m")
    return f"₩{amount_won / unit:,.1f}{name}"
