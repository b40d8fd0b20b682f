"""What a load of a programme file changes, or would change: said field by field."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import ProtectedError

from compensation.policy.checking import Fault
from compensation.programmes.services.programme_tables import Row

GRANTED = ("이미 지급에 쓰여 바꾸거나 뺄 수 없습니다.", "It is being granted and cannot be changed or removed.")


@dataclass(frozen=True, slots=True)
class Change:
    """`action` is 'added', 'changed' or 'removed'; `before` and `after` are the values of a field.

    `path` names the thing by its code, wherever it stands in the file: `intake_windows.additional.closes_at`.
    """

    action: str
    path: str
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class Writer:
    """Brings stored rows to what the file says, and notes each change, and each fault where a row must stay as it is.

    It writes on after a fault, so that all are found: who uses it rolls back when there are any. `stored` is always the
    manager that finds and makes the rows of one table.
    """

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: str, message_ko: str, message_en: str) -> None:
        self.faults.append(Fault(path, message_ko, message_en))

    def put(self, stored: Any, label: str, row: Row, *, is_frozen: bool = False) -> Any:
        """The stored row of the file's row, made or updated. A frozen one may only be what it is already."""
        found = stored.filter(code=row.code).first()
        if found is None:
            self.changes.append(Change("added", label))
            return stored.create(code=row.code, **row.fields)
        before = {name: getattr(found, name) for name in row.fields}
        changes = list(changed_fields(before=before, after=dict(row.fields), path=label))
        self.changes += changes
        if changes and is_frozen:
            self.faults += [Fault(change.path.replace(label, row.path, 1), *GRANTED) for change in changes]
        elif changes:
            for name, value in row.fields.items():
                setattr(found, name, value)
            found.save(update_fields=list(row.fields))
        return found

    def put_members(
        self, stored: Any, label: str, path: str, wanted: Collection[Any], *, is_frozen: bool = False
    ) -> None:
        """The rows that belong to another row: a package's items. `path` is where the file names them."""
        before, after = sorted(row.code for row in stored.all()), sorted(row.code for row in wanted)
        if before == after:
            return
        if before:  # else their owner was added just now, and that was noted
            self.changes.append(Change("changed", label, before, after))
        if is_frozen:
            self.fault(path, *GRANTED)
        else:
            stored.set(wanted)

    def remove_missing(
        self,
        stored: Any,
        label: str,
        rows: Iterable[Row],
        *,
        frozen: Collection[str] = (),
        why: tuple[str, str] = GRANTED,
    ) -> None:
        """Removes what the file no longer names. What is frozen, or what other rows rest on, is a fault instead."""
        for gone in stored.exclude(code__in=[row.code for row in rows]):
            path = f"{label}.{gone.code}"
            if gone.code in frozen:
                self.fault(path, *why)
                continue
            try:
                gone.delete()
            except ProtectedError:
                self.fault(path, *why)
            self.changes.append(Change("removed", path))


def changed_fields(*, before: Any, after: Any, path: str) -> Iterator[Change]:
    """Every value that differs between two documents of tables, lists and values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            inner = f"{path}.{key}"
            if key not in before:
                yield Change("added", inner, after=after[key])
            elif key not in after:
                yield Change("removed", inner, before=before[key])
            else:
                yield from changed_fields(before=before[key], after=after[key], path=inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changed_fields(before=old, after=new, path=f"{path}[{place}]")
    elif before != after:
        yield Change("changed", path, before, after)
