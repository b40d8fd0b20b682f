"""A member with two coupons, and a partner whose program takes them."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from compensation.programmes.models import BenefitItem, Programme
from tests.cast import NOW
from users.models import Grant, GrantChunk, GrantJob, Member, Partner, PartnerScope, PartnerToken
from users.services.coupons.codes import codes_of
from users.services.partners import issue_partner_token, register_partner
from users.services.people import system_user

API = "/api/v1/partner"
FORGED = "23456789ABCDEFGR"  # its check character is right


def coupon_item(programme: Programme, code: str = "coupon-2000") -> BenefitItem:
    return programme.benefit_items.get(code=code)


def still_valid(programme: Programme) -> None:
    """The announced coupons ended years ago: these are good for another year, by the clock of whoever asks."""
    until = (timezone.now() + timedelta(days=365)).date()
    programme.benefit_items.filter(kind="coupon").update(validity={"kind": "until", "until": until.isoformat()})


def granted(programme: Programme, *, at: datetime = NOW) -> Member:
    """A member whom the package of everybody was granted."""
    member = Member.objects.create(joined_on=date(2015, 1, 1))
    package = programme.benefit_packages.get(code="members-all")
    job = GrantJob.objects.create(
        programme=programme, package=package, chunk_size=1, maker=system_user(), created_at=at
    )
    chunk = GrantChunk.objects.create(
        job=job, number=1, lower_id=member.pk, upper_id=member.pk + 1, expected=1, granted=1, finished_at=at
    )
    Grant.objects.create(package=package, member=member, chunk=chunk)
    return member


def code_of(member: Member, item: BenefitItem) -> str:
    return codes_of(member_id=member.pk, items=[item])[item.pk]


def shop(programme: Programme, code: str = "shop") -> Partner:
    return register_partner(
        programme=programme, code=code, name_ko="쇼핑하기", name_en="Shopping", actor=system_user(), at=NOW
    )


def token_of(partner: Partner, *scopes: PartnerScope) -> tuple[str, PartnerToken]:
    return issue_partner_token(
        partner=partner,
        label="checkout",
        scopes=scopes or tuple(PartnerScope),
        actor=system_user(),
        at=timezone.now(),
    )


@dataclass(frozen=True)
class Till:
    """The partner's program at the checkout."""

    text: str
    token: PartnerToken

    def post(self, path: str, content: Any = None, *, key: str = "", **more: str) -> Any:
        headers = {"Authorization": f"Bearer {self.text}", "Idempotency-Key": key or str(uuid.uuid4())} | more
        return Client().post(f"{API}{path}", json.dumps(content or {}), "application/json", headers=headers)

    def get(self, path: str) -> Any:
        return Client().get(f"{API}{path}", headers={"Authorization": f"Bearer {self.text}"})

    def redeem(self, code: str, *, key: str = "", **more: str) -> Any:
        return self.post("/redemptions", {"code": code, **more}, key=key)

    def validate(self, code: str, **more: str) -> Any:
        return self.post("/coupons/validate", {"code": code, **more})


def till(partner: Partner, *scopes: PartnerScope) -> Till:
    return Till(*token_of(partner, *scopes))
