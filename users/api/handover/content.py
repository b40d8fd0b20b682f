"""The bytes of a file: all of them, or those that a download which broke off still lacks (RFC 9110, 14)."""

import re
from collections.abc import Iterator

from django.core.files.base import File
from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

from compensation.runtime.api_errors import ApiProblem
from users.models import HandoverFile

BLOCK_BYTES = 262_144
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def ranged(request: Request, *, file: HandoverFile, content: File, content_type: str) -> HttpResponseBase:
    """200 with everything, or 206 with one range of it. Raises ApiProblem (416).

    A range that is malformed, or of a file that has changed (If-Range), is passed over, as the RFC has it.
    """
    tag = f'"{file.sha256}"'
    first, end = 0, file.size_bytes
    wanted = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    is_part = bool(wanted and any(wanted.groups()) and request.headers.get("If-Range", tag) == tag)
    if is_part and wanted:
        first, end = _bounds(wanted, file.size_bytes)
    response = StreamingHttpResponse(
        _blocks(content, first, end), status=206 if is_part else 200, content_type=content_type
    )
    response["Content-Length"] = str(end - first)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["X-Content-SHA256"] = file.sha256
    response["Content-Disposition"] = f'attachment; filename="{file.name.replace("/", "-")}"'
    if is_part:
        response["Content-Range"] = f"bytes {first}-{end - 1}/{file.size_bytes}"
    return response


def _bounds(wanted: re.Match[str], size: int) -> tuple[int, int]:
    """The first byte, and the one after the last. Raises ApiProblem (416)."""
    from_, to = wanted.groups()
    first, end = (int(from_), min(int(to) + 1, size) if to else size) if from_ else (max(size - int(to), 0), size)
    if first >= end:
        raise ApiProblem(
            416,
            "range_not_there",
            f"파일은 {size:,}바이트입니다. 그 안의 범위를 적어 주세요.",
            f"The file has {size:,} bytes. Please ask for a range within them.",
        )
    return first, end


def _blocks(content: File, first: int, end: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        while first < end and (block := content.read(min(BLOCK_BYTES, end - first))):
            first += len(block)
            yield block
