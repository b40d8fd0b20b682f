"""Claims' own words on pages: names and tones of states, reasons, names of what the policy lists."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from claims.services import retention
from compensation import limits
from compensation.policy.document import EvidenceKind
from compensation.policy.transitions import CLAIM
from compensation.runtime.templatetags.wording import in_korean, local_name, page_language

register = template.Library()

TONES = {"received": "waiting", "determined": "good", "awaiting_council": "council", "withdrawn": "plain"}

# Reasons that the machine writes into the history; what a person wrote is shown as it is.
REASONS = {
    "assessed": _("정책에 따라 피해액을 산정했습니다."),
    "council decided": _("협의체가 심사하여 결정했습니다."),
    "association file": _("협회가 보낸 파일로 접수했습니다."),
    "filed online": _("온라인으로 접수했습니다."),
    "withdrawn_mistake": _("내용을 잘못 적었습니다."),
    "withdrawn_double": _("같은 피해를 두 번 접수했습니다."),
    "withdrawn_not_needed": _("지원을 받지 않기로 했습니다."),
    "withdrawn_other": _("그 밖의 이유입니다."),
}


@register.filter
def state_name(state: str) -> str:
    return CLAIM.name(state, page_language())


@register.filter
def state_tone(claim: Claim) -> str:
    """The colour of a claim's state tag; a claim that gets nothing is not shown as good news."""
    without_support = claim.state == "determined" and claim.determination and not claim.determination.amount_won
    return "plain" if without_support else TONES[claim.state]


@register.filter
def reason_text(reason: str) -> str:
    return str(REASONS.get(reason, reason))


@register.simple_tag
def draft_kept_days() -> int:
    """How many days after the intake an unsent draft is kept."""
    return limits.DRAFT_KEPT_DAYS


@register.filter
def draft_kept_until(closes_at: datetime) -> datetime:
    """The first moment at which a draft may be gone that was not sent before the intake closed."""
    return retention.draft_kept_until(closes_at=closes_at)


@register.filter
def issuer(kind: EvidenceKind) -> str:
    """Who issues a kind of document."""
    return kind.issued_by_ko if in_korean() else kind.issued_by_en


@register.filter
def named_in(code: str, things: Mapping[str, Any]) -> str:
    """The name of the thing with this code; the code itself where the policy no longer lists it."""
    thing = things.get(code)
    return local_name(thing) if thing else code


@register.filter
def all_named_in(codes: Iterable[str], things: Mapping[str, Any]) -> str:
    """The names of the things with these codes, one after the other."""
    return ", ".join(named_in(code, things) for code in codes)
