"""The forms of the grant console. What a job takes is said by the services; here is how it is typed."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.policy.audiences import Audience, JoinDatesReversed
from compensation.programmes.models import BenefitPackage, Programme
from compensation.runtime.forms import DayInput, PageForm, ParsedField
from compensation.runtime.templatetags.wording import local_name
from compensation.runtime.uploads import MeasuredFile
from compensation.values.dates import parse_date, parse_day
from compensation.values.head_counts import parse_head_count
from compensation.values.paragraphs import parse_paragraphs
from users.models import Region
from users.services.grant_jobs import CHUNK_SIZE
from users.templatetags.grant_wording import STATUSES

EVERYONE, FILTER, LIST = "everyone", "filter", "list"
PLAIN = {"autocomplete": "off"}


def parse_moment(value: object) -> datetime:
    """An hour in Seoul, to the minute or second. Raises ValueRefused."""
    return parse_date(value).moment


def parse_note(value: object) -> str:
    """Raises ValueRefused: too long."""
    return parse_paragraphs(value, length_max=limits.GRANT_NOTE_LENGTH_MAX).replace("\n", " ")


def note_field(label: Any, *, missing: Any = "", help_text: Any = "") -> ParsedField:
    return ParsedField(
        label=label,
        parse=parse_note,
        required=bool(missing),
        missing=missing,
        help_text=help_text,
        widget=forms.TextInput(attrs=PLAIN),
    )


class SpeedForm(PageForm):
    """How fast a job goes, at most."""

    members_per_second = ParsedField(
        label=_("1초에 지급할 이용자 수"),
        help_text=_("비워 두면 가능한 한 빠르게 진행합니다."),
        parse=parse_head_count,
        required=False,
        widget=forms.TextInput(attrs=PLAIN | {"inputmode": "numeric"}),
    )
    workers = forms.TypedChoiceField(
        label=_("동시에 일할 작업 프로세스"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, limits.GRANT_WORKERS_MAX + 1)],
        initial=limits.GRANT_WORKERS_MAX,
    )


class HourForm(PageForm):
    """When a job starts by itself."""

    starts_at = ParsedField(
        label=_("자동으로 시작할 시각"),
        help_text=_("예: 2023-01-05 09:00. 비워 두면 담당자가 직접 시작합니다."),
        parse=parse_moment,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
    )


class NewJobForm(HourForm, SpeedForm):
    """A new job: what, for whom, when, how fast."""

    package = forms.ChoiceField(label=_("지원 묶음"), error_messages={"required": _("지원 묶음을 골라 주세요.")})
    audience = forms.ChoiceField(
        label=_("대상"),
        choices=[
            (EVERYONE, _("전체 이용자")),
            (FILTER, _("조건에 맞는 이용자")),
            (LIST, _("명단에 있는 이용자 (다음 화면에서 올립니다)")),
        ],
        initial=EVERYONE,
        widget=forms.RadioSelect,
        error_messages={"required": _("대상을 골라 주세요.")},
    )
    joined_from = ParsedField(label=_("가입한 날 (처음)"), parse=parse_day, required=False, widget=DayInput)
    joined_until = ParsedField(label=_("가입한 날 (마지막)"), parse=parse_day, required=False, widget=DayInput)
    statuses = forms.TypedMultipleChoiceField(
        label=_("계정 상태"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple, choices=STATUSES.items()
    )
    regions = forms.TypedMultipleChoiceField(
        label=_("지역"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple, choices=Region.choices
    )
    priority = forms.TypedChoiceField(
        label=_("우선순위"),
        help_text=_("1이 가장 먼저입니다. 여러 작업이 함께 진행될 때 쓰입니다."),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, limits.GRANT_PRIORITY_MAX + 1)],
        initial=5,
    )
    chunk_size = ParsedField(
        label=_("작업 구간의 크기"),
        help_text=format_lazy(_("한 번에 지급하는 이용자 수입니다. 비워 두면 {size}명입니다."), size=f"{CHUNK_SIZE:,}"),
        parse=parse_head_count,
        required=False,
        widget=forms.TextInput(attrs=PLAIN | {"inputmode": "numeric"}),
    )
    note = note_field(_("메모 (선택)"), help_text=_("왜 지급하는지 적어 두면 승인하는 사람이 알아보기 쉽습니다."))

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        super().__init__(*args, **options)
        self.packages = {row.code: row for row in BenefitPackage.objects.filter(programme=programme).order_by("pk")}
        self.fields["package"].choices = [(code, local_name(row)) for code, row in self.packages.items()]

    def clean_chunk_size(self) -> int:
        typed: int | None = self.cleaned_data["chunk_size"]
        return CHUNK_SIZE if typed is None else typed

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        try:
            typed["who"] = self._audience(typed)
        except JoinDatesReversed:
            self.add_error("joined_until", gettext("가입한 날의 마지막 날이 처음 날보다 앞섭니다."))
        return typed

    def _audience(self, typed: dict[str, Any]) -> Audience:
        """Conditions narrow a list, too; with everybody they are refused, not forgotten. Raises JoinDatesReversed."""
        chosen = typed.get("audience")
        who = Audience(
            joined_from=typed.get("joined_from"),
            joined_until=typed.get("joined_until"),
            statuses=tuple(typed.get("statuses") or ()),
            regions=tuple(typed.get("regions") or ()),
            by_list=chosen == LIST,
        )
        if chosen == EVERYONE and not who.is_everyone:
            self.add_error(
                "audience",
                gettext("조건을 적었습니다. ‘조건에 맞는 이용자’를 고르거나, 전체 이용자라면 조건을 지워 주세요."),
            )
        if chosen != EVERYONE and who.is_everyone and not self.errors:
            self.add_error(
                "audience", gettext("조건을 하나 이상 정해 주세요. 조건이 없으면 전체 이용자를 골라 주세요.")
            )
        return who


class ListForm(PageForm):
    """A list of member numbers."""

    file = forms.FileField(
        label=_("명단 파일 (CSV 또는 XLSX)"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    skip_faulty = forms.BooleanField(label=_("잘못된 행은 빼고 나머지만 올립니다."), required=False)

    def clean_file(self) -> MeasuredFile:
        file = self.cleaned_data["file"]
        if not isinstance(file, MeasuredFile):
            raise forms.ValidationError(gettext("명단 파일을 골라 주세요."))
        if not file.is_whole:
            most = limits.EVIDENCE_FILE_BYTES_MAX // 1_048_576
            raise forms.ValidationError(
                gettext("%(most)dMB까지 올릴 수 있습니다. 명단을 나누거나 조건으로 대상을 정해 주세요.")
                % {"most": most}
            )
        return file


class RecallForm(PageForm):
    """What to take back of a job, and why."""

    scope = forms.ChoiceField(
        label=_("회수할 대상"),
        choices=[("whole", _("이 작업에서 지급한 전체")), (LIST, _("명단에 있는 이용자만 (다음 화면에서 올립니다)"))],
        initial="whole",
        widget=forms.RadioSelect,
    )
    note = note_field(_("회수하는 이유"), missing=_("회수하는 이유를 적어 주세요."))


class ReasonForm(PageForm):
    """Why members are downloaded: it is written down."""

    reason = note_field(
        _("내려받는 이유"),
        missing=_("내려받는 이유를 적어 주세요."),
        help_text=_("누가 왜 내려받았는지 기록에 남습니다."),
    )
