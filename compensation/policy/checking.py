"""Reads the tables of a programme file and collects every fault with its path, instead of stopping at the first one."""

from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from compensation import limits


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document. `path` is where: `policy.tiers[1].up_to_won`."""

    path: str
    message_ko: str
    message_en: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message_ko} ({self.message_en})"


class DocumentFaults(Exception):
    """A document cannot be used. `faults` has everything that is wrong with it, in the order of the document."""

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class Table:
    """One table of a document. Each read checks the value; a faulty one is noted in `faults` and read as empty.

    So the caller reads on, looks at `faults` at the end, and throws the values away if there are any. `close()` notes
    the keys that nobody asked for: a key with a typing error must not pass as an optional one.
    """

    def __init__(self, content: object, path: str, faults: list[Fault]) -> None:
        self.path = path
        self.faults = faults
        self._content: Mapping[str, Any] = content if isinstance(content, Mapping) else {}
        self._asked: set[str] = set()
        self._faults_before = len(faults)
        if not isinstance(content, Mapping):
            self.fault("", "표(table)여야 합니다.", "Must be a table.")

    @property
    def is_faultless(self) -> bool:
        """Nothing wrong in this table so far, nor in what was read since it was opened."""
        return len(self.faults) == self._faults_before

    def fault(self, key: str, message_ko: str, message_en: str) -> None:
        path = ".".join(part for part in (self.path, key) if part)
        self.faults.append(Fault(path, message_ko, message_en))

    def text(self, key: str, *, length_max: int = limits.NAME_LENGTH_MAX) -> str:
        value = self._required(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not _is_text(value, length_max):
            self.fault(key, f"1~{length_max}자의 글이어야 합니다.", f"Must be text of 1 to {length_max} characters.")
            return ""
        return value

    def paragraphs(self, key: str, *, length_max: int) -> str:
        """Text of several lines, without the blank ones around it."""
        value = self._required(key)
        if value is None:
            return ""
        text = value.strip() if isinstance(value, str) else ""
        if not text or len(text) > length_max or not all(line.isprintable() for line in text.split("\n")):
            self.fault(
                key, f"1~{length_max:,}자의 글이어야 합니다.", f"Must be text of 1 to {length_max:,} characters."
            )
            return ""
        return text

    def choice(self, key: str, choices: Collection[str]) -> str:
        value = self._required(key)
        if value is None:
            return ""
        if not isinstance(value, str) or value not in choices:
            listed = ", ".join(choices)
            self.fault(key, f"{listed} 중 하나여야 합니다.", f"Must be one of {listed}.")
            return ""
        return value

    def whole(self, key: str, *, least: int = 0, most: int) -> int:
        value = self._required(key)
        return 0 if value is None else self._whole(key, value, least, most)

    def whole_if_given(self, key: str, *, least: int = 0, most: int) -> int | None:
        value = self._asked_for(key)
        return None if value is None else self._whole(key, value, least, most)

    def flag(self, key: str) -> bool:
        value = self._required(key)
        return False if value is None else bool(self._flag(key, value))

    def flag_if_given(self, key: str) -> bool | None:
        value = self._asked_for(key)
        return None if value is None else self._flag(key, value)

    def moment(self, key: str) -> datetime | None:
        """A date and time with its offset, as TOML has it: 2022-10-15T15:30:00+09:00."""
        value = self._required(key)
        if value is not None and not (isinstance(value, datetime) and value.utcoffset() is not None):
            example = "2022-10-15T15:30:00+09:00"
            self.fault(
                key, f"{example}처럼 시차를 붙인 일시여야 합니다.", f"Must be a time with its offset: {example}."
            )
            return None
        return value

    def day(self, key: str) -> date | None:
        """A date, as TOML has it: 2023-01-05."""
        value = self._required(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.fault(key, "2023-01-05와 같은 날짜여야 합니다.", "Must be a date: 2023-01-05.")
            return None
        return value

    def stored_day(self, key: str) -> date | None:
        """A date as TOML has it, or as the database gives it back: 2023-01-05 or "2023-01-05"."""
        value = self._asked_for(key)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass  # the same sentence as for anything else that is no date
        return self.day(key)

    def wholes(self, key: str, *, most: int) -> tuple[int, ...]:
        """A list of at least one whole number from 0 to `most`, none of them twice."""
        value = self._required(key)
        if value is None:
            return ()
        is_list_of_wholes = isinstance(value, list) and all(
            type(entry) is int and 0 <= entry <= most for entry in value
        )
        if not is_list_of_wholes or not value or len(set(value)) != len(value):
            self.fault(
                key,
                f"0~{most:,}의 서로 다른 정수 목록이어야 합니다.",
                f"Must be a list of different whole numbers from 0 to {most:,}.",
            )
            return ()
        return tuple(value)

    def texts(self, key: str, *, length_max: int = limits.NAME_LENGTH_MAX) -> tuple[str, ...]:
        """A list of at least one text, none of them twice."""
        value = self._required(key)
        if value is None:
            return ()
        is_list_of_texts = isinstance(value, list) and all(
            isinstance(entry, str) and _is_text(entry, length_max) for entry in value
        )
        if not is_list_of_texts or not value or len(set(value)) != len(value):
            self.fault(key, "서로 다른 글의 목록이어야 합니다.", "Must be a list of different texts.")
            return ()
        return tuple(value)

    def holds_texts(self, key: str) -> bool:
        """Whether there is a list of texts, not of tables: how an earlier version of a document may have had it."""
        value = self._content.get(key)
        return isinstance(value, list) and any(isinstance(entry, str) for entry in value)

    def table(self, key: str) -> "Table":
        value = self._required(key)
        return Table({} if value is None else value, self._path(key), self.faults)

    def table_if_given(self, key: str) -> Iterator["Table"]:
        """The table, or nothing where the key is left out: to be read in a `for`."""
        if self._asked_for(key) is not None:
            yield self.table(key)

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables of an array, `[[key]]` in TOML, in order."""
        value = self._required(key)
        if value is None:
            return
        if not isinstance(value, list) or len(value) > limits.TABLE_ENTRIES_MAX:
            self.fault(key, "표의 목록([[ ]])이어야 합니다.", "Must be an array of tables ([[ ]]).")
            return
        for place, content in enumerate(value):
            yield Table(content, f"{self._path(key)}[{place}]", self.faults)

    def tables_if_given(self, key: str) -> Iterator["Table"]:
        """As `tables`; none where the key is left out."""
        if self._asked_for(key) is not None:
            yield from self.tables(key)

    def named_tables(self, key: str, *, name_length_max: int) -> Iterator[tuple[str, "Table"]]:
        """The tables below a table, `[key.name]` in TOML, by name."""
        table = self.table(key)
        if len(table._content) > limits.TABLE_ENTRIES_MAX:
            table.fault(
                "", f"{limits.TABLE_ENTRIES_MAX}개 이하여야 합니다.", f"At most {limits.TABLE_ENTRIES_MAX} entries."
            )
            return
        for name, content in table._content.items():
            if len(name) > name_length_max:
                table.fault(
                    name,
                    f"이름은 {name_length_max}자 이하여야 합니다.",
                    f"A name has at most {name_length_max} characters.",
                )
            yield name, Table(content, f"{table.path}.{name}", self.faults)

    def refuse_repeated(self, code: str, earlier: Container[str]) -> None:
        """Notes a fault where this table's code is one of the earlier tables'."""
        if code and code in earlier:
            self.fault("code", f"같은 코드가 또 있습니다: {code}", f"The code is repeated: {code}")

    def close(self) -> None:
        for key in self._content:
            if key not in self._asked:
                self.fault(key, "알 수 없는 항목입니다.", "Unknown key.")

    def _path(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _asked_for(self, key: str) -> Any:
        self._asked.add(key)
        return self._content.get(key)

    def _required(self, key: str) -> Any:
        value = self._asked_for(key)
        if value is None:
            self.fault(key, "필수 항목입니다.", "Required.")
        return value

    def _whole(self, key: str, value: object, least: int, most: int) -> int:
        if type(value) is not int or not least <= value <= most:
            self.fault(
                key, f"{least:,}~{most:,}의 정수여야 합니다.", f"Must be a whole number from {least:,} to {most:,}."
            )
            return 0
        return value

    def _flag(self, key: str, value: object) -> bool | None:
        if not isinstance(value, bool):
            self.fault(key, "true 또는 false여야 합니다.", "Must be true or false.")
            return None
        return value


def _is_text(value: str, length_max: int) -> bool:
    """Something to read on one line: no control characters, which the database does not take either."""
    return bool(value.strip()) and len(value) <= length_max and value.isprintable()
