"""The schema as a file: made once in each process, for it does not change while that runs."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response


@cache
def schema() -> Any:
    """The OpenAPI document."""
    return SchemaGenerator().get_schema(request=None, public=True)


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document, for programs and for the documentation page."""

    @extend_schema(exclude=True)
    def get(self, _request: Request, *_args: Any, **_kwargs: Any) -> Response:
        return Response(schema())
