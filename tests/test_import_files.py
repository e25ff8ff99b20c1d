"""What counts as a table and as a mapping, without a database."""

import csv
import io
from typing import Any

import pytest

from feedback.import_files import FileError, open_answers
from feedback.mapping import MappingError, parse_mapping
from tests.test_import_responses import MAPPING


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["id", "Stück, Zahl", "Größe"])
    writer.writerow(["1", "fünf, sechs; sieben", "Straße und Käse über die Brücke"])
    opened = open_answers(io.BytesIO(out.getvalue().encode(encoding)))
    assert opened.headings == ["id", "Stück, Zahl", "Größe"]
    assert list(opened.rows()) == [
        (2, ["1", "fünf, sechs; sieben", "Straße und Käse über die Brücke"])
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n ",
        b"PK\x03\x04 but no workbook",
        b"id,line\x00\n1,2",
        b"id,line\n1,2\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b'id,x\n1,"' + b"y" * 200_000,
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(FileError):
        list(open_answers(io.BytesIO(content)).rows())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[round]", "[round"), "not valid TOML"),
        (('period = "2025Q3"', 'period = "2025Q5"'), "not a quarter"),
        (('audience = "external"', 'audience = "everyone"'), "audience must be"),
        (("title =", "titel ="), "“titel” means nothing"),
        (('id = "id"', ""), "needs “id”"),
        (('id = "id"', "id = 3"), "must be a text"),
        (("satisfaction-5", "stars"), "scale must be one of"),
        (('stage = "On board"', "", 1), "belong together"),
        (('column = "again"', 'column = "deck"'), "the same column"),
        (('touchpoint = "Crew"', 'touchpoint = "deck"', 1), "the same stage and touchpoint"),
        (('blank = ["11"]', 'blank = "11"'), "must be a list"),
        (('blank = ["11"]', "blank = [true]"), "texts and whole numbers"),
        (("[segment]", "[team]"), "does not fit"),
        (("Riders 2025", "R" * 300), "longer than 200"),
        (("Riders 2025", "R\\u0000"), "NUL"),
    ],
)
def test_a_mapping_that_says_too_little_is_refused_by_place(
    change: tuple[Any, ...], words: str
) -> None:
    with pytest.raises(MappingError, match=words):
        parse_mapping(MAPPING.replace(*change))


def test_mappings_hold_what_the_design_shows() -> None:
    mapping = parse_mapping(MAPPING)
    assert mapping.columns() == ["id", "line", "deck", "crew", "again", "words"]
    assert (mapping.quarter.code, mapping.audience) == ("2025Q3", "external")
    assert [question.key for question in mapping.questions] == ["deck", "crew", "again", "words"]
