"""Signing in and out."""

from django.urls import include, path

from users.services.sign_up import KAKAO
from users.views.capacity import capacity
from users.views.contacts import add_contact
from users.views.coupons import coupons
from users.views.kakao import kakao_callback, kakao_contact, kakao_sign_in
from users.views.own_access import end_token, new_token, sign_out_others
from users.views.sign_in import enter_code, send_again, sign_in, waiting
from users.views.staff_sign_in import StaffSignIn, sign_out

urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/code/", enter_code, name="sign-in-code"),
    path("sign-in/code/again/", send_again, name="sign-in-again"),
    path("sign-in/code/waiting/", waiting, name="sign-in-waiting"),
    path("sign-in/kakao/", kakao_sign_in, name="sign-in-kakao"),
    # allauth finds the way back by this name.
    path("sign-in/kakao/callback/", kakao_callback, {"provider_id": KAKAO}, name="openid_connect_callback"),
    path("sign-in/kakao/contact/", kakao_contact, name="sign-in-kakao-contact"),
    path("staff/sign-in/", StaffSignIn.as_view(), name="staff-sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
    path("", include("users.views.member.urls")),
    path("", include("users.views.storage_pass.urls")),
    path("", include("users.views.partners.urls")),
    path("", include("users.views.handover.urls")),
    path("", include("users.views.grants.urls")),
    path("programmes/<slug:code>/capacity/", capacity, name="capacity"),
    path("account/contact/", add_contact, name="account-contact"),
    path("account/tokens/new/", new_token, name="account-token"),
    path("account/tokens/<slug:reference>/end/", end_token, name="account-token-end"),
    path("programmes/<slug:code>/coupons/", coupons, name="coupons"),
    path("account/devices/sign-out/", sign_out_others, name="account-devices"),
]
