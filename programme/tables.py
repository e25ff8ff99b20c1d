"""Tables that people upload and download: CSV of any encoding, and XLSX. Pure functions."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_MOST_BYTES = 10 * 1024 * 1024
_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_ROWS = 200_000
_MOST_COLUMNS = 200
_DELIMITERS = ",;\t|"
# What a spreadsheet program would take for a formula or a command.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class TableError(Exception):
    """A file that cannot be read as a table, in words for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Table:
    """The first line as headings, and the rows below, each as long as the headings; rows that
    are wholly empty are left out. `numbers[i]` is the line of `rows[i]` in the file, from 1."""

    headings: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read_table(content: bytes, filename: str) -> Table:
    """Read an uploaded file; what it is, is told by its bytes. Raises TableError."""
    if len(content) > _MOST_BYTES:
        raise TableError("The file is larger than 10 MB: split it and send the parts one by one.")
    if not content.strip():
        raise TableError("The file is empty.")
    if content.startswith(_OLD_EXCEL):
        raise TableError("This is an old Excel file: save it as .xlsx or .csv and send that.")
    lines = _xlsx_lines(content) if content.startswith(_ZIP) else _csv_lines(content, filename)
    return _table(lines)


def _table(lines: Iterable[Sequence[str]]) -> Table:
    headings: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line]
        if any("\x00" in cell for cell in cells):
            raise TableError(f"Row {number} has a NUL character in it: is this a text file?")
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > _MOST_COLUMNS:
            raise TableError(f"Row {number} has more than {_MOST_COLUMNS} columns.")
        if not headings:
            headings = cells
            continue
        if len(cells) > len(headings):
            raise TableError(f"Row {number} has more columns than the headings in the first row.")
        rows.append(cells + [""] * (len(headings) - len(cells)))
        numbers.append(number)
        if len(rows) > _MOST_ROWS:
            raise TableError(f"The file has more than {_MOST_ROWS:,} rows: send it in parts.")
    if not headings:
        raise TableError("The file is empty.")
    return Table(headings, rows, numbers)


def decode(content: bytes) -> str:
    """Text of any encoding: its byte order mark, else UTF-8, else the likeliest."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes  # noqa: PLC0415  (slow to load, rarely needed)

    likeliest = from_bytes(content[:100_000]).best()
    # Of the old encodings Windows' own is the commonest by far, and it fits short texts best.
    encoding = likeliest.encoding if likeliest and len(content) > 1000 else "cp1252"
    return content.decode(encoding, errors="replace")


def _csv_lines(content: bytes, filename: str) -> Iterator[list[str]]:
    text = decode(content)
    if "\x00" in text:
        raise TableError(f"“{filename[:80]}” is not a table: send a .csv or .xlsx file.")
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=lambda sign: (first.count(sign), -_DELIMITERS.index(sign)))
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise TableError(f"The file cannot be read as a table: {error}.") from error


def _xlsx_lines(content: bytes) -> Iterator[list[str]]:
    """The first sheet's cells as text; a formula is its own text, never its result."""
    import openpyxl  # noqa: PLC0415  (a second to load)

    damaged = TableError("The file cannot be read as a spreadsheet: is it damaged?")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile as error:
        raise damaged from error
    if unpacked > _MOST_UNPACKED:
        raise TableError("The file is too large once unpacked.")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell_text(value) for value in row]
    except Exception as error:
        # openpyxl raises whatever its parser stumbles over.
        raise damaged from error


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def safe_cell(value: object) -> str:
    """Text that no spreadsheet program takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not _is_number(text) else text


def unguarded_cell(text: str) -> str:
    """What `safe_cell` was given, of a file of ours that comes back."""
    return text[1:] if text.startswith("'") and safe_cell(text[1:]) == text else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of CSV, the first with a byte order mark, so that Excel reads it as UTF-8."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    line.write("\ufeff")
    writer.writerow([safe_cell(cell) for cell in headings])
    yield line.getvalue()
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([safe_cell(cell) for cell in row])
        yield line.getvalue()


def write_xlsx(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook of one sheet; numbers stay numbers, all else is text."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (headings, *rows):
        sheet.append(
            [cell if isinstance(cell, int | float) else safe_cell(printable(cell)) for cell in row]
        )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def printable(cell: object) -> str:
    """As text, without the control characters that a workbook cannot hold."""
    text = "" if cell is None else str(cell)
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
