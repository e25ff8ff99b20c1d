"""Files of past answers, read row by row and as often as needed; pure.

CSV in any encoding, with commas, semicolons, tabs or bars, and XLSX. What is in memory is one
row, whatever the size of the file (an XLSX keeps its table of shared texts there too).
"""

import codecs
import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BLOCK = 1024 * 1024
_SAMPLE = 256 * 1024
_TELLING = 1_000
_DELIMITERS = ",;\t|"
# What an XLSX may unfold to; a sheet this large is not one that people made.
_MOST_UNFOLDED = 2 * 1024**3
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileError(Exception):
    """The file cannot be read as a table; the text says why."""


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A table in an open, seekable file; `sha256` names its content."""

    file: BinaryIO
    is_workbook: bool
    encoding: str
    delimiter: str
    headings: list[str]
    sha256: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the headings that has anything in it, with its number as a spreadsheet
        counts (the headings are row 1), its cells stripped. Raises FileError."""
        records = _workbook_rows(self.file) if self.is_workbook else self._csv_rows()
        for number, cells in enumerate(records, 1):
            if number > 1 and any(cells):
                yield number, cells

    def _csv_rows(self) -> Iterator[list[str]]:
        return _csv_rows(self.file, self.encoding, self.delimiter)


def open_answers(file: BinaryIO) -> AnswerFile:
    """Find out what kind of table this is. Raises FileError."""
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    file.seek(0)
    start = file.read(_SAMPLE)
    if not start.strip():
        raise FileError("The file is empty.")
    if start.startswith(_OLD_EXCEL):
        raise FileError("This is an old Excel file: save it as .xlsx or .csv and send that.")
    is_workbook = start.startswith(_ZIP)
    encoding = delimiter = ""
    if is_workbook:
        records = _workbook_rows(file)
    else:
        encoding = _encoding(file, start)
        delimiter = _delimiter(file, encoding)
        records = _csv_rows(file, encoding, delimiter)
    headings = next(records, [])
    if not any(headings):
        raise FileError("The first row has no headings: it must name the columns.")
    return AnswerFile(file, is_workbook, encoding, delimiter, headings, digest.hexdigest())


def _encoding(file: BinaryIO, start: bytes) -> str:
    """UTF-8 where the whole file is, otherwise what its first part looks like most."""
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    if b"\0" in start:
        raise FileError(
            "The file is neither a CSV nor an XLSX: it holds bytes that text never has."
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes  # noqa: PLC0415  (slow to load, rarely needed)

        # Of the old encodings Windows' own is the commonest by far, and fits short texts best.
        guess = from_bytes(start).best() if len(start) > _TELLING else None
        return guess.encoding if guess else "cp1252"
    return "utf-8"


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The one that makes the most columns of the first row."""

    def columns(delimiter: str) -> int:
        return len(next(_csv_rows(file, encoding, delimiter), []))

    return max(_DELIMITERS, key=columns)


def _csv_rows(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[list[str]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        records = csv.reader(text, delimiter=delimiter, strict=True)
        for cells in records:
            yield [_clean(cell) for cell in cells]
    except csv.Error as error:
        raise FileError(f"Line {records.line_num} is not proper CSV: {error}.") from error
    finally:
        text.detach()  # the caller's file stays open


def _workbook_rows(file: BinaryIO) -> Iterator[list[str]]:
    """The first sheet's rows; formulas come out as their text."""
    import openpyxl  # noqa: PLC0415  (half a second to load)

    file.seek(0)
    try:
        _check_size(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=False)
        try:
            for cells in book.worksheets[0].iter_rows(values_only=True):
                yield [_clean(_cell(cell)) for cell in cells]
        finally:
            book.close()
    except FileError:
        raise
    except Exception as error:
        # openpyxl raises whatever its parts do: KeyError, ValueError, BadZipFile, ParseError …
        raise FileError("The workbook cannot be read: it is damaged, or no XLSX.") from error


def _check_size(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNFOLDED:
            raise FileError("The workbook unfolds to more than 2 GB.")


def _cell(value: object) -> str:
    """A cell as a person sees it, as far as that can be known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def _clean(cell: str) -> str:
    if "\0" in cell:
        raise FileError("The file holds NUL characters, which text never has.")
    return cell.strip()
