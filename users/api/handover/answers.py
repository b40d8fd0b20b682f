"""What the service that honours the grants reads."""

from typing import Any

from rest_framework import serializers

from users.models import HandoverDelivery, HandoverReceipt
from users.selectors.handover import Delivered
from users.services.handover.reading import HandoverPage

_KINDS = ["grants", "recalled", "expired"]
_FORMATS = ["csv", "parquet"]


class Totals(serializers.Serializer[Any]):
    """In members: expected = sent + left_out (recalled before), sent = accepted + refused + open."""

    files = serializers.IntegerField()
    expected = serializers.IntegerField()
    sent = serializers.IntegerField()
    left_out = serializers.IntegerField()
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    open = serializers.IntegerField()


class DeliveryAnswer(serializers.Serializer[Any]):
    """A delivery. Deliveries count by their `number`: a later one overrules an earlier one."""

    reference = serializers.CharField()
    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=_KINDS)
    format = serializers.ChoiceField(choices=_FORMATS)
    package = serializers.CharField()
    job = serializers.CharField()
    again_of = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    is_complete = serializers.BooleanField(help_text="every file is written")
    totals = Totals()


class DeliveriesAnswer(serializers.Serializer[Any]):
    """A page of them."""

    results = DeliveryAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class FileOfManifest(serializers.Serializer[Any]):
    """One file, with what is to be checked after it was fetched."""

    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["pending", "written", "failed"])
    item = serializers.CharField(allow_null=True, help_text="of expired ones: what has expired")
    expected = serializers.IntegerField()
    rows = serializers.IntegerField()
    left_out = serializers.IntegerField()
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    open = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField(allow_blank=True)
    destroyed_at = serializers.DateTimeField(
        allow_null=True, help_text="its content is not kept any more; counts and hash are"
    )


class ManifestAnswer(DeliveryAnswer):
    """A delivery with its files."""

    programme = serializers.CharField()
    files = FileOfManifest(many=True)


class RowAnswer(serializers.Serializer[Any]):
    """A member: what was granted and until when, or what is not theirs any more."""

    member = serializers.IntegerField()
    package = serializers.CharField()
    granted_at = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DictField(
        child=serializers.DateTimeField(allow_null=True), help_text="by item; null is for good"
    )
    revoked_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    item = serializers.CharField(allow_null=True, help_text="what is revoked; null is the whole package")


class PageAnswer(serializers.Serializer[Any]):
    """Rows of one file. `delivery` null: nothing has come since; ask again later with `next_cursor`."""

    delivery = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=_KINDS, allow_null=True)
    file = serializers.IntegerField(allow_null=True)
    first_row = serializers.IntegerField()
    results = RowAnswer(many=True)
    next_cursor = serializers.CharField()


class ReceiptAnswer(serializers.Serializer[Any]):
    """What was taken down of rows of a file: rows = accepted + refused."""

    reference = serializers.CharField()
    first_row = serializers.IntegerField()
    rows = serializers.IntegerField()
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class ReceiptsAnswer(serializers.Serializer[Any]):
    """A page of them."""

    results = ReceiptAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def delivery_answer(delivery: HandoverDelivery, found: Delivered) -> dict[str, Any]:
    """A line of the list."""
    return {
        "reference": delivery.reference,
        "number": delivery.number,
        "kind": delivery.kind,
        "format": delivery.format,
        "package": delivery.job.package.code,
        "job": str(delivery.job.reference),
        "again_of": delivery.again_of.reference if delivery.again_of else None,
        "created_at": delivery.created_at,
        "ready_at": delivery.ready_at,
        "is_complete": found.is_ready,
        "totals": totals_of(found),
    }


def totals_of(found: Delivered) -> dict[str, int]:
    names = ("files", "expected", "left_out", "accepted", "refused", "open")
    return {name: getattr(found, name) for name in names} | {"sent": found.rows}


def page_answer(page: HandoverPage) -> Any:
    """A page as it is sent."""
    file = page.file
    return PageAnswer(
        {
            "delivery": file.delivery.reference if file else None,
            "kind": file.delivery.kind if file else None,
            "file": file.number if file else None,
            "first_row": page.first_row,
            "results": page.rows,
            "next_cursor": page.next_cursor,
        }
    ).data


def receipt_answer(receipt: HandoverReceipt) -> Any:
    return ReceiptAnswer(receipt).data
