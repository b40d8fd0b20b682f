"""What was redeemed: by coupon, partner and day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compensation.programmes.access import open_programme, staff_page
from users.selectors.coupons import DAYS_SHOWN, coupon_statistics

PERMISSION = "programmes.view_coupons"


@require_safe
@staff_page
def coupons(request: HttpRequest, code: str) -> HttpResponse:
    programme = open_programme(request, code, permission=PERMISSION)
    found = coupon_statistics(programme=programme, at=timezone.now())
    content = {"programme": programme, "found": found, "days_shown": DAYS_SHOWN}
    return render(request, "ops/coupons.html", content)
