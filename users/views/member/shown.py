"""An item as the members' page shows it: with its picture, its code and the bars of it, the days that are left."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from barcode.codex import Code128

from compensation.programmes.models import BenefitItem
from users.models import Member, Partner
from users.selectors.coupons import coupon_partners
from users.selectors.member_items import ItemState, MemberItem
from users.selectors.member_passes import MemberPass
from users.services.coupons import codes_of

COUPON, EMOTICON, MESSAGE, PASS = "coupon", "emoticon", "message", "pass"
EMOTICON_PICTURES = 3
QUIET_ZONE = 10  # modules left and right that a scanner needs to find the bars
SOON_DAYS = 14  # from so many days before the end on it is shown as ending soon


@dataclass(frozen=True, slots=True)
class Barcode:
    """A code as Code 128: its dark bars as the path of an SVG, and how wide it is with its quiet zones, in modules."""

    path: str
    width: int


@dataclass(frozen=True, slots=True)
class ShownItem:
    """`mine` and what stands beside it. `code` of a coupon that can be used, with its `barcode` and who takes it."""

    mine: MemberItem
    picture: str
    days_left: int | None
    can_take_back: bool
    code: str = ""
    barcode: Barcode | None = None
    partners: Sequence[Partner] = ()

    @property
    def ends_soon(self) -> bool:
        return self.mine.is_ready and self.days_left is not None and self.days_left <= SOON_DAYS


@dataclass(frozen=True, slots=True)
class ShownPass:
    """A pass with what is left of it."""

    mine: MemberPass
    is_open: bool
    is_over: bool
    days_left: int | None
    last_day: date | None


def shown_items(*, member: Member, items: Sequence[MemberItem], at: datetime) -> list[ShownItem]:
    """Three queries at most: the coupons' numbers, and per programme with coupons who takes them."""
    coupons = [mine.item for mine in items if mine.item.kind == COUPON and mine.is_ready]
    codes = codes_of(member_id=member.pk, items=coupons) if coupons else {}
    partners = {one: coupon_partners(programme_id=one, at=at) for one in {item.programme_id for item in coupons}}
    pictures = _pictures(mine.item for mine in items)
    return [_shown(mine, codes.get(mine.item.pk, ""), partners, pictures, at) for mine in items]


def shown_pass(*, mine: MemberPass, at: datetime) -> ShownPass:
    """The pass as its card shows it."""
    return ShownPass(mine, mine.is_open(at), mine.is_over(at), mine.days_left(at), mine.last_day)


def barcode_of(text: str) -> Barcode:
    """The bars of Code 128 for a text of capitals and digits."""
    modules = Code128(text).build()[0]
    bars = (f"M{QUIET_ZONE + bar.start()} 0h{len(bar[0])}v1h-{len(bar[0])}z" for bar in re.finditer("1+", modules))
    return Barcode("".join(bars), len(modules) + 2 * QUIET_ZONE)


def _shown(
    mine: MemberItem,
    code: str,
    partners: dict[int, tuple[Partner, ...]],
    pictures: dict[int, str],
    at: datetime,
) -> ShownItem:
    return ShownItem(
        mine=mine,
        picture=pictures[mine.item.pk],
        days_left=mine.days_left(at),
        can_take_back=mine.state == ItemState.DECLINED and (mine.valid_until is None or at < mine.valid_until),
        code=code,
        barcode=barcode_of(code.replace("-", "")) if code else None,
        partners=partners.get(mine.item.programme_id, ()) if code else (),
    )


def _pictures(items: Iterable[BenefitItem]) -> dict[int, str]:
    """Each kind has its picture; emoticons have several, so that they are told apart."""
    pictures, emoticons = {}, 0
    for item in items:
        if item.kind == EMOTICON:
            pictures[item.pk] = f"img/benefits/emoticon-{emoticons % EMOTICON_PICTURES + 1}.svg"
            emoticons += 1
        else:
            pictures[item.pk] = f"img/benefits/{item.kind}.svg"
    return pictures
