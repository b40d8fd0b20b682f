"""Members of the platform sign in through its identity provider, which says who they are: nothing else is asked for.

The subject of the provider's ID token is the member number (Kakao's documentation of `sub`: 회원번호). A subject that
is no member's number belongs to somebody who has no benefits here.
"""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from compensation import limits
from compensation.audit.services import because
from users.models import Member, MemberAccount, MemberStatus, User
from users.services.sign_up import Arrival, KakaoTaken, arrive_by_kakao, link_kakao, new_user

NAME = "Kakao"  # what the account is called: nothing is known of the person
_NUMBER = re.compile(rf"[1-9][0-9]{{0,{limits.MEMBER_NUMBER_DIGITS_MAX - 1}}}")


class NotAMember(Exception):
    """The provider knows the person, but not as a member: never was one, or is one no more."""


class MemberTaken(Exception):
    """The member is somebody else's account here, or the account is another member's."""


def member_of_subject(*, uid: str) -> Member:
    """The member whom the identity provider names. Raises NotAMember."""
    if not _NUMBER.fullmatch(uid):
        raise NotAMember
    member = Member.objects.filter(pk=int(uid)).exclude(status=MemberStatus.WITHDRAWN).first()
    if member is None:
        raise NotAMember
    return member


@transaction.atomic
def know_member(*, user: User, uid: str, at: datetime) -> MemberAccount:
    """Keeps that this account is the member whom the provider named. Harmless twice. Raises NotAMember, MemberTaken."""
    member = member_of_subject(uid=uid)
    known = MemberAccount.objects.filter(user=user, member=member).first()
    if known is not None:
        return known
    try:
        with transaction.atomic(), because(actor=user, reason="member signed in"):
            return MemberAccount.objects.create(user=user, member=member, linked_at=at)
    except IntegrityError:
        known = MemberAccount.objects.filter(user=user, member=member).first()
        if known is None:
            raise MemberTaken from None
        return known  # the same person a moment earlier, in another window


def arrive_as_member(*, uid: str, at: datetime) -> Arrival:
    """The account of a member who comes by Kakao for the first time: made without asking for anything.

    Ours: what a member gets is on their platform account, so the platform's word for who they are is enough. Whoever
    comes for a claim is asked for a contact, which merchants are reached by.
    Raises NotAMember, MemberTaken, and what `arrive_by_kakao` raises.
    """
    member_of_subject(uid=uid)
    try:
        with transaction.atomic():
            user = new_user(name=NAME)
            link_kakao(user=user, uid=uid)
            know_member(user=user, uid=uid, at=at)
    except KakaoTaken:  # the same person a moment earlier, in another window
        known = arrive_by_kakao(uid=uid)
        if known is None:
            raise
        know_member(user=known, uid=uid, at=at)
        return Arrival(user=known, is_new=False)
    return Arrival(user=user, is_new=True)
