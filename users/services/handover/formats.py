"""Rows of a file as CSV.gz and as Parquet, and back. Column by column (Arrow): no object is made for a member.

The one module that loads pyarrow, which takes 50 MB: it is imported where a file is written or read.
"""

import gzip
import io
from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from pyarrow import csv, parquet

from compensation.policy.seoul import SEOUL
from users.models import HandoverFile, HandoverFormat
from users.selectors.handover_rows import MEMBER, UNTIL, Columns

ENDINGS = {HandoverFormat.CSV: "csv.gz", HandoverFormat.PARQUET: "parquet"}
GZIP_LEVEL = 3  # beyond it a file takes longer, and hardly gets smaller
_CHUNK = "chunk"
_MOMENT = pa.timestamp("us", tz=str(SEOUL))


def rows_from_database(*, query: str, columns: Columns) -> pa.Table:
    """The rows of a query of member number and chunk, with the columns that follow from the chunk."""
    text = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", text)
    members, chunks = _two_columns(text)
    known = list(columns.by_chunk)
    place = pc.index_in(chunks, value_set=pa.array(known, pa.int64()))
    arrays = [_values(columns, number, known).take(place) for number in range(len(columns.names))]
    return pa.table([members, *arrays], names=[MEMBER, *columns.names])


def _two_columns(text: io.BytesIO) -> tuple[pa.Array, pa.Array]:
    if not text.tell():
        return pa.array([], pa.int64()), pa.array([], pa.int64())
    text.seek(0)
    read = csv.ReadOptions(column_names=[MEMBER, _CHUNK])
    types = csv.ConvertOptions(column_types={MEMBER: pa.int64(), _CHUNK: pa.int64()})
    members, chunks = csv.read_csv(text, read_options=read, convert_options=types).columns
    return members.combine_chunks(), chunks.combine_chunks()


def _values(columns: Columns, number: int, chunks: list[int]) -> pa.Array:
    values = [columns.by_chunk[chunk][number] for chunk in chunks]
    return pa.array(values, _MOMENT if _is_moment(columns.names[number]) else pa.string())


def _is_moment(name: str) -> bool:
    return name.endswith("_at") or name.startswith(UNTIL)


def write(table: pa.Table, *, format_: str, target: IO[bytes]) -> None:
    """The same rows are the same bytes, whenever they are written."""
    if format_ == HandoverFormat.PARQUET:
        parquet.write_table(table, target, compression="zstd")
        return
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=GZIP_LEVEL, mtime=0, filename="") as packed:
        packed.write((",".join(table.column_names) + "\n").encode())
        options = csv.WriteOptions(include_header=False, quoting_style="none")
        csv.write_csv(_as_text(table), packed, options)


def _as_text(table: pa.Table) -> pa.Table:
    """Times as 2023-01-05T12:00:00+09:00, blank where there is none: what every program reads."""
    for place, name in enumerate(table.column_names):
        if _is_moment(name):
            moments = table.column(name).combine_chunks().dictionary_encode()
            texts = pa.array([moment.isoformat() for moment in moments.dictionary.to_pylist()], pa.string())
            table = table.set_column(place, name, texts.take(moments.indices))
    return table


def read(content: bytes, *, format_: str) -> pa.Table:
    """The rows of a file that has any, in their order."""
    if format_ == HandoverFormat.PARQUET:
        return parquet.read_table(pa.BufferReader(content))
    text = gzip.decompress(content)
    names = text[: text.index(b"\n")].decode().split(",")
    types = {name: _MOMENT if _is_moment(name) else pa.string() for name in names} | {MEMBER: pa.int64()}
    convert = csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    return csv.read_csv(pa.BufferReader(text), convert_options=convert)


def slice_of(table: pa.Table, *, first_row: int, rows: int) -> Iterator[dict[str, Any]]:
    """Some rows as plain values: numbers, texts, aware times in Seoul, None."""
    yield from table.slice(first_row, rows).to_pylist()


def places_of(table: pa.Table, members: list[int]) -> list[int | None]:
    """At which row (from 0) each of the members stands; None for one who is not in the file."""
    return pc.index_in(pa.array(members, pa.int64()), value_set=table.column(MEMBER)).to_pylist()


def ending(file: HandoverFile) -> str:
    return ENDINGS[HandoverFormat(file.delivery.format)]
