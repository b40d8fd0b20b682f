"""What can be wrong with a result file, in sentences; the first faults are kept, all are counted."""

from collections.abc import Iterator
from typing import Any

from compensation import limits
from compensation.policy.transitions import PAYOUT
from compensation.values.refused import ValueRefused

# Code: Korean, English. `value` is what the file says, `known` what we have.
_SENTENCES = {
    # the file as a whole
    "empty": ("빈 파일입니다.", "The file is empty."),
    "kind_wrong": (
        "이 양식의 결과 파일은 {known} 파일인데 {value} 파일이 왔습니다.",
        "By this profile results are {known} files; this is a {value} file.",
    ),
    "unreadable": ("{value}", "{known}"),
    "encoding": (
        "글자를 읽을 수 없습니다. 이 양식의 결과 파일은 {known}로 저장되어 있어야 합니다.",
        "The characters cannot be read. By this profile results are saved as {known}.",
    ),
    "quotes": (
        '큰따옴표(")가 잘못 쓰였거나 닫히지 않았습니다. 은행에서 파일을 다시 받아 주세요.',
        'Quotation marks (") are misplaced or not closed. Please fetch the file from the bank again.',
    ),
    "columns_missing": (
        "필요한 열이 없습니다: {value}. 이 은행의 결과 파일인지, 양식이 맞는지 확인해 주세요.",
        "Columns are missing: {value}. Is this the bank's result, and the right profile?",
    ),
    "columns_repeated": ("같은 제목의 열이 두 번 있습니다: {value}", "Columns are there twice: {value}"),
    "no_lines": ("결과가 한 줄도 없습니다.", "There is not one line of results."),
    "too_many_lines": (
        "줄이 {known}개를 넘습니다. 이 지급 묶음의 결과 파일이 아닙니다.",
        "There are more than {known} lines. This is no result of the batch.",
    ),
    # a line by itself
    "cells_missing": (
        "칸이 모자랍니다({value}칸, {known}칸 필요). 파일이 잘렸는지 확인해 주세요.",
        "Cells are missing ({value} of {known}). Was the file cut off?",
    ),
    "cells_too_many": (
        "칸이 더 많습니다({value}칸, 다른 줄은 {known}칸). 1,000,000처럼 쉼표가 든 값은 큰따옴표로 감싸 주세요.",
        'There are more cells ({value}) than elsewhere ({known}). Values like "1,000,000" need quotes.',
    ),
    "line_too_short": (
        "줄이 짧습니다({value}바이트, {known}바이트 필요). 파일이 잘렸는지 확인해 주세요.",
        "The line is too short ({value} of {known} bytes). Was the file cut off?",
    ),
    "cell_unreadable": ("값을 알 수 없는 칸이 있습니다: {value}", "A cell's value cannot be known: {value}"),
    "reference_missing": ("지급 번호가 없습니다.", "There is no reference."),
    "amount_unreadable": ("금액 「{value}」을 읽을 수 없습니다.", "The amount {value!r} cannot be read."),
    "day_unreadable": ("날짜 「{value}」을 읽을 수 없습니다.", "The date {value!r} cannot be read."),
    "outcome_unknown": (
        "처리 결과 「{value}」은 이 양식에 없는 말입니다.",
        "The outcome {value!r} is not a word of this profile.",
    ),
    # against what we have
    "reference_unknown": ("지급 번호 {value}는 없는 번호입니다.", "There is no payout {value}."),
    "other_batch": (
        "지급 번호 {value}는 이 지급 묶음의 건이 아닙니다.",
        "The payout {value} does not belong to this batch.",
    ),
    "reference_twice": (
        "지급 번호 {value}가 {known}번째 줄에 이미 나왔습니다.",
        "The payout {value} was in line {known} already.",
    ),
    "amount_differs": (
        "금액이 다릅니다: 파일은 {value}원, 지급 금액은 {known}원입니다.",
        "The amount differs: {value} won in the file, {known} won were to be paid.",
    ),
    "day_too_early": (
        "처리일 {value}이 집행일 {known}보다 이릅니다.",
        "The date {value} is before {known}, when the batch was released.",
    ),
    "day_too_late": ("처리일 {value}이 오늘({known})보다 늦습니다.", "The date {value} is after today ({known})."),
    "already_final": (
        "이미 「{known}」로 끝난 건인데 결과가 「{value}」로 왔습니다.",
        "This payout is final already ({known}); the file says {value}.",
    ),
}


class ResultRefused(ValueRefused):
    """The result cannot be looked at at all: nothing of it is kept."""


class ResultUnreadable(Exception):
    """The file as a whole is no result that can be read."""

    def __init__(self, code: str, *, line: int = 0, value: object = "", known: object = "") -> None:
        super().__init__(code)
        self.fault = fault(line, code, value=value, known=known)


def fault(line: int, code: str, *, value: object = "", known: object = "") -> dict[str, Any]:
    """A fault as it is kept with the result. Line 0: the file as a whole."""
    said, have = _shown(code, value, "ko"), _shown(code, known, "ko")
    said_en, have_en = _shown(code, value, "en"), _shown(code, known, "en")
    korean, english = _SENTENCES[code]
    return {
        "line": line,
        "code": code,
        "ko": korean.format(value=said, known=have),
        "en": english.format(value=said_en, known=have_en),
    }


def _shown(code: str, value: object, language: str) -> str:
    if code == "already_final":
        return PAYOUT.name(str(value), language)
    if code == "amount_differs":
        return f"{int(str(value)):,}"
    text = f"{value:,}" if isinstance(value, int) else str(value)
    most = limits.PAYOUT_REASON_LENGTH_MAX
    return text if len(text) <= most else f"{text[: most - 1]}…"


class Faults:
    """The first faults in the order of the lines, and how many there are."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[dict[str, Any]] = []

    def add(self, line: int, code: str, *, value: object = "", known: object = "") -> None:
        self.count += 1
        if len(self._kept) < limits.RESULT_FAULTS_KEPT:
            self._kept.append(fault(line, code, value=value, known=known))

    def add_unreadable(self, error: ResultUnreadable) -> None:
        """Where the file as a whole cannot be read, what was found in its lines before says nothing."""
        self.count, self._kept = 1, [error.fault]

    def first(self) -> list[dict[str, Any]]:
        return sorted(self._kept, key=_place)[: limits.RESULT_FAULTS_KEPT]

    def merge(self, rows: Iterator[tuple[int, str, str, str]], *, count: int) -> None:
        """Adds what the database found, in the order of the lines; `count` is how many there are in all."""
        more = [fault(line, code, value=value, known=known) for line, code, value, known in rows]
        self._kept = sorted(self._kept + more, key=_place)[: limits.RESULT_FAULTS_KEPT]
        self.count += count


def _place(found: dict[str, Any]) -> tuple[int, str]:
    return found["line"], found["code"]


def too_large() -> ResultRefused:
    """Not even looked at."""
    most = limits.RESULT_FILE_BYTES_MAX // 1_048_576
    return ResultRefused(
        "result_too_large",
        f"파일이 {most} MB를 넘습니다. 은행의 결과 파일인지 확인해 주세요.",
        f"The file is larger than {most} MB. Please check that it is the bank's result.",
    )


def nothing_sent() -> ResultRefused:
    return ResultRefused(
        "result_missing",
        "은행에서 받은 결과 파일을 골라 주세요.",
        "Please choose the result file that you have from the bank.",
    )


def not_kept() -> ResultRefused:
    return ResultRefused(
        "result_not_kept",
        "지금은 파일을 보관할 자리가 없어 받지 못했습니다. 시스템 담당자에게 알리고 잠시 뒤 다시 올려 주세요.",
        "There is no room to keep the file now. Please tell whoever runs the system, and send it again later.",
    )


def not_released() -> ResultRefused:
    return ResultRefused(
        "batch_not_released",
        "아직 은행에 보내지 않은 지급 묶음입니다. 결과 파일은 집행한 뒤에 올려 주세요.",
        "This batch is not with the bank yet. Results are read after its release.",
    )
