"""A spreadsheet of any length, written as it is read: no row is kept. Pure."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, cast
from xml.sax.saxutils import escape

from programme.tables import printable, safe_cell

# The most that a sheet holds; what is more goes on in the next sheet.
MOST_ROWS = 1_048_576
_BATCH = 500

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class _Drain:
    """Where the archive writes; what it wrote is taken out again at once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def stream_xlsx(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, most_rows: int = MOST_ROWS
) -> Iterator[bytes]:
    """A workbook, part by part; numbers stay numbers, all else is text and never a formula. Every
    sheet begins with the headings."""
    drain = _Drain()
    archive = zipfile.ZipFile(cast("IO[bytes]", drain), "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    left = iter(rows)
    sheets = 0
    first: list[Sequence[object]] = list(islice(left, 1))
    while first or not sheets:
        sheets += 1
        with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_row(headings).encode())
            body = islice(chain(first, left), most_rows - 1)
            while batch := list(islice(body, _BATCH)):
                sheet.write("".join(map(_row, batch)).encode())
                yield drain.take()
            sheet.write(b"</sheetData></worksheet>")
        first = list(islice(left, 1))
    for name, text in _frame(sheets).items():
        archive.writestr(name, _HEAD + text)
    archive.close()
    yield drain.take()


def _row(cells: Sequence[object]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(value: object) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    text = escape(safe_cell(printable(value)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _frame(sheets: int) -> dict[str, str]:
    """What a workbook needs around its sheets."""
    numbers = range(1, sheets + 1)
    listed = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    typed = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEETML}.worksheet+xml"/>'
        for n in numbers
    )
    return {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{related}'
        "</Relationships>",
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETML}.sheet.main+xml"/>'
        f"{typed}</Types>",
    }
