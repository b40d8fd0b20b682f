"""How evidence is written on pages: what the malware scan came to, to merchants and to staff."""

from django import template
from django.utils.translation import gettext_lazy as _

from compensation.policy.transitions import EVIDENCE_SCAN
from compensation.runtime.templatetags.wording import page_language

register = template.Library()

TONES = {"waiting": "waiting", "clean": "good", "infected": "attention", "unscanned": "plain"}

# To the merchant, a file that nobody scanned is simply received: the scan is our concern, not theirs.
TO_MERCHANTS = {
    "waiting": _("악성코드 검사 중"),
    "clean": _("검사 완료"),
    "infected": _("받지 않음"),
    "unscanned": _("받음"),
}


@register.filter
def scan_tone(state: str) -> str:
    """The colour of a scan state's tag."""
    return TONES[state]


@register.filter
def scan_name_for_merchants(state: str) -> str:
    return str(TO_MERCHANTS[state])


@register.filter
def scan_name(state: str) -> str:
    """The state as the policy's table names it, for staff."""
    return EVIDENCE_SCAN.name(state, page_language())
