"""Handing over, for operations."""

from django.urls import path, re_path

from users.views.handover.pages import (
    deliveries,
    deliveries_live,
    delivery,
    delivery_do,
    delivery_live,
    delivery_refused,
)

HANDOVER = "programmes/<slug:code>/handover/"
DELIVERY = f"{HANDOVER}<slug:reference>/"

urlpatterns = [
    path(HANDOVER, deliveries, name="handover"),
    path(f"{HANDOVER}live/", deliveries_live, name="handover-live"),
    path(DELIVERY, delivery, name="delivery"),
    path(f"{DELIVERY}live/", delivery_live, name="delivery-live"),
    path(f"{DELIVERY}refused.csv", delivery_refused, name="delivery-refused"),
    re_path(
        r"^programmes/(?P<code>[-\w]+)/handover/(?P<reference>[-\w]+)/(?P<action>again|retry)/$",
        delivery_do,
        name="delivery-do",
    ),
]
