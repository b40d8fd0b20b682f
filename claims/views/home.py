"""The way from the front door to the page of one's work."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from compensation.programmes.selectors import programmes_of


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Staff come to their programme, or to the list where they have several; everybody else to their own claims.

    Whoever only sits on the council comes to the council.
    """
    programmes = [
        programme
        for programme in programmes_of(user=request.user)
        if rules.has_perm("programmes.view_overview", request.user, programme)
    ]
    if not programmes:
        return redirect("my-claims")
    if len(programmes) == 1:
        sees_claims = rules.has_perm("programmes.view_claims", request.user, programmes[0])
        return redirect("overview" if sees_claims else "council", code=programmes[0].code)
    return render(request, "staff/programmes.html", {"programmes": programmes})
