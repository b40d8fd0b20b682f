"""The fields of the sign-in pages: where a code goes, and the code."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compensation import limits
from compensation.runtime.forms import PageForm, ParsedField
from compensation.values.contacts import parse_contact
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text


class ContactForm(PageForm):
    """Where the code is to go: asked for as a phone, which brings up the digits, or as an e-mail address.

    Either is taken, whichever of the two was asked for.
    """

    contact = ParsedField(parse=parse_contact)

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


def parse_code(typed: object) -> str:
    """The digits of a code. What is no code at all is refused without using up a try. Raises ValueRefused."""
    digits = re.sub(r"[ \-]", "", plain_text(typed))
    if not re.fullmatch(rf"[0-9]{{{limits.CODE_DIGITS}}}", digits):
        raise ValueRefused(
            "code_malformed",
            "인증번호는 숫자 6자리입니다. 받은 메시지를 보고 다시 적어 주세요.",
            "A code has 6 digits. Please look at the message and write it again.",
        )
    return digits


class CodeForm(PageForm):
    """The code that came back."""

    code = ParsedField(
        label=_("인증번호 6자리"),
        parse=parse_code,
        missing=_("받은 인증번호를 적어 주세요."),
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
                "class": "input--large input--code",
            }
        ),
    )
