"""The report for machines: the same figures as `manage.py programme_report --json` (docs/report.md)."""

from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from claims.selectors.report import programme_report
from claims.views.access import open_programme


@api_view(["GET"])
def report(request: Request, code: str) -> Response:
    """All figures of a programme, for those who may see its overview; 404 for everybody else."""
    programme = open_programme(request, code, permission="programmes.view_overview")
    return Response(programme_report(programme=programme, as_of=timezone.now()))
