"""Forms of pages: fields read by the parsers of `compensation.values`, and what is wrong with what was typed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple, Protocol

from django import forms
from django.utils.safestring import SafeString

from compensation.runtime.templatetags.wording import in_korean
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank

REFUSED = 422  # the status of a page with a form that was understood and not taken: it says why


class ParsedField(forms.Field):
    """Whatever `parse` makes of the text; None where nothing was written. A refusal is told in the page's language.

    `missing` is said where a required field is blank; without it `parse` reads the blank text, and says what it wants.
    """

    widget = forms.TextInput

    def __init__(self, *, parse: Callable[[object], Any], missing: Any = "", **options: Any) -> None:
        super().__init__(error_messages={"required": missing} if missing else None, **options)
        self.parse = parse
        self.is_blank_parsed = self.required and not missing

    def to_python(self, value: Any) -> Any:
        if is_blank(value) and not self.is_blank_parsed:
            return None
        try:
            return self.parse(value)
        except ValueRefused as refusal:
            raise forms.ValidationError(told(refusal), code=refusal.code) from refusal


def number_sent(text: str, *, digits_max: int = 9, otherwise: int = 0) -> int:
    """A number that one of our pages put into an address or a form; `otherwise` for what is none.

    What people type themselves is for the parsers, which say what is wrong with it.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits_max else otherwise


class Said(Protocol):
    """A refusal, a problem of a field, a fault of a file: whatever has its sentence in both languages."""

    @property
    def message_ko(self) -> str: ...

    @property
    def message_en(self) -> str: ...


def told(said: Said) -> str:
    """The sentence in the language of the page."""
    return said.message_ko if in_korean() else said.message_en


class DayInput(forms.DateInput):
    """The browser's calendar; a plain text field for what a calendar could not show, so that it is not lost."""

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        text = self.format_value(value)
        try:
            plain = bool(text) and date.fromisoformat(text or "").isoformat() != text
        except ValueError:
            plain = True
        self.input_type = "text" if plain else "date"
        return super().render(name, value, attrs, renderer)


class Problem(NamedTuple):
    """What has to be put right, and the id of the element where that is done."""

    target: str
    message: str


class Faults(dict[str, str]):
    """What is wrong with a form, by the field beside which it stands ('' where it is about all of it)."""

    def problems(self, targets: Mapping[str, str]) -> list[Problem]:
        """For the summary above the form; `targets` are the ids of the elements where a field is put right."""
        return [Problem(targets.get(field, "content"), message) for field, message in self.items()]

    @contextmanager
    def taking(self, fields: Mapping[str, str], *, field: str = "") -> Iterator[None]:
        """Takes a refusal of what is done inside; `fields` says by its code to which field it belongs."""
        try:
            yield
        except ValueRefused as refused:
            self.setdefault(fields.get(refused.code, field), told(refused))


class PageForm(forms.Form):
    """A form whose errors stand beside the fields, and together in a summary above them."""

    use_required_attribute = False  # our sentences, not the browser's; what is optional says so

    def problems(self) -> Iterator[Problem]:
        for field in self:
            # A group of choices has no element of its own: its first choice is where one goes on.
            target = f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
            yield from (Problem(target, str(error)) for error in field.errors)
        yield from (Problem("content", str(error)) for error in self.non_field_errors())


def all_problems(forms_: Sequence[PageForm]) -> list[Problem]:
    """The errors of several forms of one page, in the order of the page."""
    return [problem for form in forms_ for problem in form.problems()]


def focus_on_error(form: forms.Form) -> forms.Form:
    """Puts the focus into the first field that has an error, where its sentence is read out."""
    for field in form:
        field.field.widget.attrs.pop("autofocus", None)
    if wrong := next((field for field in form if field.errors), None):
        wrong.field.widget.attrs["autofocus"] = True
    return form
