"""Codes that were made up: counted in the database, so that a guesser gains nothing from a Redis that is down.

A typing error is no guess: its check character is wrong, so it cannot have been a code. Guesses are counted for the
shopper whom the partner names, and for the partner altogether.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from compensation import limits
from compensation.policy.coupon_codes import UNKNOWN, CouponCodeRefused, read_coupon_code
from compensation.runtime.encryption import blind_index
from users.models import Partner, WrongCode
from users.services.coupons.keys import coupon_keys

WINDOW = timedelta(hours=1)
KEPT = timedelta(days=1)  # the statistics show a day of them


# Before every code: the mapper takes five times as long to write the same.
_COUNTED = """
    SELECT count(*) FILTER (WHERE shopper_index = %s), min(at) FILTER (WHERE shopper_index = %s), count(*), min(at)
      FROM users_wrongcode WHERE partner_id = %s AND at > %s
"""


class TooManyGuesses(Exception):
    """No code of this shopper, or of this partner, is looked at before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def require_few_guesses(*, partner: Partner, shopper: str, at: datetime) -> None:
    """Raises TooManyGuesses. One query. `shopper` is what the partner calls the person, '' where it did not say."""
    index = shopper_index(shopper)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [index, index, partner.pk, at - WINDOW])
        own, own_first, every, first = cursor.fetchone()
    if index and own >= limits.WRONG_CODES_PER_SHOPPER_MAX:
        raise TooManyGuesses(own_first + WINDOW)
    if every >= limits.WRONG_CODES_PER_PARTNER_MAX:
        raise TooManyGuesses(first + WINDOW)


def guard(*, partner: Partner, shopper: str, code: str, at: datetime) -> None:
    """Lets a code pass that was not made up, and counts one that was. Before, and not in, the request's transaction,
    which is rolled back. Raises CouponCodeRefused, TooManyGuesses.
    """
    require_few_guesses(partner=partner, shopper=shopper, at=at)
    try:
        read_coupon_code(code, keys=coupon_keys())
    except CouponCodeRefused as refused:
        if refused.code == UNKNOWN:
            note_guess(partner=partner, shopper=shopper, at=at)
        raise


@transaction.atomic
def note_guess(*, partner: Partner, shopper: str, at: datetime) -> None:
    """Counts a guess, one after the other: many at once do not get past the limit together. Raises TooManyGuesses."""
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    require_few_guesses(partner=partner, shopper=shopper, at=at)
    WrongCode.objects.filter(partner=partner, at__lt=at - KEPT).delete()
    WrongCode.objects.create(partner=partner, shopper_index=shopper_index(shopper), at=at)


def shopper_index(shopper: str) -> str:
    """By which a shopper's guesses are found, without who that is; '' for nobody."""
    return blind_index(shopper, context="coupon shopper") if shopper else ""
