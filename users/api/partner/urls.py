"""The partner's API."""

from django.urls import path

from users.api.partner.views import Cancellation, OneRedemption, Redemptions, Validation

urlpatterns = [
    path("partner/coupons/validate", Validation.as_view(), name="api-validate-coupon"),
    path("partner/redemptions", Redemptions.as_view(), name="api-redemptions"),
    path("partner/redemptions/<slug:reference>", OneRedemption.as_view(), name="api-redemption"),
    path("partner/redemptions/<slug:reference>/cancel", Cancellation.as_view(), name="api-cancel-redemption"),
]
