"""What a member does with an item: one tap each, with the card of the item as the answer."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compensation.programmes.models import BenefitItem
from users.models import Member
from users.selectors.member_items import item_of, items_of, member_of
from users.services import member_items as services
from users.views.member.shown import ShownItem, shown_items


@login_required
@require_POST
def download_item(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """Into the keyboard."""
    return _done(request, code, item, services.download, _("이모티콘을 받았습니다. 채팅방에서 바로 쓰실 수 있습니다."))


@login_required
@require_POST
def decline_item(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """The member does not want it."""
    return _done(request, code, item, services.decline, _("받지 않기로 했습니다. 기간 안에는 다시 받으실 수 있습니다."))


@login_required
@require_POST
def take_item_back(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """The member wants it after all."""
    return _done(request, code, item, services.take_back, _("다시 받았습니다."))


def _done(request: HttpRequest, code: str, item_code: str, act: Callable[..., None], told: str) -> HttpResponse:
    """Does it and says so: in the item's card where htmx asks, else on the page."""
    member, at = member_of(user=request.user), timezone.now()
    if member is None:
        raise Http404
    item = _item(code, item_code)
    problem = ""
    try:
        act(member=member, item=item, at=at)
    except services.ItemNotGranted as error:
        raise Http404 from error
    except services.ItemRefused as refused:
        problem = str(refused)
    if request.htmx:
        shown = _card(member, item)
        context = {"shown": shown, "told": "" if problem else told, "problem": problem}
        return render(request, "member/item.html", context)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, told)
    return redirect(f"{reverse('my-benefits')}#item-{code}-{item.code}")


def _item(code: str, item_code: str) -> BenefitItem:
    """Raises Http404."""
    try:
        return item_of(programme_code=code, item_code=item_code)
    except BenefitItem.DoesNotExist as error:
        raise Http404 from error


def _card(member: Member, item: BenefitItem) -> ShownItem:
    """All items are looked at: the picture of one follows from those before it."""
    at = timezone.now()
    shown = shown_items(member=member, items=items_of(member=member, at=at), at=at)
    return next(one for one in shown if one.mine.item.pk == item.pk)
