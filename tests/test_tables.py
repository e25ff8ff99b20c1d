"""Tables as people send them, and as they get them back."""

import io
import zipfile

import openpyxl
import pytest

from programme.tables import TableError, read_table, write_csv, write_xlsx


def _workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding(encoding: str) -> None:
    table = read_table("name,team\nZoë Müller,Küche\n".encode(encoding), "people.csv")
    assert table.headings == ["name", "team"]
    assert table.rows == [["Zoë Müller", "Küche"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter(delimiter: str) -> None:
    content = f"name{delimiter}email\nAda{delimiter}ada@example.com\n".encode()
    assert read_table(content, "x").rows == [["Ada", "ada@example.com"]]


def test_quoted_line_breaks_empty_lines_and_short_rows() -> None:
    table = read_table(b'name,note\n"Ada","one\ntwo"\n\n,\nTom\n', "x.csv")
    assert table.rows == [["Ada", "one\ntwo"], ["Tom", ""]]
    assert table.numbers == [2, 5]


def test_a_formula_in_a_workbook_is_its_own_text() -> None:
    table = read_table(_workbook(["name", "value"], ["=1+1", 12000.0]), "x.xlsx")
    assert table.rows == [["=1+1", "12000"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"name\nAd\x00a\n", "not a table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a table"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (b"name\nAda,too,many\n", "more columns"),
        (b'name\n"never closed\n', "cannot be read"),
        (b"name\n" + b"x" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(TableError, match=words):
        read_table(content, "file.csv")


def test_a_zip_bomb_is_not_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(101 * 1024 * 1024))
    with pytest.raises(TableError, match="too large once unpacked"):
        read_table(file.getvalue(), "bomb.xlsx")


def test_too_many_rows() -> None:
    with pytest.raises(TableError, match="more than 200,000 rows"):
        read_table(b"n\n" + b"1\n" * 200_001, "x.csv")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_what_looks_like_a_formula_leaves_as_text(start: str) -> None:
    cell = f"{start}cmd|' /C calc'!A0"
    written = "".join(write_csv(["name"], [[cell]])).encode()
    assert read_table(written, "x.csv").rows == [[f"'{cell}"]]
    assert read_table(write_xlsx(["name"], [[cell]]), "x.xlsx").rows == [[f"'{cell}"]]


def test_numbers_stay_numbers() -> None:
    written = "".join(write_csv(["value"], [[-5]]))
    assert written.splitlines()[1] == "-5"
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(["value"], [[-5]])))
    assert book.worksheets[0]["A2"].value == -5
