"""The pages for which nobody signs in."""

from django.urls import path

from claims.views.public.coverage import check_claim
from claims.views.public.estimate import estimate, programme_estimate
from claims.views.public.front import front, intake_live, programme_front
from claims.views.public.message_check import check_message

urlpatterns = [
    path("", front, name="front"),
    path("p/<slug:code>/", programme_front, name="programme-front"),
    path("p/<slug:code>/intake/", intake_live, name="intake-live"),
    path("p/<slug:code>/estimate/", programme_estimate, name="programme-estimate"),
    path("estimate/", estimate, name="estimate"),
    path("check-claim/", check_claim, name="check-claim"),
    path("check-message/", check_message, name="check-message"),
]
