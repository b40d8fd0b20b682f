"""Drafts: whose they are, and what is on record about the business that one names."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from claims.models import Claim, ClaimDraft
from compensation.policy.transitions import LIVE_CLAIM_STATES
from compensation.programmes.models import IntakeWindow, Programme
from compensation.runtime.encryption import blind_index
from merchants.models import BankAccount, Merchant
from merchants.selectors.representatives import represents
from merchants.services.registration import PHONE_INDEX_CONTEXT
from users.models import User
from users.selectors.contacts import proven_phones


class Relation(StrEnum):
    """What a person is to a business."""

    OWN = "own"  # its representative
    TAKEABLE = "takeable"  # on record with a phone that the person has proven
    OTHERS = "others"  # on record with another phone
    NEW = "new"  # not on record
    AGENT = "agent"  # on record, and the customer centre files for it


@dataclass(frozen=True, slots=True)
class Business:
    """A business as a person may know it. `merchant` is None for one that is not on record, or is not theirs to see."""

    relation: Relation
    merchant: Merchant | None


def own_drafts(*, user: User) -> QuerySet[ClaimDraft]:
    """The drafts that a person fills in for their own business."""
    return ClaimDraft.objects.filter(owner=user, by_agent=False).select_related("programme__incident")


def assisted_drafts(*, user: User, programme: Programme) -> QuerySet[ClaimDraft]:
    """The drafts that an agent fills in for merchants."""
    drafts = ClaimDraft.objects.filter(owner=user, by_agent=True, programme=programme)
    return drafts.select_related("programme__incident")


def drafts_in_hand(*, user: User) -> QuerySet[ClaimDraft]:
    """The drafts that a person fills in, for themselves or as an agent."""
    return ClaimDraft.objects.filter(owner=user).select_related("programme__incident")


def unsent(*, drafts: QuerySet[ClaimDraft]) -> QuerySet[ClaimDraft]:
    """Those that have not become a claim, the last touched one first."""
    return drafts.filter(claim__isnull=True).order_by("-updated_at", "-id")


def business_of(*, user: User, business_number: str, by_agent: bool) -> Business:
    """What the person is to the business of this number (ten digits)."""
    merchant = Merchant.objects.filter(business_number=business_number).first()
    if merchant is None:
        return Business(Relation.NEW, None)
    if by_agent:
        return Business(Relation.AGENT, merchant)
    if represents(user=user, merchant=merchant):
        return Business(Relation.OWN, merchant)
    proven = {blind_index(phone, context=PHONE_INDEX_CONTEXT) for phone in proven_phones(user=user)}
    return Business(Relation.TAKEABLE, merchant) if merchant.phone_index in proven else Business(Relation.OTHERS, None)


def account_on_record(*, merchant: Merchant) -> BankAccount | None:
    """Where the merchant is paid as things stand."""
    return merchant.bank_accounts.order_by("-id").first()


def live_claim_for(*, merchant: Merchant, window: IntakeWindow, services: list[str]) -> Claim | None:
    """The claim that stands in the way of another one for any of these services in this window."""
    live = Claim.objects.filter(merchant=merchant, window=window, state__in=LIVE_CLAIM_STATES)
    return live.filter(services__overlap=services).first()
