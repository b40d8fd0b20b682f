"""Accounts of people who come by a proven contact or by Kakao: made the first time, found again every other time.

There is no form: a contact that was just proven is all an account needs. What its owner may do follows from the
businesses they represent; a role in a programme is not given here.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction

from compensation.audit.services import because
from compensation.programmes.models import ProgrammeRole, Role
from compensation.runtime.masking import masked_email, masked_phone
from compensation.values.contacts import ContactValue
from users.models import Contact, User
from users.services.sign_in_codes import contact_index

KAKAO = "kakao-oidc"  # not "kakao": that is the name of allauth's own provider, whose addresses cannot be changed


class AccountClosed(Exception):
    """The account of this contact may no longer sign in."""


class StaffSignsInByPassword(Exception):
    """The contact belongs to somebody who works on a programme: a code or Kakao is not enough for that."""


class ContactTaken(Exception):
    """Another account has proven this contact already."""


class KakaoTaken(Exception):
    """This Kakao account belongs to another account here."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has come in, and whether for the first time."""

    user: User
    is_new: bool


@transaction.atomic
def arrive_by_contact(*, contact: ContactValue, at: datetime) -> Arrival:
    """The account of a contact that was just proven, made where there is none.

    Raises AccountClosed, StaffSignsInByPassword.
    """
    known = _holder(contact)
    if known is not None:
        return Arrival(user=may_come_in(user=known), is_new=False)
    try:
        with transaction.atomic():
            user = new_user(name=masked(contact))
            _record(user, contact, at)
    except IntegrityError:  # the same person a moment earlier: on another device, by another code
        return arrive_by_contact(contact=contact, at=at)
    return Arrival(user=user, is_new=True)


def arrive_by_kakao(*, uid: str) -> User | None:
    """The account that this Kakao account (by the provider's id) leads to; None where it is not known yet.

    Raises AccountClosed, StaffSignsInByPassword.
    """
    known = SocialAccount.objects.filter(provider=KAKAO, uid=uid).select_related("user").first()
    return may_come_in(user=known.user) if known else None


@transaction.atomic
def add_contact(*, user: User, contact: ContactValue, at: datetime) -> None:
    """Gives the person one more contact, which was just proven. One they have already stays. Raises ContactTaken."""
    try:
        with transaction.atomic():
            _record(user, contact, at)
    except IntegrityError:
        if _holder(contact) != user:
            raise ContactTaken from None


@transaction.atomic
def arrive_by_kakao_first(*, uid: str, contact: ContactValue, at: datetime) -> Arrival:
    """The account of a contact that was just proven, to which this Kakao account leads from now on.

    Ours: Kakao alone makes no account, so that a person who comes by phone one day and by Kakao the next is one person.
    Raises AccountClosed, StaffSignsInByPassword, KakaoTaken.
    """
    arrival = arrive_by_contact(contact=contact, at=at)
    link_kakao(user=arrival.user, uid=uid)
    return arrival


@transaction.atomic
def link_kakao(*, user: User, uid: str) -> None:
    """Lets the person sign in by this Kakao account from now on. Raises KakaoTaken.

    Only the provider's id is kept: no name, no picture, no token.
    """
    with because(actor=user, reason="kakao linked"):
        account, _ = SocialAccount.objects.get_or_create(provider=KAKAO, uid=uid, defaults={"user": user})
    if account.user_id != user.pk:
        raise KakaoTaken


def may_come_in(*, user: User) -> User:
    """The user, where a code or Kakao is enough for what they may do.

    Ours: who sees the data of many signs in with a password, throttled by account, and later with a second factor.
    Raises AccountClosed, StaffSignsInByPassword.
    """
    if not user.is_active:
        raise AccountClosed
    works_here = ProgrammeRole.objects.filter(user=user).exclude(role=Role.MERCHANT).exists()
    if works_here or user.is_staff or user.is_superuser:
        raise StaffSignsInByPassword
    return user


def new_user(*, name: str) -> User:
    """An account without a password. Called inside the transaction that says by what its owner comes in."""
    user = User(username=f"m-{secrets.token_hex(8)}", name=name)
    user.set_unusable_password()
    user.save()
    return user


def masked(contact: ContactValue) -> str:
    """The contact as screens show it, also to its owner: enough to recognise it by."""
    return masked_phone(contact.value) if contact.kind == "phone" else masked_email(contact.value)


def _holder(contact: ContactValue) -> User | None:
    found = Contact.objects.filter(kind=contact.kind, value_index=contact_index(contact)).select_related("user").first()
    return found.user if found else None


def _record(user: User, contact: ContactValue, at: datetime) -> None:
    with because(actor=user, reason="contact proven"):
        Contact.objects.create(
            user=user,
            kind=contact.kind,
            value=contact.value,
            value_index=contact_index(contact),
            verified_at=at,
        )
