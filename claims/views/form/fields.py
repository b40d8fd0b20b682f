"""The questions of the form as fields. They show what was typed and judge nothing: the steps' parsers do."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.services.drafts import FieldProblem
from claims.services.drafts.comparison import WEEK_NAMES
from claims.services.drafts.margin import INDUSTRY, OWN
from compensation.runtime.forms import DayInput, PageForm, told
from compensation.runtime.templatetags.wording import local_name
from compensation.values.bank_accounts import BANKS
from compensation.values.refused import ValueRefused
from compensation.values.yes_no import parse_yes_no

WON = {"inputmode": "numeric", "autocomplete": "off", "class": "input--won"}


class Answer(forms.Field):
    """An answer as it was typed."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)


class StepForm(PageForm):
    """The answers of a step, or of one line of it, with the problems that the parsers found.

    `at` is the path of the line in the problems' fields (`lines.2`).
    """

    def __init__(
        self,
        typed: Mapping[str, Any],
        problems: Iterable[FieldProblem] = (),
        *,
        prefix: str | None = None,
        at: str = "",
    ) -> None:
        names = self.base_fields
        html_names = {name: f"{prefix}-{name}" if prefix else name for name in names}
        super().__init__({html_names[name]: shown(typed.get(name)) for name in names}, prefix=prefix)
        for problem in problems:
            field = problem.field.removeprefix(f"{at}.") if at else problem.field
            if field in names:
                self.add_error(field, told(problem))


def shown(value: Any) -> Any:
    """As it stands in a field: what came as yes or no by the API too."""
    return ("yes" if value else "no") if isinstance(value, bool) else ("" if value is None else value)


class BusinessForm(StepForm):
    """Which business; and, for one that is not on record, how it is called and reached."""

    business_number = Answer(
        label=_("사업자등록번호"),
        help_text=_("숫자 10자리입니다. 예: 123-45-67891"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    trade_name = Answer(label=_("상호"), widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    representative_name = Answer(label=_("대표자 이름"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = Answer(
        label=_("연락받을 전화번호"),
        help_text=_("휴대전화로 접수 확인과 결과를 알려 드립니다. 예: 010-1234-5678"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = Answer(
        label=_("이메일 (선택)"),
        widget=forms.TextInput(
            attrs={"inputmode": "email", "autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class PeriodForm(StepForm):
    """Which service was down for the business, from when until when."""

    service = Answer(label=_("멈춘 서비스"), widget=forms.Select())
    began = Answer(label=_("피해가 시작된 날"), widget=DayInput())
    ended = Answer(label=_("피해가 끝난 날"), widget=DayInput())


class LostSalesForm(StepForm):
    """How much was not sold."""

    lost_sales = Answer(
        label=_("매출 손실액"),
        help_text=_("장애 때문에 줄어든 매출을 원 단위로 적어 주세요. 예: 350,000"),
        widget=forms.TextInput(attrs=WON),
    )


class ComparisonForm(StepForm):
    """Sales of the same weekdays in the weeks before, and of the days of the outage. The labels carry dates."""

    week_1 = Answer(widget=forms.TextInput(attrs=WON))
    week_2 = Answer(widget=forms.TextInput(attrs=WON))
    week_3 = Answer(widget=forms.TextInput(attrs=WON))
    week_4 = Answer(widget=forms.TextInput(attrs=WON))
    outage = Answer(
        help_text=_("매출이 없었다면 0을 적어 주세요."),
        widget=forms.TextInput(attrs=WON),
    )

    @property
    def weeks(self) -> list[forms.BoundField]:
        return [self[name] for name in WEEK_NAMES]


class MarginForm(StepForm):
    """The own margin, or the industry's."""

    basis = Answer(
        label=_("어느 영업이익률로 계산할까요?"),
        widget=forms.RadioSelect(choices=[(INDUSTRY, _("업종 기준을 씁니다")), (OWN, _("제 영업이익률을 적겠습니다"))]),
    )
    industry = Answer(label=_("업종"), widget=forms.Select())
    margin = Answer(
        label=_("영업이익률(%)"),
        help_text=_("영업이익 ÷ 매출입니다. 소득세 신고서나 손익계산서에서 볼 수 있습니다. 예: 12.5"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class AlternativeForm(StepForm):
    """Whether something else could have been used."""

    alternative = Answer(
        label=_("대체 서비스"),
        widget=forms.RadioSelect(choices=[("no", _("없었습니다")), ("yes", _("있었습니다"))]),
    )

    def __init__(self, typed: Mapping[str, Any], problems: Iterable[FieldProblem] = (), **options: Any) -> None:
        super().__init__({"alternative": _as_choice(typed.get("alternative"))}, problems, **options)


class AccountForm(StepForm):
    """Where the money goes."""

    use = Answer(label=_("받을 계좌"), widget=forms.RadioSelect())
    bank = Answer(label=_("은행"), widget=forms.Select())
    number = Answer(
        label=_("계좌번호"),
        help_text=_("숫자만 적어도 되고 붙임표(-)를 넣어도 됩니다."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = Answer(
        label=_("예금주"),
        help_text=_("통장에 적힌 이름 그대로 적어 주세요."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        banks = sorted({(bank.code, local_name(bank)) for bank in BANKS.values()}, key=lambda bank: bank[1])
        self.fields["bank"].widget.choices = [("", _("골라 주세요")), *banks]


def _as_choice(typed: Any) -> str:
    """yes or no, however it was written; what is neither chooses nothing."""
    try:
        return "yes" if parse_yes_no(typed) else "no"
    except ValueRefused:
        return ""
