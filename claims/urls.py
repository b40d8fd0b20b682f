"""The pages of programmes and claims."""

from django.urls import include, path

from claims.views.claim_list import claim_list
from claims.views.claim_page import claim_page
from claims.views.components import components
from claims.views.evidence_files import EVIDENCE_URLS
from claims.views.home import home
from claims.views.messages import message_again, message_list
from claims.views.overview import overview, overview_live

urlpatterns = [
    path("", include("claims.views.public.urls")),
    path("home/", home, name="home"),
    path("staff/components/", components, name="components"),
    path("programmes/<slug:code>/", overview, name="overview"),
    path("programmes/<slug:code>/live/", overview_live, name="overview-live"),
    path("programmes/<slug:code>/claims/", claim_list, name="claims"),
    path("programmes/<slug:code>/claims/<slug:reference>/", claim_page, name="claim"),
    path("programmes/<slug:code>/messages/", message_list, name="messages"),
    path("programmes/<slug:code>/messages/again/", message_again, name="message-again"),
    path("", include("claims.views.money.urls")),
    path("", include("claims.views.accounts.urls")),
    path("", include("claims.views.channel_cash.urls")),
    path("", include("claims.views.quality.urls")),  # before the review: "deadlines" is not a claim's reference
    path("", include("claims.views.bank_files.urls")),  # before the payouts: "files" is no step of a batch
    path("", include("claims.views.payouts.urls")),
    path("", include("claims.views.review.urls")),
    path("", include("claims.views.council.urls")),
    path("", include("claims.views.form.urls")),  # before the status pages: "new" is not a claim's reference
    path("", include("claims.views.status.urls")),
    *EVIDENCE_URLS,
]
