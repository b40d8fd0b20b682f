"""Documents that lie are worse than none: every path and target that they name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
MADE_AT_RUN_TIME = ("var/", ".venv")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
PATH = re.compile(r"`([\w.-]+/[\w./-]+|[\w-]+\.(?:py|md|toml|txt|json))`")
TARGET = re.compile(r"`(?:[A-Z]+=\S+ )*make ([a-z-]+)`")


def named_paths(document: Path) -> set[str]:
    text = document.read_text()
    return {name for name in PATH.findall(text) if not name.startswith(MADE_AT_RUN_TIME)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document):
    places = (ROOT, document.parent, ROOT / "compensation")
    assert [name for name in named_paths(document) if not any((place / name).exists() for place in places)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    assert [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_a_document_names_exists(document):
    makefile = (ROOT / "Makefile").read_text()
    targets = set(TARGET.findall(document.read_text()))
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
