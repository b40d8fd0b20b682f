"""A member's codes, and whose coupon a code is."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Max

from compensation.policy.coupon_codes import CouponCodeRefused, CouponHolder, coupon_code, read_coupon_code
from compensation.programmes.models import BenefitItem
from users.models import Coupon
from users.services.coupons.keys import coupon_keys

KIND = "coupon"  # of benefit items
_NUMBERING = 4_171_015  # advisory lock: one after the other, as two at once would draw the same number

_NUMBERED = """
    SELECT item.* FROM users_coupon coupon JOIN programmes_benefititem item ON item.id = coupon.item_id
     WHERE coupon.number = %s AND item.programme_id = %s
"""


class NotACoupon(ValueError):
    """A benefit item of another kind."""


class NotTakenHere(CouponCodeRefused):
    """A code that is good, but in another programme. It is no guess: nobody comes by it without the key."""

    def __init__(self) -> None:
        super().__init__(
            "coupon_not_taken_here",
            "이 지원 프로그램의 쿠폰이 아닙니다.",
            "This coupon does not belong to this programme.",
        )


def codes_of(*, member_id: int, items: Iterable[BenefitItem]) -> dict[int, str]:
    """The member's codes by the newest key, by item id. One query, and arithmetic of microseconds.

    A code shows nothing of whether the item was granted. Raises NotACoupon, CouponOutOfRange.
    """
    keys = coupon_keys()
    numbers = coupon_numbers(items=items)
    return {
        item_id: coupon_code(keys=keys, holder=CouponHolder(member_id, number)) for item_id, number in numbers.items()
    }


def coupon_numbers(*, items: Iterable[BenefitItem]) -> dict[int, int]:
    """The numbers that stand in codes for these items, by item id; new ones are given and kept. Raises NotACoupon."""
    asked = list(items)
    if any(item.kind != KIND for item in asked):
        raise NotACoupon([item.code for item in asked])
    ids = {item.pk for item in asked}
    known = _known_numbers(ids)
    return known if len(known) == len(ids) else _number(ids)


def holder_of(*, code: str, programme_id: int) -> tuple[int, BenefitItem]:
    """The member's id and the item that a code of the programme stands for, as typed by a person.

    Raises CouponCodeRefused: malformed, mistyped, made up, or NotTakenHere.
    """
    holder = read_coupon_code(code, keys=coupon_keys())
    item = next(iter(BenefitItem.objects.raw(_NUMBERED, [holder.coupon_number, programme_id])), None)
    if item is None:
        raise NotTakenHere
    return holder.member_id, item


def _known_numbers(ids: set[int]) -> dict[int, int]:
    return dict(Coupon.objects.filter(item__in=ids).values_list("item_id", "number"))


@transaction.atomic
def _number(ids: set[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING])
    known = _known_numbers(ids)
    highest = Coupon.objects.aggregate(highest=Max("number"))["highest"]
    first = 0 if highest is None else highest + 1
    given = {item_id: first + place for place, item_id in enumerate(sorted(ids - known.keys()))}
    Coupon.objects.bulk_create(Coupon(item_id=item_id, number=number) for item_id, number in given.items())
    return known | given
