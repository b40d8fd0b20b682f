"""How the tables of examples are read: a refused value shows as the code of its refusal."""

from collections.abc import Callable

import pytest

from compensation.values.refused import ValueRefused


@pytest.fixture
def outcome() -> Callable[..., object]:
    """`outcome(parse, value, **options)` is what the parser returns, or the code with which it refuses."""

    def read(parse, value, **options):
        try:
            return parse(value, **options)
        except ValueRefused as refused:
            return refused.code

    return read
