"""The pages about bank accounts: the lists of what has to be looked at, and the accounts of one merchant."""

from django.urls import path

from claims.views.accounts.lists import programme_accounts
from claims.views.accounts.one import programme_account

PROGRAMME = "programmes/<slug:code>/"

urlpatterns = [
    path(f"{PROGRAMME}accounts/", programme_accounts, name="programme-accounts"),
    path(f"{PROGRAMME}accounts/<slug:reference>/", programme_account, name="programme-account"),
]
