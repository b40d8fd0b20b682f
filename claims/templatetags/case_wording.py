"""The words of the pages of one case: what checks ask and found, and facts as they were and are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Check
from claims.templatetags.claim_wording import named_in
from claims.templatetags.public_wording import end_text
from compensation.policy.case_checks import BUSINESS_ACTIVE, CaseCheck
from compensation.policy.document import Policy
from compensation.runtime.templatetags.wording import page_language, percent_bp, won

register = template.Library()

REGISTERED = {
    "01": _("국세청: 계속사업자"),
    "02": _("국세청: 휴업"),
    "03": _("국세청: 폐업"),
    "": _("국세청에 등록되지 않은 번호"),
}
FACTS = {
    "losses": _("피해"),
    "reported_margin_bp": _("소상공인이 적은 영업이익률"),
    "industry_code": _("업종"),
}


@register.filter
def meaning_text(check: CaseCheck) -> str:
    """What a check asks."""
    return check.meaning(page_language())


@register.filter
def checked_by_text(check: Check) -> str:
    """Who checked: a person by name, or the machine."""
    return check.checked_by.get_full_name() if check.checked_by else gettext("자동 확인")


@register.filter
def registry_text(check: Check) -> str:
    """What the tax service said of the business; '' of other checks, and where it said nothing."""
    if check.code != BUSINESS_ACTIVE or not check.found:
        return ""
    return str(REGISTERED.get(check.found[0], ""))


def fact_name(name: str) -> str:
    """The name of a fact that can be corrected."""
    return str(FACTS[name])


def fact_text(name: str, value: Any, policy: Policy) -> str:
    """A fact as it is stored in a correction (JSON), in words; losses a line each."""
    if name == "losses":
        return "\n".join(_loss_text(loss, policy) for loss in value)
    if name == "industry_code":
        return named_in(value, policy.industries) or gettext("적지 않음")
    return gettext("적지 않음") if value is None else percent_bp(value)


def _loss_text(loss: Mapping[str, Any], policy: Policy) -> str:
    began, ended = (datetime.fromisoformat(loss[name]) for name in ("began_at", "ended_at"))
    return gettext("%(service)s · %(began)s ~ %(ended)s · %(won)s · 대체 서비스 %(alternative)s") % {
        "service": named_in(loss["service"], policy.services),
        "began": date_format(localtime(began), "DATETIME_FORMAT"),
        "ended": end_text(ended),
        "won": won(loss["lost_sales_won"]),
        "alternative": gettext("있었음") if loss["has_alternative"] else gettext("없었음"),
    }
