"""The working of an assessment for machines: codes, and the same sentences as on the pages."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from compensation.policy.working import Step


class WorkingStep(serializers.Serializer[Any]):
    """A step. `value` is won, of ratios basis points, of `counted_sales` 1/10,000 won."""

    code = serializers.CharField()
    value = serializers.IntegerField()
    message_ko = serializers.CharField()
    message_en = serializers.CharField()


def working(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as they are sent."""
    return [
        {
            "code": step.name,
            "value": step.value,
            "message_ko": step.sentence("ko"),
            "message_en": step.sentence("en"),
        }
        for step in steps
    ]
