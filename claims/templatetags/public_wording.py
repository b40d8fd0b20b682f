"""How the public pages say times: until when, how long still, how long something is valid."""

from datetime import datetime, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation.policy.benefits import DAYS, MONTH_FROM_ACTIVATION, UNTIL, Validity
from compensation.programmes.models import BenefitItem

register = template.Library()

CHANNELS = {"kakao": _("카카오 알림톡"), "sms": _("문자 메시지"), "email": _("이메일")}
HOURS_MAX = 48  # up to here the hours are counted, beyond it the days


@register.filter
def time_left(remaining: timedelta) -> str:
    """12 days, 14 hours and 3 minutes as 12일 14시간; the less is left, the finer it is told, down to the minute."""
    minutes = int(remaining.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    if hours >= HOURS_MAX:
        days, hours = divmod(hours, 24)
        return gettext("%(days)d일 %(hours)d시간") % {"days": days, "hours": hours}
    if hours:
        return gettext("%(hours)d시간 %(minutes)d분") % {"hours": hours, "minutes": minutes}
    return gettext("%(minutes)d분") % {"minutes": minutes} if minutes else gettext("1분 미만")


@register.filter
def end_text(moment: datetime) -> str:
    """The end of a half-open interval, as people say it: midnight belongs to the day before (24:00)."""
    local = localtime(moment)
    if (local.hour, local.minute) == (0, 0):
        return gettext("%(day)s 24:00") % {"day": date_format(local - timedelta(days=1), "DATE_FORMAT")}
    return date_format(local, "DATETIME_FORMAT")


@register.filter
def validity_text(item: BenefitItem) -> str:
    """How long a benefit item can be used; nothing for a message, which is only read."""
    validity = Validity.from_json(item.validity)
    if item.kind == "message":
        return ""
    if validity.kind == DAYS:
        return gettext("%(days)d일 동안") % {"days": validity.days}
    if validity.kind == UNTIL and validity.until:
        return gettext("%(day)s까지") % {"day": date_format(validity.until, "DATE_FORMAT")}
    if validity.kind == MONTH_FROM_ACTIVATION:
        return gettext("쓰기 시작한 날부터 한 달")
    return gettext("기한 없음")


@register.filter
def channel_name(channel: str) -> str:
    """The way by which a message went."""
    return str(CHANNELS.get(channel, channel))
