"""The letter about a determination, as PDF."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from claims.api.access import own_claim
from claims.selectors.status import determinations_of
from claims.services.letters import determination_letter
from compensation.messaging.texts import LANGUAGES
from compensation.programmes.access import note_access
from compensation.runtime.api_errors import FieldProblem, general, refused_fields
from compensation.runtime.api_view import ApiView

LANGUAGE = OpenApiParameter("language", {"type": "string", "enum": list(LANGUAGES), "default": "ko"}, "query")


class Letter(ApiView):
    """A determination's letter. Whoever takes it leaves an access record, as on the page."""

    reads_query = True

    @extend_schema(
        operation_id="show_letter",
        tags=["claims"],
        summary="The letter about a determination (PDF), in Korean or English",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, reference: str, number: int) -> HttpResponse:
        claim, language = own_claim(request, reference), _language(request.query_params)
        determinations = determinations_of(claim=claim)
        if not 1 <= number <= len(determinations):
            raise general(404)
        at = timezone.now()
        letter = determination_letter(determination=determinations[number - 1], language=language, at=at)
        note_access(
            request,
            subject=f"claim {claim.reference}",
            task="letter_downloaded",
            detail=f"determination {number} {language}",
        )
        return HttpResponse(letter, content_type="application/pdf")


def _language(asked: Any) -> str:
    language = asked.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        raise refused_fields(
            FieldProblem("language", "language_unknown", "ko나 en으로 적어 주세요.", "Please write ko or en.")
        )
    return str(language)
