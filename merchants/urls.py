"""The account of a merchant's user."""

from django.urls import path

from merchants.views.account import account, add_business

urlpatterns = [
    path("account/", account, name="account"),
    path("account/businesses/add/", add_business, name="account-business"),
]
