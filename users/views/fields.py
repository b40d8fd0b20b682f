"""The fields of the sign-in pages: where a code goes, and the code."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.runtime.templatetags.wording import in_korean
from compensation.values.contacts import ContactValue, parse_contact
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank, plain_text


class ContactField(forms.CharField):
    """A mobile phone or an e-mail address, read by the one parser, whichever of the two was asked for."""

    def to_python(self, value: Any) -> ContactValue:
        try:
            return parse_contact(value)
        except ValueRefused as refused:
            raise forms.ValidationError(told(refused), code=refused.code) from refused

    def run_validators(self, value: Any) -> None:
        """All is said by the parser."""


class ContactForm(forms.Form):
    """Where the code is to go: asked for as a phone, which brings up the digits, or as an e-mail address."""

    contact = ContactField(required=False)

    def __init__(self, data: Any = None, *, by_email: bool = False) -> None:
        super().__init__(data)
        self.by_email = by_email
        field, attrs = self.fields["contact"], {"class": "input--large"}
        if by_email:
            field.label, field.help_text = _("이메일"), _("예: name@example.com")
            attrs |= {"inputmode": "email", "autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        else:
            field.label, field.help_text = _("휴대전화 번호"), _("예: 010-1234-5678")
            attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        field.widget.attrs |= attrs


class CodeForm(forms.Form):
    """The code that came back. Anything that is no code at all is refused without using up a try."""

    code = forms.CharField(
        label=_("인증번호 6자리"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
                "class": "input--large input--code",
            }
        ),
    )

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        if is_blank(typed):
            raise forms.ValidationError(_("받은 인증번호를 적어 주세요."))
        digits = re.sub(r"[ \-]", "", plain_text(typed))
        if not re.fullmatch(rf"[0-9]{{{limits.CODE_DIGITS}}}", digits):
            raise forms.ValidationError(_("인증번호는 숫자 6자리입니다. 받은 메시지를 보고 다시 적어 주세요."))
        return digits


def told(refused: ValueRefused) -> str:
    """The sentence of a refusal in the language of the page."""
    return refused.message_ko if in_korean() else refused.message_en


def focus_on_error(form: forms.Form) -> forms.Form:
    """Puts the focus into the first field that has an error, where its sentence is read out."""
    for field in form:
        field.field.widget.attrs.pop("autofocus", None)
    if wrong := next((field for field in form if field.errors), None):
        wrong.field.widget.attrs["autofocus"] = True
    return form
