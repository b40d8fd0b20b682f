"""What every view of the API is made of."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from compensation.runtime.api_errors import general


class ApiView(APIView):
    """A view whose answers are nobody else's: they are not kept by any cache.

    `read_scope` and `write_scope` name the rates (limits.API_RATES) for its GETs and for everything else.
    """

    read_scope = "read"
    write_scope = "write"

    @property
    def throttle_scope(self) -> str:
        return self.read_scope if self.request.method in SAFE_METHODS else self.write_scope

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "no-store")
        return response


class NothingHere(ApiView):
    """Addresses of the API that do not exist answer in its shape, too."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, *_args: Any, **_kwargs: Any) -> None:
        raise general(404)

    def get(self, _request: Any) -> Response:
        raise general(404)
