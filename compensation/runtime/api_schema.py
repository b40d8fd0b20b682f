"""What the schema says of every operation besides what the view itself says: refusals, keys, cursors."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny

from compensation import limits
from compensation.runtime.api_errors import GENERAL
from compensation.runtime.idempotency import HEADER

_FIELD = {"type": "object", "required": ["field", "code", "message_ko", "message_en"]}
_TEXTS = {name: {"type": "string"} for name in ("code", "message_ko", "message_en")}
_REFUSAL = {
    "type": "object",
    "description": "A refusal: a stable code, a sentence in two languages, what is wrong with which field.",
    "required": ["code", "message_ko", "message_en", "fields"],
    "properties": {
        **_TEXTS,
        "fields": {"type": "array", "items": {**_FIELD, "properties": {"field": {"type": "string"}, **_TEXTS}}},
    },
}
KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": limits.IDEMPOTENCY_KEY_LENGTH_MAX, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A value of its own for each request, such as a UUID. Sent again, the answer is the same.",
)
PAGE = [
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": limits.API_PAGE_ROWS_MAX}, "query"),
    OpenApiParameter("cursor", str, "query", description="`next_cursor` of the page before"),
]


class Schema(AutoSchema):
    """Reads from the view whether it is open to everybody, asks for a key (`once`), pages (`is_paged`), or refuses what
    stands behind the address' question mark (`reads_query`)."""

    def get_override_parameters(self) -> list[Any]:
        parameters = [*super().get_override_parameters()]
        if getattr(self._handler(), "needs_idempotency_key", False):
            parameters.append(KEY)
        if self.method == "GET" and getattr(self.view, "is_paged", False):
            parameters += PAGE
        return parameters

    def get_description(self) -> str:  # type: ignore[override]  # spectacular calls it without arguments
        """Only what a view says of an operation: its docstring is for people who read the code."""
        return ""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            problem = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, _REFUSAL, "Problem")
            self.registry.register_on_missing(problem)
            for status in self._refusals():
                content = {"application/json": {"schema": problem.ref}}
                answer = {"description": GENERAL[status][2], "content": content}
                operation["responses"].setdefault(str(status), answer)
        return operation

    def _refusals(self) -> set[int]:
        refusals = {404, 429, 503}
        if AllowAny not in self.view.permission_classes or self.method != "GET":
            refusals |= {401, 403}
        if AllowAny in self.view.permission_classes:
            refusals.add(401)  # a token that is not (or no longer) good is told so everywhere
        if getattr(self.view, "is_paged", False) or getattr(self.view, "reads_query", False):
            refusals.add(422)
        if self.method != "GET":
            refusals |= {400, 409, 413, 415, 422}
        return refusals

    def _handler(self) -> Any:
        return getattr(self.view, self.method.lower(), None)
