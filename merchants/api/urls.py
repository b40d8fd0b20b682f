"""The businesses that a person acts for, and the channel service's reports, by the API."""

from django.urls import path

from merchants.api.businesses import Businesses
from merchants.api.channel_cash import ChannelCashUses

urlpatterns = [
    path("businesses", Businesses.as_view(), name="api-businesses"),
    path("partner/channel-cash/uses", ChannelCashUses.as_view(), name="api-channel-cash-uses"),
]
