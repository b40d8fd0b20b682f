"""What the officers' operations have in common: finding a case, the version that was seen, and refusals."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rest_framework.request import Request

from claims.models import Review
from compensation import limits
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import ApiProblem, FieldProblem, general, refused_fields
from compensation.values.refused import ValueRefused
from compensation.values.text import whole_number

VIEW, PREPARE = "programmes.view_reviews", "programmes.prepare_cases"
VERSION = {"type": "integer", "minimum": 1, "description": "the case's `version` as it was seen"}
REASON = {"type": "string", "maxLength": limits.REVIEW_NOTE_LENGTH_MAX}


def case_named(request: Request, code: str, reference: str, *, permission: str) -> Review:
    """The newest review of a claim, open or closed, for whoever has the permission. Raises Http404, ApiProblem."""
    programme = open_programme(request, code, permission=permission)
    rows = Review.objects.filter(programme=programme, claim__reference=reference)
    related = ("claim__merchant", "claim__programme", "officer", "objection", "assessment__policy_version")
    review = rows.select_related(*related).order_by("-id").first()
    if review is None:
        raise general(404)
    return review


def version_of(content: Mapping[str, Any]) -> int:
    """The version that the client has seen. Raises ApiProblem (422) where there is none."""
    value = content.get("version")
    number = whole_number(value) if isinstance(value, (int, float)) else None
    if number is None:
        raise refused_fields(
            FieldProblem(
                "version",
                "version_missing",
                "심사 건을 조회할 때 받은 version을 적어 주세요.",
                "Please send the version that the case had when it was read.",
            )
        )
    return number


@contextmanager
def telling(fields: Mapping[str, str]) -> Iterator[None]:
    """A ValueRefused inside is told beside the field that `fields` names for its code (422).

    What is about no field is about the case as it stands (409).
    """
    try:
        yield
    except ValueRefused as refused:
        if field := fields.get(refused.code):
            problem = FieldProblem(field, refused.code, refused.message_ko, refused.message_en)
            raise refused_fields(problem) from refused
        raise ApiProblem(409, refused.code, refused.message_ko, refused.message_en) from refused


def chosen(asked: Mapping[str, Any], name: str, known: Any) -> str:
    """A query parameter that is one of the `known` codes; '' where it is not there. Raises ApiProblem (422)."""
    value = asked.get(name, "")
    if value and value not in known:
        listed = ", ".join(known)
        problem = f"다음 가운데 하나를 적어 주세요: {listed}", f"Please write one of: {listed}"
        raise refused_fields(FieldProblem(name, "choice_unknown", *problem))
    return str(value)


def each(name: str, texts: list[str], parse: Callable[[str], str]) -> list[str]:
    """Every text of a list as the parser reads it. Raises ApiProblem (422) for the first that it refuses."""
    read = []
    for place, text in enumerate(texts):
        try:
            read.append(parse(text))
        except ValueRefused as refused:
            problem = FieldProblem(f"{name}[{place}]", refused.code, refused.message_ko, refused.message_en)
            raise refused_fields(problem) from refused
    return read
