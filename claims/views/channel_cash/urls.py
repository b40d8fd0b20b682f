"""The pages about channel cash: its figures, lists for the channel service, and its reports."""

from django.urls import path

from claims.views.channel_cash.lists import channel_cash_list, channel_cash_new_list
from claims.views.channel_cash.overview import channel_cash
from claims.views.channel_cash.reports import channel_cash_report

PROGRAMME = "programmes/<slug:code>/channel-cash/"

urlpatterns = [
    path(PROGRAMME, channel_cash, name="channel-cash"),
    path(f"{PROGRAMME}lists/new/", channel_cash_new_list, name="channel-cash-new-list"),
    path(f"{PROGRAMME}lists/<int:number>/", channel_cash_list, name="channel-cash-list"),
    path(f"{PROGRAMME}reports/", channel_cash_report, name="channel-cash-report"),
]
