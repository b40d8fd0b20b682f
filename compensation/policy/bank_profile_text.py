"""A bank profile as people edit it: TOML with keys in the order of the shipped ones, whatever a database made of it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_KEY_ORDER = (
    *("code", "name_ko", "name_en", "printed_text_length", "printed_text_in", "kind", "delimiter", "encoding"),
    *("line_ending", "header", "rows_per_file", "amount_as", "amount_separators", "field", "title", "position"),
    *("starts_at", "width", "pad", "text", "reason", "columns", "paid", "returned", "unknown", "reasons"),
    *("file", "result"),
)


def as_toml(document: Mapping[str, Any]) -> str:
    """The document as people edit it: TOML with keys in the order of the shipped ones."""
    return "\n".join(_lines(document, "")) + "\n"


def _lines(table: Mapping[str, Any], name: str) -> Iterator[str]:
    if name:
        yield f"\n[{name}]"
    for key in sorted(table, key=_key_place):
        value = table[key]
        if isinstance(value, Mapping):
            yield from _lines(value, f"{name}.{key}" if name else key)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{key} = ["
            yield from (f"    {_inline(row)}," for row in value)
            yield "]"
        else:
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _inline(row: Mapping[str, Any]) -> str:
    pairs = ", ".join(f"{key} = {json.dumps(row[key], ensure_ascii=False)}" for key in sorted(row, key=_key_place))
    return f"{{ {pairs} }}"


def _key_place(key: str) -> tuple[int, str]:
    return (_KEY_ORDER.index(key) if key in _KEY_ORDER else len(_KEY_ORDER), key)
