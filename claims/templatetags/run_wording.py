"""A programme run's own words on pages."""

from django import template
from django.utils.translation import gettext_lazy as _

from claims.models import ProgrammeRun, Stage
from claims.selectors.run_progress import DONE, NEXT, NOW
from compensation.runtime.templatetags.wording import duration

register = template.Library()

STAGES = {
    Stage.IMPORT: _("파일 접수"),
    Stage.ASSESS: _("피해액 산정"),
    Stage.CHANNEL_CASH: _("채널 캐시"),
    Stage.GRANT: _("이용자 지급"),
}
STATES = {DONE: _("끝남"), NOW: _("진행 중"), NEXT: _("대기")}
UNITS = {"rows": _("행"), "claims": _("건"), "members": _("명")}


@register.filter
def stage_name(code: str) -> str:
    return str(STAGES[Stage(code)])


@register.filter
def stage_state_name(state: str) -> str:
    return str(STATES[state])


@register.filter
def unit_name(unit: str) -> str:
    """What is written right behind a number."""
    return str(UNITS.get(unit, ""))


@register.filter
def run_duration(run: ProgrammeRun) -> str:
    """How long a finished run took."""
    return duration((run.finished_at - run.started_at).total_seconds()) if run.finished_at else ""
