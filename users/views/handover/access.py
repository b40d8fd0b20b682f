"""Finding a delivery for whoever may see it or hand over, and writing down that refused members were looked at."""

from django.http import Http404, HttpRequest

from compensation.programmes.access import note_access, open_programme
from users.models import HandoverDelivery
from users.selectors.handover import deliveries_of

VIEW, HAND_OVER = "programmes.view_handover", "programmes.hand_over"


def open_delivery(request: HttpRequest, code: str, reference: str, *, permission: str = VIEW) -> HandoverDelivery:
    """The delivery of a programme in which the person has the permission. Raises Http404."""
    programme = open_programme(request, code, permission=permission)
    try:
        return deliveries_of(programme=programme).select_related("partner__programme").get(reference=reference)
    except HandoverDelivery.DoesNotExist as error:
        raise Http404 from error


def note_refused_seen(request: HttpRequest, delivery: HandoverDelivery, *, task: str) -> None:
    """Writes down that those whom the partner refused were looked at or taken away."""
    note_access(request, subject=f"delivery {delivery.reference}", task=task)
