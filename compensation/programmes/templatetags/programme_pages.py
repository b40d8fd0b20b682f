"""The pages of a programme, in sections, as far as a person may see them."""

from dataclasses import dataclass
from typing import Any

import rules
from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compensation.programmes.models import Programme

register = template.Library()


@dataclass(frozen=True, slots=True)
class Page:
    """A page by the name of its address, the permission it takes, and its name."""

    code: str
    address: str
    permission: str
    name: str | Promise


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together; the first that a person may see is where the section leads."""

    name: str | Promise
    pages: tuple[Page, ...]


SECTIONS = (
    Section(_("현황"), (Page("overview", "overview", "view_overview", _("현황")),)),
    Section(
        _("피해 접수"),
        (
            Page("claims", "claims", "view_claims", _("접수 목록")),
            Page("assist", "assist", "file_for_merchants", _("대리 접수")),
        ),
    ),
    Section(
        _("심사"),
        (
            Page("reviews", "reviews", "view_reviews", _("심사 목록")),
            Page("second-looks", "second-looks", "view_reviews", _("재확인")),
        ),
    ),
    Section(_("협의체"), (Page("council", "council", "view_decisions", _("협의체")),)),
    Section(
        _("소상공인 지급"),
        (
            Page("payouts", "payouts", "view_payouts", _("지급 묶음")),
            Page("accounts", "programme-accounts", "view_accounts", _("계좌 확인")),
            Page("bank-profiles", "bank-profiles", "view_payouts", _("은행 양식")),
            Page("money", "money", "view_payouts", _("원장")),
            Page("channel-cash", "channel-cash", "view_channel_cash", _("채널 캐시")),
        ),
    ),
    Section(
        _("이용자 지급"),
        (
            Page("grants", "grants", "view_grants", _("일괄 지급")),
            Page("pass", "ops-pass", "view_passes", _("이용권")),
            Page("coupons", "coupons", "view_coupons", _("쿠폰 사용")),
            Page("handover", "handover", "view_handover", _("서비스 인계")),
            Page("partners", "partners", "view_partners", _("제휴사 관리")),
        ),
    ),
    Section(
        _("운영"),
        (
            Page("messages", "messages", "handle_messages", _("메시지 목록")),
            Page("capacity", "capacity", "view_capacity", _("처리 용량")),
        ),
    ),
)


@register.simple_tag(takes_context=True)
def sections_for(context: Any, programme: Programme, current: str) -> list[dict[str, Any]]:
    """The sections that the person of the page may see, with their links; `current` is the code of the page shown."""
    user = context.get("user")
    shown = []
    for section in SECTIONS:
        pages = [
            {
                "href": reverse(page.address, args=[programme.code]),
                "name": page.name,
                "is_current": page.code == current,
            }
            for page in section.pages
            if rules.has_perm(f"programmes.{page.permission}", user, programme)
        ]
        if pages:
            is_current = any(page.code == current for page in section.pages)
            shown.append({"name": section.name, "href": pages[0]["href"], "pages": pages, "is_current": is_current})
    return shown
