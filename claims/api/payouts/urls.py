"""The addresses of payouts and batches."""

from django.urls import path

from claims.api.payouts.batches import (
    Approving,
    Batch,
    Batches,
    BatchList,
    Cancelling,
    Freezing,
    KeptBack,
    PayoutStep,
    PayoutView,
    Plan,
    Releasing,
    Thawing,
)
from claims.api.payouts.results import Result, Results
from claims.api.payouts.top_ups import (
    TopUpApproving,
    TopUpClaims,
    TopUpDropping,
    TopUps,
    TopUpView,
    TopUpWithdrawing,
)

PAYOUTS = "programmes/<slug:code>/payouts"
BATCH = f"{PAYOUTS}/batches/<slug:reference>"
TOP_UP = f"{PAYOUTS}/top-ups/<slug:reference>"

urlpatterns = [
    path(f"{PAYOUTS}/plan", Plan.as_view(), name="api-payout-plan"),
    path(f"{PAYOUTS}/kept-back", KeptBack.as_view(), name="api-payouts-kept-back"),
    path(f"{PAYOUTS}/batches", Batches.as_view(), name="api-payout-batches"),
    path(BATCH, Batch.as_view(), name="api-payout-batch"),
    path(f"{BATCH}/payouts", BatchList.as_view(), name="api-payout-batch-list"),
    path(f"{BATCH}/results", Results.as_view(), name="api-bank-results"),
    path(f"{BATCH}/results/<slug:upload>", Result.as_view(), name="api-bank-result"),
    path(f"{BATCH}/freezing", Freezing.as_view(), name="api-payout-batch-freezing"),
    path(f"{BATCH}/approval", Approving.as_view(), name="api-payout-batch-approval"),
    path(f"{BATCH}/release", Releasing.as_view(), name="api-payout-batch-release"),
    path(f"{BATCH}/thawing", Thawing.as_view(), name="api-payout-batch-thawing"),
    path(f"{BATCH}/cancellation", Cancelling.as_view(), name="api-payout-batch-cancellation"),
    path(f"{PAYOUTS}/top-ups", TopUps.as_view(), name="api-top-ups"),
    path(TOP_UP, TopUpView.as_view(), name="api-top-up"),
    path(f"{TOP_UP}/claims", TopUpClaims.as_view(), name="api-top-up-claims"),
    path(f"{TOP_UP}/approval", TopUpApproving.as_view(), name="api-top-up-approval"),
    path(f"{TOP_UP}/dropping", TopUpDropping.as_view(), name="api-top-up-dropping"),
    path(f"{TOP_UP}/withdrawal", TopUpWithdrawing.as_view(), name="api-top-up-withdrawal"),
    path(f"{PAYOUTS}/<slug:reference>", PayoutView.as_view(), name="api-payout"),
    path(f"{PAYOUTS}/<slug:reference>/<slug:step>", PayoutStep.as_view(), name="api-payout-step"),
]
