"""Sora, a member whom the package of everybody was granted, and who is signed in."""

from datetime import datetime

from django.test import Client
from django.utils import timezone

from compensation.programmes.models import BenefitItem, Programme
from tests.users.coupon_cast import granted, still_valid
from users.models import Contact, ContactKind, GrantChunk, Member, MemberAccount, User
from users.selectors.member_items import MemberItem, items_of


def sora(programme: Programme, *, at: datetime | None = None) -> Member:
    """Granted at `at`, now where that is not said, when her coupons are valid for another year."""
    if at is None:
        still_valid(programme)
    member = granted(programme, at=at or timezone.now())
    GrantChunk.objects.filter(grant__member=member).update(state="done")
    return member


def account_of(member: Member, *, phone: str = "") -> User:
    """The account by which the member signs in, with a phone that was proven if one is named."""
    now, user = timezone.now(), User.objects.create(username=f"m-{member.pk}", name="Kakao")
    MemberAccount.objects.create(user=user, member=member, linked_at=now)
    if phone:
        Contact.objects.create(user=user, kind=ContactKind.PHONE, value=phone, value_index=phone, verified_at=now)
    return user


def at_home(member: Member) -> Client:
    """The member's browser."""
    client = Client()
    client.force_login(account_of(member))
    return client


def item_by(programme: Programme, code: str) -> BenefitItem:
    return programme.benefit_items.get(code=code)


def mine(member: Member, code: str, at: datetime | None = None) -> MemberItem:
    """How the item stands with the member."""
    return next(one for one in items_of(member=member, at=at or timezone.now()) if one.item.code == code)
