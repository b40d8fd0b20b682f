"""The shipped policy and its document, for tests that need no database."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from compensation.policy.document import Policy, parse_policy

_SHIPPED = tomllib.loads((Path(__file__).parents[2] / "programmes" / "1015.toml").read_text(encoding="utf-8"))["policy"]


@pytest.fixture
def document() -> dict[str, Any]:
    """A copy of the [policy] table of the 1015 programme that a test may spoil."""
    return copy.deepcopy(_SHIPPED)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return parse_policy(_SHIPPED)
