"""Handing over, by the API."""

from django.urls import path

from users.api.handover.views import Content, Deliveries, Grants, Manifest, Receipts

DELIVERY = "partner/deliveries/<slug:reference>"

urlpatterns = [
    path("partner/grants", Grants.as_view(), name="api-handed-over"),
    path("partner/deliveries", Deliveries.as_view(), name="api-deliveries"),
    path(DELIVERY, Manifest.as_view(), name="api-delivery"),
    path(f"{DELIVERY}/files/<int:number>", Content.as_view(), name="api-delivery-file"),
    path(f"{DELIVERY}/files/<int:number>/receipts", Receipts.as_view(), name="api-receipts"),
]
