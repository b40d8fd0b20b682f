"""The pages of programmes and claims."""

from django.urls import include, path

from claims.views.claim_list import claim_list
from claims.views.claim_page import claim_page, my_claim, my_claims
from claims.views.evidence_files import EVIDENCE_URLS
from claims.views.home import home
from claims.views.overview import overview, overview_live

urlpatterns = [
    path("", include("claims.views.public.urls")),
    path("home/", home, name="home"),
    path("programmes/<slug:code>/", overview, name="overview"),
    path("programmes/<slug:code>/live/", overview_live, name="overview-live"),
    path("programmes/<slug:code>/claims/", claim_list, name="claims"),
    path("programmes/<slug:code>/claims/<slug:reference>/", claim_page, name="claim"),
    path("my/claims/", my_claims, name="my-claims"),
    path("my/claims/<slug:reference>/", my_claim, name="my-claim"),
    *EVIDENCE_URLS,
]
