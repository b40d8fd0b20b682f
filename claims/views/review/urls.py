"""The officers' pages: the queue, bulk work, and one case. What is not a claim's reference comes first."""

from django.urls import path

from claims.views.review.bulk import bulk_job, bulk_list, bulk_live, bulk_new
from claims.views.review.case import CASE_URLS
from claims.views.review.presence import presence
from claims.views.review.queue import next_case, queue

QUEUE = "programmes/<slug:code>/review/"

urlpatterns = [
    path(QUEUE, queue, name="reviews"),
    path(f"{QUEUE}next/", next_case, name="review-next"),
    path(f"{QUEUE}bulk/", bulk_list, name="bulk"),
    path(f"{QUEUE}bulk/new/", bulk_new, name="bulk-new"),
    path(f"{QUEUE}bulk/<slug:reference>/", bulk_job, name="bulk-job"),
    path(f"{QUEUE}bulk/<slug:reference>/live/", bulk_live, name="bulk-live"),
    path(f"{QUEUE}<slug:reference>/presence/", presence, name="review-presence"),
    *CASE_URLS,
]
