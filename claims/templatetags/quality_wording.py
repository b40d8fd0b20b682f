"""How second looks and deadlines are said on pages of staff."""

from datetime import datetime

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.selectors.deadlines import working_days_left
from compensation.policy.transitions import REVIEW
from compensation.runtime.templatetags.wording import page_language

register = template.Library()

STANDINGS = {
    "todo": _("재확인할 결정"),
    "differs": _("고칠 결정"),
    "agrees": _("같은 판단"),
    "settled": _("고친 결정"),
    "dropped": _("재확인 불필요"),
}
EMPTY = {
    "todo": _("재확인할 결정이 없습니다"),
    "differs": _("고칠 결정이 없습니다"),
    "agrees": _("같은 판단이 나온 결정이 아직 없습니다"),
    "settled": _("고친 결정이 아직 없습니다"),
    "dropped": _("재확인 전에 새 결정이 나온 건이 없습니다"),
}
REVIEW_TONES = {"open": "waiting", "held": "plain", "referred": "council", "closed": "good"}


@register.filter
def look_standing(code: str) -> str:
    """Where a second look stands, in a word or two."""
    return str(STANDINGS[code])


@register.filter
def no_looks(code: str) -> str:
    """What stands where a list of such looks would be."""
    return str(EMPTY[code])


@register.filter
def review_state(state: str) -> str:
    return REVIEW.name(state, page_language())


@register.filter
def review_tone(state: str) -> str:
    return REVIEW_TONES[state]


@register.filter
def time_left(until: datetime | None, at: datetime) -> str:
    """From now to a moment that is too late, in working days; where no clock runs, that."""
    if until is None:
        return gettext("기한 멈춤")
    days = working_days_left(until=until, at=at)
    if at >= until:
        return gettext("%(days)d일 지남") % {"days": -days} if days else gettext("지남")
    return gettext("%(days)d일 남음") % {"days": days} if days else gettext("오늘까지")
