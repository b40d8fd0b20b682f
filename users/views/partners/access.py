"""Finding a partner for whoever may see or look after it."""

from django.http import Http404, HttpRequest

from compensation.programmes.access import open_programme
from users.models import Partner

VIEW, MANAGE = "programmes.view_partners", "programmes.manage_partners"


def open_partner(request: HttpRequest, code: str, partner_code: str, *, permission: str = VIEW) -> Partner:
    """The partner of a programme in which the person has the permission. Raises Http404."""
    programme = open_programme(request, code, permission=permission)
    try:
        return Partner.objects.select_related("programme").get(programme=programme, code=partner_code)
    except Partner.DoesNotExist as error:
        raise Http404 from error
