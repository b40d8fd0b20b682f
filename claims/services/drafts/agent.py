"""What an agent of the customer centre has to say before filling in a claim for somebody else."""

from compensation import limits
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused


def parse_agent_reason(typed: object) -> str:
    """Who called, and how it was made sure who it is: one line. Raises ValueRefused."""
    text = parse_paragraphs(typed, length_max=limits.AGENT_REASON_LENGTH_MAX).replace("\n", " ")
    if not text:
        raise ValueRefused(
            "reason_missing",
            "누가 전화했고 어떻게 본인임을 확인했는지 적어 주세요.",
            "Please write who called, and how you made sure who it is.",
        )
    return text
