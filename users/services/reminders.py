"""Reminding members of what ends soon: coupons and emoticons that they have not used or declined.

When an item ends follows from the chunk that granted it, so one row per item and chunk says who was reminded, and only
members who can be told here (they signed in, and gave a contact) get a row of their own. The others see it on their
page. Ours: a week before the end, once.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from compensation.policy.benefits import DAYS, UNTIL, Validity, valid_until
from compensation.policy.seoul import SEOUL, day_in_seoul, end_of_day
from compensation.policy.transitions import PROGRAMME, GrantChunkState
from compensation.programmes.models import BenefitItem
from users.models import GrantChunk, ItemNotice, ItemReminder, UseKind
from users.selectors.contacts import contacts_by_member
from users.services.telling import tell_member

REMIND_BEFORE = timedelta(days=7)
BATCH_MEMBERS = 200  # of a transaction of messages
NOT_REMINDED = (UseKind.DECLINED, UseKind.REDEEMED)  # there is nothing left to lose
TEMPLATE = "items_ending"

# Begins with those who have an account here, of whom there are few, and finds their grants by key.
_LEAVE_NOTICES = """
    INSERT INTO users_itemnotice (member_id, item_id, ends_at, at)
    SELECT granted.member_id, %(item)s, %(ends_at)s, %(at)s
      FROM users_memberaccount account
      JOIN users_grant granted ON granted.member_id = account.member_id
     WHERE account.member_id >= %(lower)s AND account.member_id < %(upper)s
       AND granted.package_id = %(package)s AND granted.chunk_id = %(chunk)s
       AND granted.member_id >= %(lower)s AND granted.member_id < %(upper)s
       AND NOT EXISTS (
            SELECT FROM users_itemuse used
             WHERE used.member_id = granted.member_id AND used.item_id = %(item)s AND used.kind = ANY(%(not_reminded)s))
        ON CONFLICT (member_id, item_id) DO NOTHING
"""


def remind_next_chunk(*, at: datetime) -> ItemReminder | None:
    """Leaves notices for the members of one chunk with an item that ends within REMIND_BEFORE; None when none is left.

    The row's lock is the lease, and the reminder is kept with the notices: twice at once, or killed, nobody is told
    twice or missed.
    """
    for item, since, before in _ending(at):
        with transaction.atomic():
            chunk = _take(item, since, before)
            if chunk is None:
                continue
            members = _leave_notices(item, chunk, at)
            return ItemReminder.objects.create(item=item, chunk=chunk, at=at, members=members)
    return None


@transaction.atomic
def write_next_notices(*, at: datetime) -> int:
    """Makes messages of the notices of up to BATCH_MEMBERS members; how many notices that was, 0 when none is free.

    What ends for one member on one day is one message. Who gave no contact cannot be told: settled without a message.
    """
    waiting = ItemNotice.objects.filter(written_at__isnull=True)
    members = set(waiting.order_by("id").values_list("member_id", flat=True)[:BATCH_MEMBERS])
    locked = waiting.filter(member__in=members).select_for_update(skip_locked=True, of=("self",))
    notices = list(locked.select_related("item__programme").order_by("member_id", "ends_at", "id"))
    contacts = contacts_by_member(member_ids={notice.member_id for notice in notices})
    for (member_id, ends_at), together in groupby(notices, key=lambda notice: (notice.member_id, notice.ends_at)):
        if at < ends_at and (known := contacts.get(member_id)):
            _write(list(together), known, at)
    ItemNotice.objects.filter(pk__in=[notice.pk for notice in notices]).update(written_at=at)
    return len(notices)


def _ending(at: datetime) -> Iterator[tuple[BenefitItem, datetime | None, datetime | None]]:
    """Items of which some end soon, with the half-open interval in which those were granted (None: any time)."""
    items = BenefitItem.objects.exclude(programme__status=PROGRAMME.initial).filter(packages__isnull=False).distinct()
    for item in items.order_by("pk"):
        validity = Validity.from_json(item.validity)
        if validity.kind == UNTIL and validity.until:
            ends_at = end_of_day(validity.until)
            if ends_at - REMIND_BEFORE <= at < ends_at:
                yield item, None, None
        elif validity.kind == DAYS and validity.days:
            first = day_in_seoul(at) - timedelta(days=validity.days)  # what was granted that day ends today
            yield (
                item,
                datetime.combine(first, time.min, SEOUL),
                datetime.combine(first + REMIND_BEFORE, time.min, SEOUL),
            )


def _take(item: BenefitItem, since: datetime | None, before: datetime | None) -> GrantChunk | None:
    """A chunk that granted the item in the interval and that nobody holds or has done."""
    done = ItemReminder.objects.filter(item=item, chunk=OuterRef("pk"))
    chunks = GrantChunk.objects.filter(
        ~Exists(done), job__package__in=item.packages.values("pk"), state=GrantChunkState.DONE, granted__gt=0
    )
    if since and before:
        chunks = chunks.filter(finished_at__gte=since, finished_at__lt=before)
    return chunks.select_related("job").select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()


def _leave_notices(item: BenefitItem, chunk: GrantChunk, at: datetime) -> int:
    validity, granted_at = Validity.from_json(item.validity), chunk.finished_at or at
    figures = {
        "item": item.pk,
        "package": chunk.job.package_id,
        "chunk": chunk.pk,
        "lower": chunk.lower_id,
        "upper": chunk.upper_id,
        "ends_at": valid_until(validity=validity, granted_at=granted_at),
        "at": at,
        "not_reminded": [str(kind) for kind in NOT_REMINDED],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_NOTICES, figures)
        return cursor.rowcount


def _write(notices: Sequence[ItemNotice], contacts: dict[str, str], at: datetime) -> None:
    first = notices[0]
    tell_member(
        contacts=contacts,
        template=TEMPLATE,
        variables={
            "items": first.item.name_ko if len(notices) == 1 else f"{first.item.name_ko} 외 {len(notices) - 1}개",
            "last_day": day_in_seoul(first.ends_at - timedelta(microseconds=1)),
        },
        at=at,
        dedupe_key=f"item notice {first.pk}",
        programme=first.item.programme,
        subject=f"item {first.item.code}",
    )
