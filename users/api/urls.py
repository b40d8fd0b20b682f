"""Signing in by the API."""

from django.urls import path

from users.api import token_scheme  # noqa: F401  (the schema finds it once it is read)
from users.api.sign_in import Codes, OwnToken, OwnTokens

urlpatterns = [
    path("sign-in/codes", Codes.as_view(), name="api-codes"),
    path("tokens", OwnTokens.as_view(), name="api-tokens"),
    path("tokens/<slug:reference>", OwnToken.as_view(), name="api-token"),
]
