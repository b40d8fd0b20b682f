"""The pages of members: what they got, and what they do with it."""

from django.urls import path

from users.views.member.actions import decline_item, download_item, take_item_back
from users.views.member.benefits import benefits
from users.views.member.pledge_report import pledge_report

ITEM = "my/benefits/<slug:code>/<slug:item>/"

urlpatterns = [
    path("my/benefits/", benefits, name="my-benefits"),
    path(f"{ITEM}download/", download_item, name="item-download"),
    path(f"{ITEM}decline/", decline_item, name="item-decline"),
    path(f"{ITEM}take-back/", take_item_back, name="item-take-back"),
    path("pledge-reports/<slug:code>/", pledge_report, name="pledge-report"),
]
