"""Payouts and bank runs, for operations."""

from django.urls import path

from claims.views.payouts.acting import batch_act, payout_act
from claims.views.payouts.batches import batch_list_part, batch_live, batch_losses, batch_new, batch_page
from claims.views.payouts.overview import kept_back_list, payouts
from claims.views.payouts.payout import payout_page
from claims.views.payouts.top_ups import top_up_act, top_up_list, top_up_new, top_up_page, top_up_withdrawal

urlpatterns = [
    path("programmes/<slug:code>/payouts/", payouts, name="payouts"),
    path("programmes/<slug:code>/payouts/kept-back/", kept_back_list, name="payouts-kept-back"),
    path("programmes/<slug:code>/payouts/new/", batch_new, name="payout-batch-new"),
    path("programmes/<slug:code>/payouts/batches/<slug:reference>/", batch_page, name="payout-batch"),
    path("programmes/<slug:code>/payouts/batches/<slug:reference>/live/", batch_live, name="payout-batch-live"),
    path("programmes/<slug:code>/payouts/batches/<slug:reference>/losses/", batch_losses, name="payout-batch-losses"),
    path("programmes/<slug:code>/payouts/batches/<slug:reference>/list/", batch_list_part, name="payout-batch-list"),
    path("programmes/<slug:code>/payouts/batches/<slug:reference>/<slug:step>/", batch_act, name="payout-batch-act"),
    path("programmes/<slug:code>/payouts/top-ups/", top_up_list, name="top-ups"),
    path("programmes/<slug:code>/payouts/top-ups/new/", top_up_new, name="top-up-new"),
    path("programmes/<slug:code>/payouts/top-ups/<slug:reference>/", top_up_page, name="top-up"),
    path(
        "programmes/<slug:code>/payouts/top-ups/<slug:reference>/withdraw/", top_up_withdrawal, name="top-up-withdrawal"
    ),
    path("programmes/<slug:code>/payouts/top-ups/<slug:reference>/<slug:step>/", top_up_act, name="top-up-act"),
    path("programmes/<slug:code>/payouts/<slug:reference>/", payout_page, name="payout"),
    path("programmes/<slug:code>/payouts/<slug:reference>/<slug:step>/", payout_act, name="payout-act"),
]
