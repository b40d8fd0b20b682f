"""The partners of a programme."""

from django.urls import path

from users.views.partners.pages import partner, partner_rate, partner_token, partner_token_end, partners

PARTNER = "programmes/<slug:code>/partners/<slug:partner_code>/"

urlpatterns = [
    path("programmes/<slug:code>/partners/", partners, name="partners"),
    path(PARTNER, partner, name="partner"),
    path(f"{PARTNER}tokens/", partner_token, name="partner-token"),
    path(f"{PARTNER}tokens/<slug:reference>/end/", partner_token_end, name="partner-token-end"),
    path(f"{PARTNER}limits/", partner_rate, name="partner-rate"),
]
