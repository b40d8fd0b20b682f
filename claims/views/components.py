"""The page of the components: everything that pages are made of, in every state, for whoever makes and checks them."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from claims.services.evidence_files.refusals import CLAIM_MB_MAX, FILE_MB_MAX
from claims.views.component_samples import STANDINGS, samples
from compensation import limits
from compensation.programmes.models import Role
from compensation.programmes.selectors import current_policy, programmes_of, roles_of

SHEETS = ("css/form.css", "css/status.css", "css/public.css", "css/sign_in.css")
SERIES = ("no_support", "tier-1", "tier-2", "council", "received", "plain")
NAMES = {
    "received": _("산정 중"),
    "council": _("협의체 심사 중"),
    "asked": _("자료 요청"),
    "late": _("늦어짐"),
    "paid": _("지급 결정"),
    "objected": _("이의신청"),
    "none": _("지원금 없음"),
    "withdrawn": _("철회"),
}


@require_safe
@login_required
def components(request: HttpRequest) -> HttpResponse:
    """For whoever works on any programme, as anything but a merchant. `?claim=` is how the sample claim stands.

    A claim is shown in one state at a time: its parts are landmarks of a page, and no page has them twice.
    """
    standing = request.GET.get("claim", "council")
    works_on = (row for row in programmes_of(user=request.user) if roles_of(request.user, row) - {Role.MERCHANT})
    programme = next(works_on, None)
    if programme is None or standing not in STANDINGS:
        raise Http404
    policy = current_policy(programme=programme).policy
    content = samples(policy=policy, standing=standing, at=timezone.now()) | {
        "sheets": SHEETS,
        "series_names": SERIES,
        "programme": programme,
        "standing": standing,
        "standings": [{"code": code, "name": NAMES[code]} for code in STANDINGS],
        "file_mb_max": FILE_MB_MAX,
        "claim_mb_max": CLAIM_MB_MAX,
        "length_max": limits.PARAGRAPHS_LENGTH_MAX,
    }
    return render(request, "staff/components.html", content)
