"""Signing in by the API."""

from django.urls import include, path

from users.api import token_scheme  # noqa: F401  (the schema finds it once it is read)
from users.api.deliveries import (
    DeliveriesLeft,
    DeliveriesToPartners,
    DeliveryToPartner,
    RefusedOfDelivery,
    Resending,
    RewritingFiles,
)
from users.api.overviews import Capacity, CouponStatistics
from users.api.partners import OnePartner, OnePartnerToken, PartnerLimit, Partners, PartnerTokens
from users.api.pass_quota import Line, QuotaApproval, QuotaChanges, QuotaWithdrawal
from users.api.sign_in import Codes, OwnToken, OwnTokens
from users.api.storage_pass import Pass, PassApplicationOfOwn

DELIVERIES = "programmes/<slug:code>/deliveries"
DELIVERY = f"{DELIVERIES}/<slug:reference>"
PARTNERS = "programmes/<slug:code>/partners"
PARTNER = f"{PARTNERS}/<slug:partner>"

urlpatterns = [
    path("sign-in/codes", Codes.as_view(), name="api-codes"),
    path("tokens", OwnTokens.as_view(), name="api-tokens"),
    path("tokens/<slug:reference>", OwnToken.as_view(), name="api-token"),
    path("", include("users.api.partner.urls")),
    path("", include("users.api.handover.urls")),
    path("", include("users.api.grants.urls")),
    path(DELIVERIES, DeliveriesToPartners.as_view(), name="api-handover"),
    path(f"{DELIVERIES}/left", DeliveriesLeft.as_view(), name="api-handover-left"),
    path(DELIVERY, DeliveryToPartner.as_view(), name="api-handover-delivery"),
    path(f"{DELIVERY}/refused", RefusedOfDelivery.as_view(), name="api-handover-refused"),
    path(f"{DELIVERY}/resending", Resending.as_view(), name="api-handover-resending"),
    path(f"{DELIVERY}/retry", RewritingFiles.as_view(), name="api-handover-retry"),
    path(PARTNERS, Partners.as_view(), name="api-partners"),
    path(PARTNER, OnePartner.as_view(), name="api-partner"),
    path(f"{PARTNER}/limit", PartnerLimit.as_view(), name="api-partner-limit"),
    path(f"{PARTNER}/tokens", PartnerTokens.as_view(), name="api-partner-tokens"),
    path(f"{PARTNER}/tokens/<slug:reference>", OnePartnerToken.as_view(), name="api-partner-token"),
    path("programmes/<slug:code>/pass", Pass.as_view(), name="api-pass"),
    path("programmes/<slug:code>/pass/application", PassApplicationOfOwn.as_view(), name="api-pass-application"),
    path("programmes/<slug:code>/pass/line", Line.as_view(), name="api-pass-line"),
    path("programmes/<slug:code>/pass/quota-changes", QuotaChanges.as_view(), name="api-quota-changes"),
    path("programmes/<slug:code>/pass/quota-changes/approval", QuotaApproval.as_view(), name="api-quota-approval"),
    path(
        "programmes/<slug:code>/pass/quota-changes/withdrawal", QuotaWithdrawal.as_view(), name="api-quota-withdrawal"
    ),
    path("programmes/<slug:code>/capacity", Capacity.as_view(), name="api-capacity"),
    path("programmes/<slug:code>/coupons", CouponStatistics.as_view(), name="api-coupons"),
]
