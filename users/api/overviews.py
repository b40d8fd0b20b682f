"""What operations look at: how much room there is, and what was redeemed."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.programmes.access import open_programme
from compensation.runtime import capacity as room
from compensation.runtime.api_fields import Named
from compensation.runtime.api_view import ApiView
from users.selectors.coupons import coupon_statistics
from users.views.capacity import PERMISSION as VIEW_CAPACITY
from users.views.coupons import PERMISSION as VIEW_COUPONS

TAG = "operations"


class QueueAnswer(serializers.Serializer[Any]):
    """Messages that wait, and for how many seconds the oldest has (null: nobody knows)."""

    name = serializers.CharField()
    waiting = serializers.IntegerField()
    oldest_seconds = serializers.FloatField(allow_null=True)
    is_late = serializers.BooleanField()


class QueuesAnswer(serializers.Serializer[Any]):
    """All queues; `at_work` messages are with a worker."""

    rows = QueueAnswer(many=True)
    at_work = serializers.IntegerField()


class WorkerAnswer(serializers.Serializer[Any]):
    """A worker that answered, how many tasks its processes `finished`, and which queues it serves."""

    name = serializers.CharField()
    processes = serializers.IntegerField()
    finished = serializers.IntegerField()
    queues = serializers.ListField(child=serializers.CharField())


class WorkersAnswer(serializers.Serializer[Any]):
    """The workers that answered, and the queues from which nobody takes anything."""

    rows = WorkerAnswer(many=True)
    unserved = serializers.ListField(child=serializers.CharField())


class TableAnswer(serializers.Serializer[Any]):
    """A table with its indexes; `rows` is about how many."""

    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    rows = serializers.IntegerField()


class DatabaseAnswer(serializers.Serializer[Any]):
    """Connections, the longest transaction, what is read from memory (of 10,000), sizes, the biggest tables."""

    connections = serializers.IntegerField()
    connections_max = serializers.IntegerField()
    busy = serializers.IntegerField()
    longest_seconds = serializers.FloatField()
    cache_hits_bp = serializers.IntegerField(allow_null=True)
    size_bytes = serializers.IntegerField()
    is_crowded = serializers.BooleanField()
    is_held_up = serializers.BooleanField()
    is_out_of_memory = serializers.BooleanField()
    tables = TableAnswer(many=True)


class DiskAnswer(serializers.Serializer[Any]):
    """The disk with the uploaded files, which are `media_bytes` (at least, where not `is_counted`)."""

    total_bytes = serializers.IntegerField()
    free_bytes = serializers.IntegerField()
    media_bytes = serializers.IntegerField()
    is_counted = serializers.BooleanField()
    is_nearly_full = serializers.BooleanField()


class CapacityAnswer(serializers.Serializer[Any]):
    """How much room there is now; `queues` and `workers` are null where Redis does not answer."""

    queues = QueuesAnswer(allow_null=True)
    workers = WorkersAnswer(allow_null=True)
    database = DatabaseAnswer()
    disk = DiskAnswer()


class RedeemedAnswer(serializers.Serializer[Any]):
    """Redemptions that stand and what they were worth; and how many were cancelled."""

    redeemed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    won = serializers.IntegerField()


class RedeemedOfAnswer(RedeemedAnswer):
    """The same of a coupon or a partner."""

    of = Named()


class RedeemedOnAnswer(RedeemedAnswer):
    """The same of a day in Seoul."""

    day = serializers.DateField(source="of")


class CouponsAnswer(serializers.Serializer[Any]):
    """What was redeemed. `wrong_codes`: made up, in the last 24 hours; `by_day`: the last month's, newest first."""

    total = RedeemedAnswer()
    by_item = RedeemedOfAnswer(many=True)
    by_partner = RedeemedOfAnswer(many=True)
    by_day = RedeemedOnAnswer(many=True)
    wrong_codes = serializers.IntegerField()


class Capacity(ApiView):
    """Queues, workers, database, disk."""

    @extend_schema(
        operation_id="show_capacity",
        tags=[TAG],
        summary="How much room there is: queues, workers, database, disk",
        responses=CapacityAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        open_programme(request._request, code, permission=VIEW_CAPACITY)
        return Response(CapacityAnswer(room.capacity(at=timezone.now().timestamp())).data)


class CouponStatistics(ApiView):
    """Redemptions of coupons."""

    @extend_schema(
        operation_id="show_coupons",
        tags=[TAG],
        summary="What was redeemed, by coupon, partner and day",
        responses=CouponsAnswer,
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request._request, code, permission=VIEW_COUPONS)
        return Response(CouponsAnswer(coupon_statistics(programme=programme, at=timezone.now())).data)
