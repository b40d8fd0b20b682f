"""The texts of all messages, from `texts.toml`, and how one of them is written out for a person."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from compensation.messaging.variables import KINDS

FILE = Path(__file__).parent / "texts.toml"
LANGUAGES = ("ko", "en")
CHECK_CODE = "check_code"


class TextFault(Exception):
    """`texts.toml` is not right: a variable without a kind, or a text that does not use what it declares."""


class TemplateUnknown(Exception):
    """There is no text of this code."""


class LanguageUnknown(Exception):
    """Texts are there in 'ko' and 'en'."""


class VariablesDoNotFit(Exception):
    """A variable of the text is missing, is not one of it, or has a value of another type."""


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages. `variables` are the names with their kinds."""

    code: str
    variables: Mapping[str, str]
    titles: Mapping[str, str]
    bodies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it is sent, the body that the public check page shows instead, and whether the first must go."""

    title: str
    body: str
    public_body: str
    has_secret: bool


def write_out(*, template: str, language: str, variables: Mapping[str, Any], sender: str, check_code: str) -> Written:
    """The message of this template in 'ko' or 'en'; `sender` "" stands for ourselves.

    Raises TemplateUnknown, LanguageUnknown, VariablesDoNotFit.
    """
    text = text_of(template)
    if language not in LANGUAGES:
        raise LanguageUnknown(language)
    _check(text, variables)
    kinds = {name: KINDS[kind] for name, kind in text.variables.items()}
    written = {name: kind.written(variables[name], language) for name, kind in kinds.items()}
    public = {name: kind.public(variables[name], language) for name, kind in kinds.items()}
    whole = _whole(text, language)
    return Written(
        title=f"[{sender or _document()['sender'][language]}] {text.titles[language]}",
        body=whole.format(**written, check_code=check_code),
        public_body=whole.format(**public, check_code=check_code),
        has_secret="secret" in text.variables.values(),
    )


def text_of(template: str) -> Text:
    """The text of this code. Raises TemplateUnknown."""
    try:
        return texts()[template]
    except KeyError:
        raise TemplateUnknown(template) from None


@cache
def texts() -> dict[str, Text]:
    """All texts by code. Raises TextFault."""
    return {code: _text(code, table) for code, table in _document()["texts"].items()}


def registered_text(*, template: str, language: str) -> str:
    """The text as it is registered with the Kakao dealer: variables as #{name}, the sender too. Raises as write_out."""
    text = text_of(template)
    names = (*text.variables, CHECK_CODE)
    body = _whole(text, language).format(**{name: f"#{{{name}}}" for name in names})
    return f"[#{{sender}}] {text.titles[language]}\n\n{body}"


def _check(text: Text, variables: Mapping[str, Any]) -> None:
    missing, extra = text.variables.keys() - variables.keys(), variables.keys() - text.variables.keys()
    wrong = {name for name in text.variables.keys() & variables.keys() if not _fits(text, name, variables[name])}
    faults = [f"{what}: {', '.join(sorted(names))}" for what, names in _named(missing, extra, wrong) if names]
    if faults:
        raise VariablesDoNotFit(f"{text.code}: {'; '.join(faults)}")


def _named(missing: set[str], extra: set[str], wrong: set[str]) -> tuple[tuple[str, set[str]], ...]:
    return ("missing", missing), ("not of this text", extra), ("of another type", wrong)


def _fits(text: Text, name: str, value: Any) -> bool:
    """Numbers and times exactly: a moment is no day, and True is no number, although Python says so."""
    expected = KINDS[text.variables[name]].type
    return isinstance(value, str) if expected is str else type(value) is expected


def _whole(text: Text, language: str) -> str:
    return f"{text.bodies[language]}\n\n{_document()['footer'][language].strip()}"


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text())


def _text(code: str, table: Mapping[str, Any]) -> Text:
    text = Text(
        code=code,
        variables=table["variables"],
        titles={language: table[f"title_{language}"] for language in LANGUAGES},
        bodies={language: table[f"body_{language}"].strip() for language in LANGUAGES},
    )
    if unknown := set(text.variables.values()) - KINDS.keys():
        raise TextFault(f"{code}: no such kind of variable: {', '.join(sorted(unknown))}")
    for language in LANGUAGES:
        if _fields(text.bodies[language]) != text.variables.keys() or _fields(text.titles[language]):
            raise TextFault(f"{code}: the variables of body_{language} are not the declared ones")
    return text


def _fields(template: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(template) if name is not None}
