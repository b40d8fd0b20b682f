"""One-time codes to a phone or an e-mail address: whoever reads the code back holds the contact.

Nothing here knows of accounts: a code is sent, counted and checked the same whether the contact belongs to somebody or
not, so that asking for one tells nothing about who has an account.
"""

import hmac
import ipaddress
import re
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import get_language

from compensation import limits
from compensation.messaging.services import outbox
from compensation.runtime.encryption import blind_index
from compensation.values.contacts import ContactValue, parse_contact
from compensation.values.text import plain_text
from users.models import SignInCode

VALID = timedelta(seconds=limits.CODE_VALID_SECONDS)
WAIT = timedelta(seconds=limits.CODE_WAIT_SECONDS)
HOUR = timedelta(hours=1)
_CHANNELS = {"phone": "sms", "email": "email"}
_LOCKS = {"address": 3001, "contact": 3002}  # advisory locks: codes of one address, and of one contact, queue up


class CodeThrottled(Exception):
    """Too many codes to this contact or from this address; `retry_at` is when the next one can be had.

    `is_on_its_way`: a code for the same contact and purpose left a moment ago. After a double click that is all there
    is to say: the person can go on and enter it.
    """

    def __init__(self, *, retry_at: datetime, is_on_its_way: bool) -> None:
        super().__init__(f"throttled until {retry_at:%H:%M:%S}")
        self.retry_at = retry_at
        self.is_on_its_way = is_on_its_way


@transaction.atomic
def send_code(*, contact: str, purpose: str, at: datetime, address: str) -> None:
    """Sends a new code to a mobile phone or e-mail address; earlier ones for this purpose no longer count.

    `purpose` keeps codes apart: one that was asked for to look something up does not sign in. The message is in the
    language of the running request. Raises ValueRefused, CodeThrottled.
    """
    recipient = parse_contact(contact)
    index, address = contact_index(recipient), _line(address)
    if address:
        _queue_up("address", address)
    _queue_up("contact", index)
    if retry_at := _retry_at(index, address, at):
        just_sent = SignInCode.objects.filter(contact_index=index, purpose=purpose, created_at__gt=at - WAIT)
        raise CodeThrottled(retry_at=retry_at, is_on_its_way=just_sent.filter(used_at=None).exists())
    code = f"{secrets.randbelow(10**limits.CODE_DIGITS):0{limits.CODE_DIGITS}d}"
    salt = secrets.token_hex(16)
    row = SignInCode.objects.create(
        contact_index=index,
        kind=recipient.kind,
        purpose=purpose,
        salt=salt,
        code_hash=_hash(code, salt),
        address=address or None,
        created_at=at,
        expires_at=at + VALID,
    )
    outbox.write(
        template="sign_in_code",
        to=recipient.value,
        channel=_CHANNELS[recipient.kind],
        variables={"code": code, "minutes": limits.CODE_VALID_SECONDS // 60},
        language="en" if get_language() == "en" else "ko",
        at=at,
        dedupe_key=f"sign-in-code:{row.pk}",
        send_before=row.expires_at,
    )


@transaction.atomic
def verify_code(*, contact: str, code: str, purpose: str, at: datetime) -> bool:
    """Whether this is the code last sent to the contact for this purpose, still valid. True once per code.

    Every try counts, right or wrong, and after CODE_ATTEMPTS_MAX the code is spent. Call it outside a transaction that
    may be rolled back: that would take back the count. Raises ValueRefused for what is no contact.
    """
    sent = SignInCode.objects.filter(contact_index=contact_index(parse_contact(contact)), purpose=purpose)
    row = sent.order_by("-id").select_for_update().first()
    if row is None or row.used_at or row.expires_at <= at or row.attempts >= limits.CODE_ATTEMPTS_MAX:
        return False
    row.attempts += 1
    if is_right := hmac.compare_digest(row.code_hash, _hash(_digits(code), row.salt)):
        row.used_at = at
    row.save(update_fields=["attempts", "used_at"])
    return is_right


def contact_index(contact: ContactValue) -> str:
    """By which contacts and codes are found: 32 hex characters that tell nothing without the key."""
    return blind_index(contact.key, context=f"users_contact.{contact.kind}")


def _digits(code: str) -> str:
    """As people type it: with full-width digits, a space or a dash in the middle."""
    return re.sub(r"[ \-]", "", plain_text(code))


def _hash(code: str, salt: str) -> str:
    return blind_index(f"{salt}\0{code}", context="users_signincode.code")


def _line(address: str) -> str:
    """The address; of IPv6 the start of its /64, which one line has for itself; '' for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    network = ipaddress.ip_network((parsed, 64 if parsed.version == 6 else 32), strict=False)
    return str(network.network_address)


def _queue_up(of: str, key: str) -> None:
    """Two requests at once for one contact, or from one address, count each other. Always address before contact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCKS[of], key])


def _retry_at(index: str, address: str, at: datetime) -> datetime | None:
    """When the bounds allow the next code; None where they do now."""
    times = [_full_until(at, limits.CODES_PER_CONTACT_MAX, HOUR, contact_index=index)]
    times.append(_full_until(at, 1, WAIT, contact_index=index))
    if address:
        times.append(_full_until(at, limits.CODES_PER_ADDRESS_MAX, HOUR, address=address))
    return max((time for time in times if time), default=None)


def _full_until(at: datetime, most: int, window: timedelta, **of: str) -> datetime | None:
    """When the `most`-th newest code leaves the window; None where there are fewer in it."""
    recent = SignInCode.objects.filter(**of, created_at__gt=at - window).order_by("-created_at")
    times = list(recent.values_list("created_at", flat=True)[:most])
    return times[-1] + window if len(times) == most else None
