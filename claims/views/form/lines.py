"""How the lines of a draft are called: by their service and days, as far as these can be read."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.services.drafts import StepContext, Typed, parse_step
from claims.services.drafts.losses import Line
from compensation.policy.seoul import SEOUL, day_in_seoul
from compensation.runtime.templatetags.wording import local_name
from compensation.values.refused import ValueRefused


def service_choices(context: StepContext) -> list[tuple[str, str]]:
    """The services with the time at which each was back."""
    listed = [("", _("골라 주세요"))]
    for service in context.services:
        restored = service.restored_at.astimezone(SEOUL)
        at = f"{date_format(restored, 'MONTH_DAY_FORMAT')} {date_format(restored, 'TIME_FORMAT')}"
        listed.append((service.code, _("%(service)s · %(at)s 복구") % {"service": local_name(service), "at": at}))
    return listed


def caption_of(context: StepContext, typed: Typed) -> dict[str, Any]:
    """Service and period of a line in words; blank where they are not there yet."""
    line = line_of(context, typed)
    service = _service_name(context, typed.get("service", ""))
    if line is None:
        return {"service": service, "days": ""}
    first, last = line.days
    return {"service": service, "days": days_text(first, last)}


def days_text(first: date, last: date) -> str:
    """10월 15일 ~ 10월 16일; one day alone by itself."""
    if first == last:
        return date_format(first, "MONTH_DAY_FORMAT")
    return f"{date_format(first, 'MONTH_DAY_FORMAT')} ~ {date_format(last, 'MONTH_DAY_FORMAT')}"


def line_of(context: StepContext, typed: Typed) -> Line | None:
    """The line, where its service and period can be read."""
    found = parse_step("periods", {"lines": [typed]}, context).values
    return found[0] if found else None


def outage_days(context: StepContext) -> list[dict[str, str]]:
    """For each service the days of its outage: what a period usually is."""
    first = day_in_seoul(context.programme.incident.began_at)
    return [
        {"code": service.code, "began": first.isoformat(), "ended": day_in_seoul(service.restored_at).isoformat()}
        for service in context.services
    ]


def _service_name(context: StepContext, typed: Any) -> str:
    try:
        return local_name(context.policy.services[context.rules.service(typed)])
    except (ValueRefused, KeyError):
        return ""
