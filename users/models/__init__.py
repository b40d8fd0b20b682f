from users.models.api_token import ApiToken
from users.models.contact import Contact, ContactKind
from users.models.coupons import Coupon, Partner, PartnerScope, PartnerToken, Redemption, WrongCode
from users.models.device import Device
from users.models.grant import Grant, RecalledGrant
from users.models.grant_job import AudienceMember, GrantChunk, GrantJob, GrantJobKind
from users.models.handover import (
    HandoverDelivery,
    HandoverFile,
    HandoverFormat,
    HandoverKind,
    HandoverReceipt,
    HandoverRefusal,
)
from users.models.item_reminder import ItemNotice, ItemReminder
from users.models.item_use import USES_THAT_COUNT, ItemUse, UseKind
from users.models.member import Member, MemberStatus, Region
from users.models.member_account import MemberAccount
from users.models.sign_in_code import SignInCode
from users.models.storage_pass import PassActivation, PassApplication, PassQuotaChange, StoragePass
from users.models.user import SignInAttempt, User

__all__ = [
    "USES_THAT_COUNT",
    "ApiToken",
    "AudienceMember",
    "Contact",
    "ContactKind",
    "Coupon",
    "Device",
    "Grant",
    "GrantChunk",
    "GrantJob",
    "GrantJobKind",
    "HandoverDelivery",
    "HandoverFile",
    "HandoverFormat",
    "HandoverKind",
    "HandoverReceipt",
    "HandoverRefusal",
    "ItemNotice",
    "ItemReminder",
    "ItemUse",
    "Member",
    "MemberAccount",
    "MemberStatus",
    "Partner",
    "PartnerScope",
    "PartnerToken",
    "PassActivation",
    "PassApplication",
    "PassQuotaChange",
    "RecalledGrant",
    "Redemption",
    "Region",
    "SignInAttempt",
    "SignInCode",
    "StoragePass",
    "UseKind",
    "User",
    "WrongCode",
]
