"""What answers of the API have in common: things with names in two languages; and reading plain fields of a body."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rest_framework import serializers

from compensation.runtime.api_errors import FieldProblem, refused_fields
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank

T = TypeVar("T")

# The schema of a value that is read by a parser of compensation.values: as people write it, or as programs do.
ANY = {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}
TEXT = {"type": "string"}


class Named(serializers.Serializer[Any]):
    """A code with its names."""

    code = serializers.CharField()
    name_ko = serializers.CharField()
    name_en = serializers.CharField()


class Sentence(serializers.Serializer[Any]):
    """A code with what it says to a person."""

    code = serializers.CharField()
    message_ko = serializers.CharField()
    message_en = serializers.CharField()


def body(properties: Mapping[str, Any], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The schema of a JSON body with these properties, for `extend_schema(request=…)`."""
    return {
        "application/json": {"type": "object", "properties": dict(properties), "required": list(required)}
        if required
        else {"type": "object", "properties": dict(properties)}
    }


def read(content: Mapping[str, Any], name: str, parse: Callable[[object], T], *, missing: ValueRefused) -> T:
    """What `parse` makes of a field of the body. Raises ApiProblem (422) with `missing` where nothing was written."""
    value = content.get(name)
    if is_blank(value):
        raise _refused(name, missing)
    try:
        return parse(value)
    except ValueRefused as refused:
        raise _refused(name, refused) from refused


def text_of(content: Mapping[str, Any], name: str) -> str:
    """A text of the body; '' where there is none. Raises ApiProblem (422) for what is no text."""
    value = content.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _refused(
            name,
            ValueRefused("no_text", "글자로 적어 주세요.", "Please send a text."),
        )
    return value


def texts_of(content: Mapping[str, Any], name: str, *, most: int) -> list[str]:
    """A list of texts of the body, at most `most` of them; none where it is not there. Raises ApiProblem (422)."""
    value = content.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most or not all(isinstance(text, str) for text in value):
        raise _refused(
            name,
            ValueRefused(
                "no_list_of_texts",
                f"글자로 된 목록으로 적어 주세요({most}개까지).",
                f"Please send a list of texts, at most {most}.",
            ),
        )
    return value


def _refused(name: str, refused: ValueRefused) -> Any:
    return refused_fields(FieldProblem(name, refused.code, refused.message_ko, refused.message_en))
