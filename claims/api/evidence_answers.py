"""What the API says of a document."""

from typing import Any

from rest_framework import serializers


class EvidenceAnswer(serializers.Serializer[Any]):
    """A document. `sha256` is its receipt; `scan_state` says what the malware scan made of it."""

    reference = serializers.CharField()
    kind = serializers.CharField()
    file_name = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    page_count = serializers.IntegerField(allow_null=True)
    scan_state = serializers.CharField()
    received_at = serializers.DateTimeField()
