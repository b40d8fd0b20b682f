"""The businesses that a person acts for, by the API."""

from django.urls import path

from merchants.api.businesses import Businesses

urlpatterns = [path("businesses", Businesses.as_view(), name="api-businesses")]
