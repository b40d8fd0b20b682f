"""What a member gets, whether they have it, and until when. All is asked by key, however many members there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch

from compensation.policy.benefits import NotActivated, Validity, valid_until
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import PROGRAMME, GrantJobState
from compensation.programmes.models import BenefitItem, BenefitPackage, Programme
from users.models import (
    Grant,
    GrantJob,
    GrantJobKind,
    ItemUse,
    Member,
    MemberAccount,
    MemberStatus,
    RecalledGrant,
    UseKind,
)


class ItemState(StrEnum):
    """How an item stands with a member. Of those that were granted the first that is true, in this order."""

    USED = "used"  # a shop took the coupon
    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN = "taken"  # downloaded: in the member's keyboard
    READY = "ready"
    COMING = "coming"  # not granted yet
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class MemberItem:
    """One item with one member. `valid_until` is the first moment at which it is no longer valid, None for good.

    `granted_at` is None where it was not granted (yet); then it comes from `package.grants_from` on.
    """

    item: BenefitItem
    package: BenefitPackage
    state: ItemState
    granted_at: datetime | None = None
    valid_until: datetime | None = None
    is_seen: bool = False

    @property
    def last_day(self) -> date | None:
        """The last day on which it is valid, in Seoul."""
        return day_in_seoul(self.valid_until - timedelta(microseconds=1)) if self.valid_until else None

    def days_left(self, at: datetime) -> int | None:
        """How many days it is valid after the one of `at`: 0 on the last day."""
        return (self.last_day - day_in_seoul(at)).days if self.last_day else None

    @property
    def can_be_declined(self) -> bool:
        return self.state == ItemState.READY

    @property
    def is_ready(self) -> bool:
        return self.state in (ItemState.READY, ItemState.TAKEN)


def member_of(*, user: Any) -> Member | None:
    """The member that somebody is, as they signed in; None for others. One query."""
    if not user.is_authenticated:
        return None
    account = MemberAccount.objects.filter(user=user).select_related("member").first()
    return account.member if account else None


def items_of(*, member: Member, at: datetime) -> list[MemberItem]:
    """All that the announced programmes have for the member, newest outage first. Seven queries, whatever there is.

    An item of two packages is shown once: as it was granted, if it was.
    """
    packages = _packages()
    holdings = _Holdings.of(member, packages)
    found: dict[int, MemberItem] = {}
    for package in packages:
        for item in package.items.all():
            mine = holdings.item(item, package, at)
            known = found.get(item.pk)
            if mine and (known is None or (known.granted_at is None and mine.granted_at is not None)):
                found[item.pk] = mine
    return list(found.values())


def item_of(*, programme_code: str, item_code: str) -> BenefitItem:
    """The item of an announced programme. Raises BenefitItem.DoesNotExist."""
    announced = BenefitItem.objects.exclude(programme__status=PROGRAMME.initial).select_related("programme")
    return announced.get(programme__code=programme_code, code=item_code)


def announced_programme(*, code: str) -> Programme:
    """Raises Programme.DoesNotExist."""
    return Programme.objects.exclude(status=PROGRAMME.initial).get(code=code)


def _packages() -> list[BenefitPackage]:
    announced = BenefitPackage.objects.exclude(programme__status=PROGRAMME.initial).select_related("programme")
    items = Prefetch("items", BenefitItem.objects.order_by("pk"))
    return list(announced.prefetch_related(items).order_by("-programme__incident__began_at", "pk"))


@dataclass(frozen=True, slots=True)
class _Holdings:
    """What is stored about one member, by package and by item."""

    member: Member
    granted_at: Mapping[int, datetime]
    recalled: frozenset[int]
    uses: Mapping[int, frozenset[str]]
    for_some: frozenset[int]  # packages of which all approved jobs are for some members only

    @classmethod
    def of(cls, member: Member, packages: Iterable[BenefitPackage]) -> "_Holdings":
        ids = [package.pk for package in packages]  # named one by one: the key begins with the package
        grants = Grant.objects.filter(package__in=ids, member=member).select_related("chunk")
        recalled = RecalledGrant.objects.filter(package__in=ids, member=member)
        return cls(
            member=member,
            granted_at={grant.package_id: grant.chunk.finished_at for grant in grants if grant.chunk.finished_at},
            recalled=frozenset(recalled.values_list("package_id", flat=True)),
            uses=_uses(member),
            for_some=_for_some(ids),
        )

    def item(self, item: BenefitItem, package: BenefitPackage, at: datetime) -> MemberItem | None:
        """None where the package is not for this member."""
        granted_at = self.granted_at.get(package.pk)
        if granted_at is not None:
            until = _until(item, granted_at)
            uses = self.uses.get(item.pk, frozenset())
            return MemberItem(item, package, _state(uses, until, at), granted_at, until, UseKind.SEEN in uses)
        if package.pk in self.recalled:
            return MemberItem(item, package, ItemState.RECALLED)
        is_coming = self.member.status == MemberStatus.ACTIVE and package.pk not in self.for_some
        return MemberItem(item, package, ItemState.COMING) if is_coming else None


def _state(uses: frozenset[str], until: datetime | None, at: datetime) -> ItemState:
    if UseKind.REDEEMED in uses:
        return ItemState.USED
    if UseKind.DECLINED in uses:
        return ItemState.DECLINED
    if until is not None and at >= until:
        return ItemState.EXPIRED
    return ItemState.TAKEN if UseKind.DOWNLOADED in uses else ItemState.READY


def _until(item: BenefitItem, granted_at: datetime) -> datetime | None:
    try:
        return valid_until(validity=Validity.from_json(item.validity), granted_at=granted_at)
    except NotActivated:  # runs from when it is started
        return None


def _uses(member: Member) -> dict[int, frozenset[str]]:
    uses: dict[int, frozenset[str]] = {}
    for item_id, kind in ItemUse.objects.filter(member=member).values_list("item_id", "kind"):
        uses[item_id] = uses.get(item_id, frozenset()) | {kind}
    return uses


def _for_some(package_ids: list[int]) -> frozenset[int]:
    jobs = GrantJob.objects.filter(package__in=package_ids, kind=GrantJobKind.GRANT, state=GrantJobState.APPROVED).only(
        "package_id", "audience"
    )
    for_everyone = {job.package_id for job in jobs if job.who.is_everyone}
    return frozenset(job.package_id for job in jobs) - for_everyone
