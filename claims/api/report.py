"""The report for machines: the same figures as `manage.py programme_report --json` (docs/report.md)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.selectors.report import programme_report
from compensation.programmes.access import open_programme
from compensation.runtime.api_view import ApiView


class Report(ApiView):
    """All figures of a programme, for those who may see its overview; 404 for everybody else."""

    @extend_schema(
        operation_id="programme_report",
        tags=["programmes"],
        summary="All figures of a programme (staff)",
        responses={200: {"type": "object", "additionalProperties": True}},
    )
    def get(self, request: Request, code: str) -> Response:
        programme = open_programme(request, code, permission="programmes.view_overview")
        return Response(programme_report(programme=programme, as_of=timezone.now()))
