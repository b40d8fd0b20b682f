"""What a member gets, and whether they have it: one page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from users.models import MemberStatus
from users.selectors.member_items import items_of, member_of
from users.selectors.member_passes import passes_of
from users.services.member_items import note_seen
from users.views.member.shown import shown_items, shown_pass


@never_cache
@require_safe
def benefits(request: HttpRequest) -> HttpResponse:
    """Whoever is no member (yet), or has not signed in, is told how to: by Kakao alone, with no other way beside it."""
    member, at = member_of(user=request.user), timezone.now()
    if member is None:
        return render(request, "member/who_are_you.html", {"kakao": bool(settings.KAKAO_CLIENT_ID)})
    items = items_of(member=member, at=at)
    unseen = [mine.item for mine in items if mine.is_ready and not mine.is_seen]
    if unseen and request.method == "GET":
        note_seen(member=member, items=unseen, at=at)
    context = {
        "items": shown_items(member=member, items=items, at=at),
        "passes": [shown_pass(mine=mine, at=at) for mine in passes_of(member=member)],
        "is_suspended": member.status == MemberStatus.SUSPENDED,
    }
    return render(request, "member/benefits.html", context)
