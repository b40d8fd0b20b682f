"""The pages about the money of a programme as a whole."""

from django.urls import path

from claims.views.money.overpayments import (
    overpayment,
    overpayment_decision,
    overpayment_dropping,
    overpayment_list,
)
from claims.views.money.overview import money, money_check, money_csv
from claims.views.money.searching import money_search, money_trace

MONEY = "programmes/<slug:code>/money/"
OVERPAYMENT = f"{MONEY}overpayments/<slug:reference>/"

urlpatterns = [
    path(MONEY, money, name="money"),
    path(f"{MONEY}check/", money_check, name="money-check"),
    path(f"{MONEY}trial-balance.csv", money_csv, name="money-csv"),
    path(f"{MONEY}search/", money_search, name="money-search"),
    path(f"{MONEY}claims/<slug:reference>/", money_trace, name="money-trace"),
    path(f"{MONEY}overpayments/", overpayment_list, name="overpayments"),
    path(OVERPAYMENT, overpayment, name="overpayment"),
    path(f"{OVERPAYMENT}decision/", overpayment_decision, name="overpayment-decision"),
    path(f"{OVERPAYMENT}dropping/", overpayment_dropping, name="overpayment-dropping"),
]
