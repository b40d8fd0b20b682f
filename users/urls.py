"""Signing in and out."""

from django.urls import path

from users.views.sign_in import SignIn, sign_out

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
]
