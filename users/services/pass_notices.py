"""Telling members of their pass: that their turn has come, and that their month ends soon.

Who is told of a raised quota follows from the places that the change names: no row per member, however many are served.
Members without an account here, or without a contact, cannot be told: they see it on their page.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import PassQuotaChangeState
from compensation.runtime.tasks import send_after_commit
from users.models import (
    PassActivation,
    PassApplication,
    PassQuotaChange,
    StoragePass,
)
from users.selectors.contacts import contacts_by_member
from users.services.storage_pass import REMIND_BEFORE
from users.services.telling import tell_member

BATCH_PLACES = 1_000  # of a transaction: a second of work at most, when all of them can be told


def tell_served(*, change: PassQuotaChange, at: datetime) -> int:
    """Tells the next of those whom the raised quota serves; how many places that was, 0 when none is left.

    The row's lock is the lease, and what was told stands in it: a killed worker's messages are rolled back with it.
    """
    with transaction.atomic():
        untold = PassQuotaChange.objects.filter(
            pk=change.pk, state=PassQuotaChangeState.APPROVED, told_until__lt=F("served_until")
        )
        locked = untold.select_for_update(skip_locked=True, of=("self",)).select_related("storage_pass__item").first()
        if locked is None:
            return 0
        until = min(locked.told_until + BATCH_PLACES, locked.served_until)
        places = _members_of(locked.storage_pass, after=locked.told_until, until=until)
        for member_id, contacts in contacts_by_member(member_ids=places).items():
            tell_member(
                template="pass_served",
                contacts=contacts,
                programme=locked.storage_pass.programme,
                subject=f"pass {locked.storage_pass.item.code}",
                variables={"item": locked.storage_pass.item.name_ko, "place": places[member_id]},
                dedupe_key=f"pass served {locked.storage_pass_id} {member_id}",
                at=at,
            )
        PassQuotaChange.objects.filter(pk=locked.pk).update(told_until=until)
        return until - locked.told_until


def remind_of_end(*, storage_pass: StoragePass, at: datetime) -> int:
    """Tells the next of those whose month ends within REMIND_BEFORE; how many of them there were, 0 when none is left.

    Announced: one month. Ours: nothing renews, so a reminder is all that happens; it comes once.
    """
    with transaction.atomic():
        due = PassActivation.objects.filter(
            storage_pass=storage_pass, reminded_at=None, ends_at__lte=at + REMIND_BEFORE, ends_at__gt=at
        )
        ends = dict(due.select_for_update(skip_locked=True).values_list("member_id", "ends_at")[:BATCH_PLACES])
        for member_id, contacts in contacts_by_member(member_ids=ends).items():
            last_day = day_in_seoul(ends[member_id] - timedelta(microseconds=1))
            tell_member(
                template="pass_ending",
                contacts=contacts,
                programme=storage_pass.programme,
                subject=f"pass {storage_pass.item.code}",
                variables={"item": storage_pass.item.name_ko, "last_day": last_day},
                dedupe_key=f"pass ending {storage_pass.pk} {member_id}",
                at=at,
            )
        PassActivation.objects.filter(storage_pass=storage_pass, member_id__in=ends).update(reminded_at=at)
        return len(ends)


def sweep(*, at: datetime) -> None:
    """Sends work again that got lost, and reminds."""
    untold = PassQuotaChange.objects.filter(state=PassQuotaChangeState.APPROVED, told_until__lt=F("served_until"))
    for change in untold:
        send_after_commit("users.tell_served", change_id=change.pk)
    for storage_pass in StoragePass.objects.select_related("item", "programme"):
        remind_of_end(storage_pass=storage_pass, at=at)


def _members_of(storage_pass: StoragePass, *, after: int, until: int) -> dict[int, int]:
    line = PassApplication.objects.filter(storage_pass=storage_pass, place__gt=after, place__lte=until)
    return dict(line.values_list("member_id", "place"))
