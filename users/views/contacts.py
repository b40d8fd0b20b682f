"""Proving one more contact."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from users.views.code_sending import ask_for_contact
from users.views.pending import CONTACT, begin, wanted_page


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_contact(request: HttpRequest) -> HttpResponse:
    """A phone or an e-mail address for an account that is there already."""
    way = begin(CONTACT, next_page=wanted_page(request))
    return ask_for_contact(request, way=way, template="account/add_contact.html")
