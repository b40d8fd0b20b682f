"""Translations without gettext's programs: Babel reads and writes the catalogues.

Korean is what the source says; English is in `locale/en`, complete, or `check` fails.
"""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import templatize

CATALOGUE = Path("en/LC_MESSAGES/django.po")
PYTHON_ROOTS = ("compensation", "users", "merchants", "claims")
PYTHON_CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
Message = tuple[int, Any, list[str], str | None]


class Command(BaseCommand):
    help = "Keeps the English translation: update the catalogue, check that it is complete, compile it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["update", "check", "compile"])

    def handle(self, *_args: Any, **options: Any) -> None:
        actions: dict[str, Callable[[Path], str]] = {"update": _update, "check": _check, "compile": _compile}
        self.stdout.write(actions[options["action"]](Path(settings.LOCALE_PATHS[0]) / CATALOGUE))


def _update(file: Path) -> str:
    """New texts come in without a translation, texts that are gone go out. Nothing is guessed."""
    catalogue = _read(file)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        write_po(stream, catalogue, width=120, sort_output=True, omit_header=True, include_lineno=False)
    return f"{len(catalogue)} texts, {len(list(_untranslated(catalogue)))} without a translation"


def _check(file: Path) -> str:
    catalogue, source = _read(file), extracted()
    faults = [f"not in the catalogue: {message.id}" for message in source if message.id and message.id not in catalogue]
    faults += [f"no longer used: {message.id}" for message in catalogue if message.id and message.id not in source]
    faults += [f"not translated: {text}" for text in _untranslated(catalogue)]
    faults += [f"uncertain (fuzzy): {message.id}" for message in catalogue if message.id and message.fuzzy]
    faults += [f"{message.id}: {error}" for message, errors in catalogue.check() for error in errors]
    if faults:
        raise CommandError("\n".join([*faults, "Run `manage.py translations update`, and translate."]))
    return f"{len(catalogue)} texts, all translated"


def _compile(file: Path) -> str:
    """Put in place whole, as a running server or another test process may be about to read it."""
    target = file.with_suffix(".mo")
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    with fresh.open("wb") as stream:
        write_mo(stream, _read(file))
    fresh.replace(target)
    return f"compiled {target.name}"


def extracted() -> Catalog:
    """Every text of the Python code and the templates that is marked for translation."""
    catalogue = Catalog(locale="en", domain="django", fuzzy=False)
    root = Path(settings.BASE_DIR)
    for top in PYTHON_ROOTS:
        for file in sorted((root / top).rglob("*.py")):
            _add(catalogue, file.relative_to(root), extract("python", io.BytesIO(file.read_bytes()), PYTHON_CALLS))
    for file in sorted((root / "templates").rglob("*.html")):
        _add(catalogue, file.relative_to(root), _of_template(file))
    return catalogue


def _of_template(file: Path) -> Iterator[Message]:
    """Django turns a template into calls of gettext among filler: Python, once nothing is indented."""
    python = templatize(file.read_text(encoding="utf-8"), origin=str(file))
    lines = "\n".join(line.strip() for line in python.splitlines())
    return extract("python", io.BytesIO(lines.encode()), PYTHON_CALLS)


def _add(catalogue: Catalog, file: Path, messages: Any) -> None:
    for _line, message, _comments, context in messages:
        catalogue.add(message, locations=[(file.as_posix(), 1)], context=context)


def _read(file: Path) -> Catalog:
    if not file.exists():
        return Catalog(locale="en", domain="django", fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale="en", domain="django")


def _untranslated(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        translations = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and not all(translations):
            yield str(message.id)
