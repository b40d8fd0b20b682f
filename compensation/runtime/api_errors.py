"""Every refusal of the API in one shape, made in one place.

`{"code", "message_ko", "message_en", "fields": [{"field", "code", "message_ko", "message_en"}, …]}`: codes are stable,
for machines; sentences say to a person what to do; a field is named by its path in the request (`losses[0].service`).
"""

import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions as drf_errors
from rest_framework.response import Response

from compensation.values.refused import ValueRefused

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5  # after which a client may ask again when the database or Redis did not answer


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field."""

    field: str
    code: str
    message_ko: str
    message_en: str


class ApiProblem(Exception):
    """A refusal with its HTTP status. `retry_after`: whole seconds, for Retry-After."""

    def __init__(
        self,
        status: int,
        code: str,
        message_ko: str,
        message_en: str,
        *,
        fields: Sequence[Any] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message_ko = message_ko
        self.message_en = message_en
        self.fields = fields
        self.retry_after = retry_after


# What is said where nothing more is known than the status.
GENERAL = {
    400: (
        "malformed",
        "요청을 읽을 수 없습니다. 형식을 확인해 주세요.",
        "The request cannot be read. Please check its form.",
    ),
    401: ("not_signed_in", "로그인이 필요합니다.", "Please sign in."),
    403: ("not_allowed", "이 요청은 받을 수 없습니다.", "This request is not taken."),
    404: ("not_found", "찾을 수 없습니다.", "There is nothing here."),
    405: ("method_not_allowed", "이 주소에서는 할 수 없는 요청입니다.", "This address does not take such requests."),
    409: (
        "conflict",
        "동시에 들어온 다른 요청과 겹쳤습니다. 지금 상태를 확인한 뒤 다시 보내 주세요.",
        "Another request came in between. Please look at how things stand, and send it again.",
    ),
    413: ("too_large", "보낸 내용이 너무 큽니다.", "The request is too large."),
    415: (
        "media_type",
        "이 형식은 받지 않습니다. API 문서를 확인해 주세요.",
        "This media type is not taken here. Please see the documentation.",
    ),
    422: (
        "fields_refused",
        "적은 내용에 고칠 곳이 있습니다. 각 항목의 안내를 확인해 주세요.",
        "Something has to be put right. Please see what is said of each field.",
    ),
    429: (
        "throttled",
        "요청이 너무 잦습니다. 잠시 뒤에 다시 보내 주세요.",
        "Too many requests. Please try again later.",
    ),
    500: (
        "fault",
        "처리하는 중에 문제가 생겼습니다. 잠시 뒤에 다시 보내 주세요.",
        "Something went wrong on our side. Please try again later.",
    ),
    503: (
        "unavailable",
        "지금은 처리할 수 없습니다. 잠시 뒤에 다시 보내 주세요.",
        "This cannot be done right now. Please try again in a moment.",
    ),
}
_STATUS_BY_ERROR: tuple[tuple[Any, int], ...] = (
    ((Http404, django_errors.ObjectDoesNotExist), 404),
    (django_errors.RequestDataTooBig, 413),
    ((django_errors.SuspiciousOperation, django_errors.BadRequest), 400),
    ((MultiPartParserError, UnreadablePostError), 400),
    (django_errors.PermissionDenied, 403),
    # A key or a trigger of the database stood in the way: somebody else was faster.
    ((IntegrityError, InternalError), 409),
    (DataError, 400),
    ((OperationalError, InterfaceError), 503),
)


def general(status: int, *, fields: Sequence[Any] = (), retry_after: int | None = None) -> ApiProblem:
    """The refusal that is said where nothing more is known than the status."""
    return ApiProblem(status, *GENERAL[status], fields=fields, retry_after=retry_after)


def refused_fields(*problems: Any) -> ApiProblem:
    """422 with what is wrong with each field: FieldProblems, or whatever has their attributes."""
    return general(422, fields=problems)


@contextmanager
def of_field(name: str) -> Iterator[None]:
    """A ValueRefused inside the block is told as a problem of the field `name`."""
    try:
        yield
    except ValueRefused as refused:
        raise refused_fields(FieldProblem(name, refused.code, refused.message_ko, refused.message_en)) from refused


def throttled_until(moment: datetime, *, at: datetime) -> ApiProblem:
    """429 that says when the next try is looked at."""
    return general(429, retry_after=max(math.ceil((moment - at).total_seconds()), 1))


def answer_to(error: Exception, context: dict[str, Any]) -> Response:
    """The answer to whatever a view raised (REST_FRAMEWORK["EXCEPTION_HANDLER"]). The unknown is logged."""
    problem = _problem_of(error)
    if problem is None:
        request = context.get("request")
        logger.error("fault of the API: %s", type(error).__name__, exc_info=error)
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
        problem = general(500)
    elif problem.status in (409, 503):
        logger.warning("%s: %s", problem.code, error)
    return as_response(problem)


def as_response(problem: ApiProblem) -> Response:
    """The refusal as it is sent."""
    content = {
        "code": problem.code,
        "message_ko": problem.message_ko,
        "message_en": problem.message_en,
        "fields": [_as_json(field) for field in problem.fields],
    }
    response = Response(content, status=problem.status)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _as_json(field: Any) -> dict[str, str]:
    names = ("field", "code", "message_ko", "message_en")
    return asdict(field) if isinstance(field, FieldProblem) else {name: str(getattr(field, name)) for name in names}


def _problem_of(error: Exception) -> ApiProblem | None:
    if isinstance(error, ApiProblem):
        return error
    if isinstance(error, ValueRefused):
        return ApiProblem(422, error.code, error.message_ko, error.message_en)
    if isinstance(error, drf_errors.APIException):
        return _problem_of_framework(error)
    for kinds, status in _STATUS_BY_ERROR:
        if isinstance(error, kinds):
            return general(status, retry_after=RETRY_SECONDS if status == 503 else None)
    return None


def _problem_of_framework(error: drf_errors.APIException) -> ApiProblem:
    if isinstance(error, drf_errors.Throttled):
        return general(429, retry_after=max(math.ceil(getattr(error, "wait", None) or 1), 1))
    if isinstance(error, drf_errors.PermissionDenied) and "CSRF" in str(error.detail):
        return ApiProblem(
            403,
            "csrf",
            "페이지의 보안 토큰이 없거나 맞지 않습니다. X-CSRFToken 머리글을 함께 보내 주세요.",
            "The page's security token is missing or wrong. Please send it in the header X-CSRFToken.",
        )
    return general(error.status_code if error.status_code in GENERAL else 400)
