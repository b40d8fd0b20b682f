"""The claims that people list for a top-up, as they type or paste them."""

import re
from contextlib import suppress

from claims.services.payouts.top_up_refusals import TopUpRefused
from compensation import limits
from compensation.policy.references import ReferenceRefused, normalise_reference

_BETWEEN = re.compile(r"[\s,;]+")


def parse_claim_list(value: object) -> tuple[str, ...]:
    """The references in a text, one a line or with commas between, each once. Raises TopUpRefused: too many of them.

    What is no reference stays as it was typed, so that the refusal can name it.
    """
    text = value if isinstance(value, str) else ""
    if len(text) > limits.TOP_UP_LISTED_MAX * 2 * limits.REFERENCE_LENGTH:
        raise _too_many()
    named = dict.fromkeys(_reference(part) for part in _BETWEEN.split(text.replace("\0", "")) if part)
    if len(named) > limits.TOP_UP_LISTED_MAX:
        raise _too_many()
    return tuple(named)


def _reference(text: str) -> str:
    with suppress(ReferenceRefused):
        return normalise_reference(text)
    return text.upper()


def _too_many() -> TopUpRefused:
    return TopUpRefused(
        "top_up_list_long",
        f"접수번호는 {limits.TOP_UP_LISTED_MAX:,}개까지 적을 수 있습니다. 더 많으면 지원 구간을 골라 주세요.",
        f"Please list at most {limits.TOP_UP_LISTED_MAX:,} claims; for more, choose a tier.",
    )
