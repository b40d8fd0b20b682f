"""JSON, whatever a client asks for; and bodies read strictly.

They are objects in UTF-8, of a bearable size and depth, without what no column can hold.
"""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.http import parse_header_parameters
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser

from compensation import limits
from compensation.runtime.api_errors import ApiProblem, FieldProblem, general, refused_fields

_CHARSETS = ("", "utf-8", "utf8", "us-ascii", "ascii")


class AlwaysJson(BaseContentNegotiation):
    """The API speaks JSON, whatever a client says it would like to read."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        wanted = request.content_type.split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, _request: Any, renderers: Any, _format: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class JsonBody(BaseParser):
    """What is taken instead of the framework's own parser, which reads any size, depth and charset."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, _context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Raises ApiProblem: 400 for what is no JSON object, 413, 415 for a charset but UTF-8, 422 for NUL."""
        _, parameters = parse_header_parameters(media_type or "")
        if parameters.get("charset", "").lower() not in _CHARSETS:
            raise UnsupportedMediaType(media_type or "")
        raw = stream.read(limits.API_BODY_BYTES_MAX + 1)
        if len(raw) > limits.API_BODY_BYTES_MAX:
            raise general(413)
        content = _loaded(raw)
        _refuse_unfit(content)
        return content


def _loaded(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # also: no UTF-8, and numbers of thousands of digits
        raise _no_json() from error
    if not isinstance(content, dict):
        raise _no_json()
    return content


def _no_number(name: str) -> float:
    raise ValueError(name)


def _refuse_unfit(content: dict[str, Any]) -> None:
    """Halves of UTF-16 characters and NUL, wherever they stand, and objects within objects without end."""
    for path, depth, text in _texts(content):
        if depth > limits.API_BODY_DEPTH_MAX:
            raise _no_json()
        if "\0" in text:
            raise refused_fields(
                FieldProblem(
                    path,
                    "text_unreadable",
                    "읽을 수 없는 문자가 들어 있습니다. 지우고 다시 적어 주세요.",
                    "There is a character in it that cannot be read. Please write it again without it.",
                )
            )
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise _no_json()


def _texts(content: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Every text with its path and depth; every list and object as an empty text, so that depth alone is seen too."""
    waiting: list[tuple[str, int, Any]] = [("", 0, content)]
    while waiting:
        path, depth, value = waiting.pop()
        if isinstance(value, str):
            yield path, depth, value
        elif isinstance(value, dict):
            yield path, depth, ""
            for name, inner in value.items():
                yield path, depth, name
                waiting.append((f"{path}.{name}" if path else name, depth + 1, inner))
        elif isinstance(value, list):
            yield path, depth, ""
            waiting.extend((f"{path}[{place}]", depth + 1, inner) for place, inner in enumerate(value))
        if depth > limits.API_BODY_DEPTH_MAX:
            return


def _no_json() -> ApiProblem:
    return ApiProblem(
        400,
        "no_json",
        "본문은 UTF-8로 적은 JSON 객체여야 합니다.",
        "The body has to be a JSON object in UTF-8.",
    )
