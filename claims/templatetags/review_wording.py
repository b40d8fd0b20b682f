"""The words of the officers' pages: states, marks, ages and deadlines of cases."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.timezone import localtime
from django.utils.translation import gettext

from claims.models import BulkItem, Review
from compensation.policy.case_checks import CHECKS
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import REVIEW
from compensation.runtime.forms import told
from compensation.runtime.templatetags.wording import local_name, page_language

register = template.Library()

TONES = {"open": "waiting", "held": "attention", "referred": "council", "closed": "plain"}
SOON = timedelta(days=3)


@register.filter
def review_state(review: Review) -> str:
    """The state of a review; one whose merchant is asked waits for the answer."""
    if review.state == "open" and review.due_at is None:
        return gettext("답변 대기")
    return REVIEW.name(review.state, page_language())


@register.filter
def review_tone(review: Review) -> str:
    """The colour of the state's tag."""
    return TONES[review.state]


@register.filter
def review_kind(review: Review) -> str:
    """What the review is about: the claim itself, an objection, or a request for confirmation."""
    return str(review.objection.get_kind_display()) if review.objection else gettext("협의체 심사")


@register.filter
def mark_name(code: str) -> str:
    """The name of a failed check; the code itself of one that is no longer known."""
    check = CHECKS.get(code)
    return local_name(check) if check else code


@register.filter
def missing_text(review: Review) -> str:
    """How many kinds of documents are not there that the council needs."""
    return gettext("자료 %(number)d종 부족") % {"number": review.missing}


@register.filter
def age_text(review: Review, at: datetime) -> str:
    """How many days ago the review was opened, by the calendar."""
    days = (day_in_seoul(at) - day_in_seoul(review.opened_at)).days
    return gettext("%(days)d일째") % {"days": days + 1}


@register.filter
def due_day(review: Review) -> datetime | None:
    """The last day before it is too late."""
    return localtime(review.due_at) - timedelta(microseconds=1) if review.due_at else None


@register.filter
def due_tone(review: Review, at: datetime) -> str:
    """How pressing a deadline is: late, soon, or nothing."""
    if review.due_at is None or review.due_at > at + SOON:
        return ""
    return "late" if review.due_at <= at else "soon"


@register.filter
def fault_text(thing: Any) -> str:
    """Why a case was left out, or could not be done: a refusal, or an item of a job that keeps both languages."""
    if isinstance(thing, BulkItem):
        return str(thing.fault_text.get(page_language(), ""))
    return str(told(thing))
