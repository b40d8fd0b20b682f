"""What operations type about a partner."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.programmes.models import Programme
from compensation.runtime.forms import PageForm, ParsedField
from compensation.values.names import parse_name
from compensation.values.partner_codes import parse_partner_code
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text
from users.models import Partner, PartnerScope

SCOPE_NAMES = {
    PartnerScope.VALIDATE: _("쿠폰 확인"),
    PartnerScope.REDEEM: _("쿠폰 사용 처리"),
    PartnerScope.CANCEL: _("쿠폰 사용 취소"),
    PartnerScope.RECEIVE: _("지급 내역 받기"),
    PartnerScope.CASH_USE: _("채널 캐시 사용 알리기"),
}
_PLAIN = {"autocomplete": "off"}


def parse_number(value: object) -> int:
    """A whole number of a form; whether it is within bounds says the service. Raises ValueRefused."""
    text = plain_text(value).replace(",", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueRefused(
            "number_malformed", "숫자로만 적어 주세요. 예: 200", "Please write a whole number such as 200."
        )
    return int(text)


class PartnerForm(PageForm):
    """A new partner."""

    code = ParsedField(
        label=_("코드"),
        help_text=_("주소와 명령에 쓰입니다. 나중에 바꿀 수 없습니다. 예: emoticon-shop"),
        parse=parse_partner_code,
        missing=_("코드를 적어 주세요."),
        widget=forms.TextInput(attrs=_PLAIN | {"autocapitalize": "none", "spellcheck": "false"}),
    )
    name_ko = ParsedField(
        label=_("한국어 이름"),
        parse=parse_name,
        missing=_("한국어 이름을 적어 주세요."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    name_en = ParsedField(
        label=_("영어 이름"),
        parse=parse_name,
        missing=_("영어 이름을 적어 주세요."),
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data)
        self.programme = programme

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Partner.objects.filter(programme=self.programme, code=code).exists():
            raise forms.ValidationError(gettext("같은 코드의 제휴사가 이미 있습니다."), code="partner_known")
        return code


class TokenForm(PageForm):
    """A new token of a partner's program."""

    label = ParsedField(
        label=_("어디에 쓰는 토큰입니까?"),
        help_text=_("나중에 알아볼 수 있는 이름을 적어 주세요. 예: 결제 서버"),
        parse=lambda typed: parse_name(typed, length_max=limits.API_TOKEN_LABEL_LENGTH_MAX),
        missing=_("토큰을 쓸 프로그램의 이름을 적어 주세요."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    scopes = forms.MultipleChoiceField(
        label=_("허용할 일"),
        choices=list(SCOPE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("허용할 일을 하나 이상 골라 주세요.")},
    )
    days = ParsedField(
        label=_("며칠 동안 쓰는 토큰입니까?"),
        help_text=_("1일에서 365일까지"),
        parse=parse_number,
        missing=_("날 수를 적어 주세요."),
        initial=limits.PARTNER_TOKEN_DAYS,
        widget=forms.TextInput(attrs=_PLAIN | {"inputmode": "numeric"}),
    )


class RateForm(PageForm):
    """How often a partner's programs may ask."""

    requests_per_second = ParsedField(
        label=_("1초에 받을 요청 수"),
        help_text=_("비워 두면 모든 제휴사에 같은 기본값을 씁니다."),
        parse=parse_number,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN | {"inputmode": "numeric"}),
    )
