"""The questions of the estimate: one form per loss, one for the margin that all of them share."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.services.intake_rules import IntakeRules
from compensation.policy.document import Policy
from compensation.policy.seoul import end_of_day
from compensation.runtime.forms import DayInput, PageForm, ParsedField, told
from compensation.runtime.templatetags.wording import in_korean
from compensation.values.dates import DateValue, parse_date
from compensation.values.percent import parse_percent
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won
from compensation.values.yes_no import parse_yes_no

YES_OR_NO = [("yes", _("있었습니다")), ("no", _("없었습니다"))]


class LossForm(PageForm):
    """Sales lost by one service in one period."""

    service = ParsedField(
        label=_("어느 서비스가 멈추어 손실이 났습니까?"),
        parse=str,
        missing=_("서비스를 골라 주세요."),
        widget=forms.Select(),
    )
    lost_sales = ParsedField(
        label=_("매출 손실액"),
        help_text=_("장애 때문에 줄어든 매출입니다. 순이익이 아니며, 원 단위로 적습니다. 예: 350,000원"),
        parse=parse_won,
        missing=_("매출 손실액을 350,000처럼 원 단위 숫자로 적어 주세요."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    began = ParsedField(
        label=_("피해가 시작된 날"),
        parse=parse_date,
        missing=_("피해가 시작된 날을 2022-10-15처럼 적어 주세요."),
        widget=DayInput(),
    )
    ended = ParsedField(
        label=_("피해가 끝난 날"),
        parse=parse_date,
        missing=_("피해가 끝난 날을 2022-10-16처럼 적어 주세요."),
        widget=DayInput(),
    )
    alternative = ParsedField(
        label=_("그때 쓸 수 있는 대체 서비스가 있었습니까?"),
        help_text=_("다른 메신저, 다른 결제 수단처럼 같은 일을 할 수 있는 것을 말합니다."),
        parse=parse_yes_no,
        missing=_("대체 서비스가 있었는지 골라 주세요."),
        widget=forms.RadioSelect(choices=YES_OR_NO),
    )

    def __init__(
        self, data: Any = None, *, number: int, rules: IntakeRules, policy: Policy, focus: bool = False, **options: Any
    ) -> None:
        first, last = rules.reach_from.date(), (rules.reach_until - timedelta(microseconds=1)).date()
        options.setdefault("initial", {"began": first, "ended": last})
        super().__init__(data, prefix=self.prefix_of(number), **options)
        self.number, self.rules = number, rules
        name = "name_ko" if in_korean() else "name_en"
        self.fields["service"].parse = rules.service
        services = [(code, getattr(it, name)) for code, it in policy.services.items() if code in rules.services]
        self.fields["service"].widget.choices = [("", _("골라 주세요")), *services]
        if focus:
            self.fields["service"].widget.attrs["autofocus"] = True
        for field in ("began", "ended"):
            self.fields[field].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    @staticmethod
    def prefix_of(number: int) -> str:
        return f"loss-{number}"

    @classmethod
    def typed_in(cls, typed: Mapping[str, str], number: int) -> dict[str, str]:
        """What was typed for the loss of this number."""
        return {name: typed.get(f"{cls.prefix_of(number)}-{name}", "") for name in cls.base_fields}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        began, ended = data.get("began"), data.get("ended")
        if began and ended:
            try:
                self.rules.check_period(began_at=began.moment, ended_at=_end_of(ended))
            except ValueRefused as refusal:
                self.add_error("began" if began.moment < self.rules.reach_from else "ended", told(refusal))
        return data


class MarginForm(PageForm):
    """The business' own operating margin or its industry; with neither the general reference margin applies."""

    margin = ParsedField(
        label=_("영업이익률 (선택)"),
        help_text=_("아신다면 적어 주세요. 예: 12.5%. 적지 않으면 업종의 기준 영업이익률을 씁니다."),
        parse=lambda value: parse_percent(value, allow_negative=True),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    industry = ParsedField(label=_("업종 (선택)"), parse=str, required=False, widget=forms.Select())

    def __init__(self, *args: Any, policy: Policy, **options: Any) -> None:
        super().__init__(*args, **options)
        self.policy = policy
        name = "name_ko" if in_korean() else "name_en"
        industries = sorted((getattr(it, name), code) for code, it in policy.industries.items())
        listed = [(code, text) for text, code in industries]
        self.fields["industry"].widget.choices = [("", _("목록에 없거나 모릅니다")), *listed]

    def clean_industry(self) -> str:
        code = self.cleaned_data["industry"] or ""
        if code and code not in self.policy.industries:
            raise forms.ValidationError(_("업종을 목록에서 골라 주세요."), code="unknown_industry")
        return code


def _end_of(ended: DateValue) -> datetime:
    """A day without a time ends at 24:00, as in the association's files."""
    return ended.moment if ended.has_time else end_of_day(ended.day)
