"""An XLSX file written row by row, straight into a stream.

Ours and not a library's, because those lay the rows open on a disk before they pack them, and write the hour of the day
into the file: here accounts are seen by nobody, and the same list is the same file to the last byte.
"""

import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        f'<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 0: whole numbers; style 1: text (format 49, "@"), so that an account keeps its zeros when it is edited.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        f'<fills count="2"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill></fills>'
        f'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="2"><xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        f'<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        f'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COLUMNS = [first + second for first in ("", "A") for second in _LETTERS]  # 52: a bank profile has 40 at most


class WorkbookWriter:
    """One sheet of rows of text and whole numbers. `finish` completes the file."""

    def __init__(self, out: Any) -> None:
        self._archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        for name, content in _PARTS.items():
            self._archive.writestr(_entry(name), _HEAD + content)
        self._sheet: IO[bytes] = self._archive.open(_entry("xl/worksheets/sheet1.xml"), "w")
        self._write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>')
        self._row = 0

    def rows(self, rows: Iterable[Sequence[str | int]]) -> None:
        self._write("".join(map(self._line, rows)))

    def finish(self) -> None:
        self._write("</sheetData></worksheet>")
        self._sheet.close()
        self._archive.close()

    def _line(self, cells: Sequence[str | int]) -> str:
        self._row += 1
        place = self._row
        content = "".join(
            [
                f'<c r="{column}{place}"><v>{value}</v></c>'
                if isinstance(value, int)
                else f'<c r="{column}{place}" s="1" t="inlineStr"><is><t>{_escaped(value)}</t></is></c>'
                for column, value in zip(_COLUMNS, cells, strict=False)
            ]
        )
        return f'<row r="{place}">{content}</row>'

    def _write(self, text: str) -> None:
        self._sheet.write(text.encode())


def _entry(name: str) -> zipfile.ZipInfo:
    """Of no time: the same rows make the same file."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _escaped(text: str) -> str:
    return text if text.isalnum() else escape(text)
