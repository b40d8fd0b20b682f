"""The second look (재확인): which determinations somebody else looks at again before they are paid (ours).

A draw has a seed that nobody knew when the determinations were made. With it anybody can repeat the draw: every one
of the first determinations of a programme, and of the others those whose number, made of seed and key, is low enough.
"""

import hashlib
from dataclasses import dataclass

from compensation import limits
from compensation.policy.checking import Table

_NUMBERS = 1 << 64


@dataclass(frozen=True, slots=True)
class SecondLookRules:
    """`share_bp` of the determinations, in basis points, and every one of the `first` of a programme."""

    share_bp: int
    first: int


NOBODY_LOOKS = SecondLookRules(share_bp=0, first=0)


def is_drawn(*, seed: str, key: str, place: int, rules: SecondLookRules) -> bool:
    """Whether the determination `key`, the programme's `place`-th (from 1), is looked at again."""
    number = int.from_bytes(hashlib.sha256(f"{seed}:{key}".encode()).digest()[:8], "big")
    return place <= rules.first or number * limits.RATIO_BP_MAX < rules.share_bp * _NUMBERS


def read_second_look(table: Table) -> SecondLookRules:
    """The rules of the policy; its first versions had none, and nobody looked twice."""
    rules = NOBODY_LOOKS
    for row in table.table_if_given("second_look"):
        rules = SecondLookRules(
            share_bp=row.whole("share_bp", most=limits.RATIO_BP_MAX),
            first=row.whole("first", most=limits.SECOND_LOOK_FIRST_MAX),
        )
        row.close()
    return rules
