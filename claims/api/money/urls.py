"""The addresses of the books."""

from django.urls import path

from claims.api.money.books import MoneyTrace, TrialBalance, Violations

MONEY = "programmes/<slug:code>/money"

urlpatterns = [
    path(f"{MONEY}/trial-balance", TrialBalance.as_view(), name="api-trial-balance"),
    path(f"{MONEY}/violations", Violations.as_view(), name="api-money-violations"),
    path(f"{MONEY}/claims/<slug:reference>", MoneyTrace.as_view(), name="api-money-trace"),
]
