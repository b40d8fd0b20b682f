"""Whom people can call, on every page."""

from django import template
from django.utils import timezone

from compensation.programmes import selectors
from compensation.programmes.models import CustomerCentre
from compensation.runtime.templatetags.wording import in_korean

register = template.Library()


@register.simple_tag
def customer_centres() -> tuple[CustomerCentre, ...]:
    """Those of all programmes that were announced."""
    return selectors.customer_centres(at=timezone.now())


@register.filter
def hours(centre: CustomerCentre) -> str:
    """When somebody answers."""
    return centre.hours_ko if in_korean() else centre.hours_en
