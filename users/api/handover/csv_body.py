"""A receipt as CSV: a line `member,reason` for each member who was not accepted. The rest stands in the address."""

import csv
import io
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from compensation import limits
from compensation.runtime.api_errors import ApiProblem, general
from compensation.values.text import has_surplus

LINE = "line"


class CsvReceipt(BaseParser):
    """Reads what the JSON body holds: `refused`, whose rows carry the number of their line, `first_row` and `rows`."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[Any], _media_type: str | None = None, context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Raises ApiProblem: 400 for what is no CSV in UTF-8, 413."""
        raw = stream.read(limits.HANDOVER_RECEIPT_BYTES_MAX + 1)
        if len(raw) > limits.HANDOVER_RECEIPT_BYTES_MAX:
            raise general(413)
        asked = context["request"].query_params if context else {}
        said = {name: asked[name] for name in ("first_row", "rows") if name in asked}
        return said | {"refused": _refused(raw)}


def _refused(raw: bytes) -> list[dict[str, Any]]:
    try:
        lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _no_csv() from error
    rows = []
    for number, cells in enumerate(lines, start=1):
        if not any(cells) or (number == 1 and not any(map(str.isdigit, cells[0]))):
            continue  # blank, or the names of the columns
        if len(cells) < 2 or has_surplus(cells, 2) or "\0" in "".join(cells):
            raise _no_csv()
        rows.append({"member": cells[0], "reason": cells[1], LINE: number})
    return rows


def _no_csv() -> ApiProblem:
    return ApiProblem(
        400,
        "no_csv",
        "본문은 UTF-8로 적은 CSV여야 하고, 행마다 회원번호와 거절 사유를 적어야 합니다.",
        "The body has to be CSV in UTF-8, with a member number and a reason in each line.",
    )
