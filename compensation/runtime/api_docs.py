"""The API's schema as a file, and as a page of the site; made once in each process."""

import json
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.response import Response

GROUPS = (  # in the order of the road
    "sign-in",
    "programmes",
    "businesses",
    "drafts",
    "claims",
    "review",
    "council",
    "payouts",
    "money",
    "pass",
    "grants",
    "operations",
    "partner",
    "handover",
)


@cache
def schema() -> Any:
    """The OpenAPI document."""
    return SchemaGenerator().get_schema(request=None, public=True)


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document, for programs and for the page on which requests can be tried."""

    @extend_schema(exclude=True)
    def get(self, request: Any, *_args: Any, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework names it
        return Response(schema())


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """All operations with what they take and answer: without a script, for every reader."""
    return render(request, "public/api_docs.html", {"groups": _groups()})


@cache
def _groups() -> list[tuple[str, list[dict[str, Any]]]]:
    operations = [
        _operation(path, method, found)
        for path, methods in schema()["paths"].items()
        for method, found in methods.items()
    ]
    operations.sort(key=lambda found: GROUPS.index(found["group"]))
    return [(group, list(found)) for group, found in groupby(operations, key=lambda found: found["group"])]


def _operation(path: str, method: str, found: Mapping[str, Any]) -> dict[str, Any]:
    description = found.get("description", "")
    contents = found.get("requestBody", {}).get("content", {})
    answers = [(status, _content(answer)) for status, answer in found["responses"].items() if status.startswith("2")]
    return {
        "id": found["operationId"],
        "group": found["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": found["summary"],
        "description": description,
        "is_open": {} in found.get("security", [{}]),
        "parameters": [row for row in found.get("parameters", []) if row["in"] != "path"],
        "media_type": next(iter(contents), ""),
        "body": _content(found.get("requestBody", {})),
        "answers": answers,
        "refusals": sorted(status for status in found["responses"] if not status.startswith("2")),
    }


def _content(part: Mapping[str, Any]) -> str:
    """The body that is sent or answered, in the shape of its JSON; '' where there is none."""
    for content in part.get("content", {}).values():
        return json.dumps(_shape(content["schema"]), indent=2, ensure_ascii=False)
    return ""


def _shape(found: Mapping[str, Any]) -> Any:
    """What a value looks like: names in an object, one entry in a list, else the name of its type."""
    if "$ref" in found:
        return _shape(schema()["components"]["schemas"][found["$ref"].rsplit("/", 1)[1]])
    for together in ("oneOf", "allOf", "anyOf"):
        if together in found:
            parts = [_shape(part) for part in found[together]]
            return parts[0] if len(parts) == 1 else " | ".join(map(str, parts))
    if found.get("properties"):
        return {name: _shape(part) for name, part in found["properties"].items()}
    if found.get("type") == "array":
        return [_shape(found["items"])]
    text = (
        " | ".join("null" if value is None else value for value in found["enum"])
        if "enum" in found
        else found.get("format", found.get("type", "any"))
    )
    return f"{text} | null" if found.get("nullable") else text
