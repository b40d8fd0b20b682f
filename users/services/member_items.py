"""What a member does with what they got: have it in their keyboard, decline it, take it back.

Each is a row of ItemUse, once, whatever is sent twice. Whatever decides locks the grant first, as recalls do.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compensation.programmes.models import BenefitItem
from compensation.runtime.refusals import StepRefused
from users.models import USES_THAT_COUNT, ItemUse, Member, UseKind
from users.selectors.coupons import CouponState, Holding, holding_of

EMOTICON = "emoticon"  # the kind of items that are downloaded


class ItemRefused(StepRefused):
    """Something that cannot be done with the item now. `str(error)` is the sentence for the member."""

    sentence = _("지금은 처리할 수 없습니다.")


class ItemNotGranted(ItemRefused):
    """The member does not have it: it was never granted, or it was recalled."""

    sentence = _("아직 받지 않은 품목입니다.")


class ItemExpired(ItemRefused):
    sentence = _("사용할 수 있는 기간이 끝났습니다.")


class ItemUsed(ItemRefused):
    """What was used cannot be declined any more."""

    sentence = _("이미 사용한 품목은 거절할 수 없습니다.")


class ItemDeclined(ItemRefused):
    sentence = _("받지 않기로 하신 품목입니다. 먼저 ‘다시 받겠습니다’를 눌러 주세요.")


class NotToBeDownloaded(ItemRefused):
    sentence = _("내려받는 품목이 아닙니다.")


@transaction.atomic
def download(*, member: Member, item: BenefitItem, at: datetime) -> None:
    """The member has the emoticon in their keyboard from now on.

    Raises ItemNotGranted, ItemExpired, ItemDeclined, NotToBeDownloaded.
    """
    if item.kind != EMOTICON:
        raise NotToBeDownloaded
    holding = _held(member, item, at)
    if holding.state == CouponState.DECLINED:
        raise ItemDeclined
    _note(member, [item], UseKind.DOWNLOADED, at)


@transaction.atomic
def decline(*, member: Member, item: BenefitItem, at: datetime) -> None:
    """The member does not want it. Raises ItemNotGranted, ItemExpired, ItemUsed."""
    _held(member, item, at)
    if ItemUse.objects.filter(member=member, item=item, kind__in=USES_THAT_COUNT).exists():
        raise ItemUsed
    _note(member, [item], UseKind.DECLINED, at)


@transaction.atomic
def take_back(*, member: Member, item: BenefitItem, at: datetime) -> None:
    """The member wants it after all, while it is valid. Raises ItemNotGranted, ItemExpired."""
    _held(member, item, at)
    ItemUse.objects.filter(member=member, item=item, kind=UseKind.DECLINED).delete()


def note_seen(*, member: Member, items: Iterable[BenefitItem], at: datetime) -> None:
    """Keeps when the member first saw these items. No lock: a recall does not ask who saw what."""
    _note(member, items, UseKind.SEEN, at)


def _held(member: Member, item: BenefitItem, at: datetime) -> Holding:
    """How the item stands, its grant locked. Raises ItemNotGranted, ItemExpired."""
    holding = holding_of(member_id=member.pk, item=item, at=at, lock=True)
    if holding.granted_at is None:
        raise ItemNotGranted
    if holding.valid_until is not None and at >= holding.valid_until:
        raise ItemExpired
    return holding


def _note(member: Member, items: Iterable[BenefitItem], kind: UseKind, at: datetime) -> None:
    uses = [ItemUse(member=member, item=item, kind=kind, at=at) for item in items]
    ItemUse.objects.bulk_create(uses, ignore_conflicts=True)
