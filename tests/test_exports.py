"""A round's answers as CSV, a workbook and an SPSS file: streamed, whole, and nobody's secret."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyreadstat
import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Invitation, Round
from feedback.services import QuestionSpec, close_round, open_round
from programme.models import Organisation
from programme.sheets import stream_xlsx
from programme.spss import Variable, stream_sav
from tests import factories


def _read_sav(content: bytes, folder: Path) -> tuple[dict[str, list[Any]], Any]:
    file = folder / "read.sav"
    file.write_bytes(content)
    columns, meta = pyreadstat.read_sav(str(file), output_format="dict")
    return {name: list(values) for name, values in columns.items()}, meta


def test_an_spss_file_reads_back_as_it_was(tmp_path: Path) -> None:
    variables = [
        Variable("score", "How much?", labels={0: "Not at all", 10: "Very"}),
        Variable("who", "Who answered?", 10),
        Variable("a_name_longer_than_eight", "", 255),
        Variable("long", "In their own words", 900),
        Variable("just_over", "", 256),
    ]
    numbers: list[float | None] = [None, 0, 10, 3.5, 2000, -98]
    texts = ["", "short", "x" * 900, "é" * 450, "y" * 256, " led by a space"]
    rows = [
        (numbers[n % 6], ("", "Zoë")[n % 2], "n" * (n % 256), texts[n % 5], "q" * (n % 257))
        for n in range(1103)
    ]
    columns, meta = _read_sav(b"".join(stream_sav(variables, rows)), tmp_path)
    assert meta.column_names == [one.name for one in variables]
    assert meta.column_names_to_labels["long"] == "In their own words"
    assert meta.variable_value_labels == {"score": {0: "Not at all", 10: "Very"}}
    assert meta.file_encoding == "UTF-8"
    for place, name in enumerate(meta.column_names):
        assert columns[name] == [row[place] for row in rows], name


def test_text_that_is_too_wide_is_cut_after_a_whole_letter(tmp_path: Path) -> None:
    content = b"".join(stream_sav([Variable("word", "", 5)], [("ééé",), ("\x00ab",)]))
    columns, _ = _read_sav(content, tmp_path)
    assert columns["word"] == ["éé", "ab"]


def test_an_spss_file_without_rows(tmp_path: Path) -> None:
    columns, _ = _read_sav(b"".join(stream_sav([Variable("n")], [])), tmp_path)
    assert columns["n"] == []


def test_a_workbook_goes_on_in_the_next_sheet() -> None:
    rows = [(n, f"Row {n}") for n in range(7)]
    content = b"".join(stream_xlsx(("N", "Words"), rows, most_rows=4))
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    assert [len(sheet) for sheet in found] == [4, 4, 2]
    assert all(sheet[0] == ("N", "Words") for sheet in found)
    assert [row for sheet in found for row in sheet[1:]] == rows


def test_a_workbook_has_text_and_no_formulas() -> None:
    cells = ("=1+1", "<b>&amp;", "a\x07b", None, 3.5, " spaced ", "-4")
    content = b"".join(stream_xlsx(cells[:1], [cells]))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    (row,) = sheet.iter_rows(min_row=2, values_only=True)
    assert row == ("'=1+1", "<b>&amp;", "ab", None, 3.5, " spaced ", "-4")
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_a_workbook_is_written_as_its_rows_come() -> None:
    asked = 0

    def rows() -> Iterator[tuple[int]]:
        nonlocal asked
        for asked in range(1, 100_001):
            yield (asked,)

    parts = stream_xlsx(("N",), rows())
    next(parts)
    assert 0 < asked < 2000


def _sent(of: Organisation, *, confidential: bool = False) -> Round:
    survey = factories.survey(
        of,
        QuestionSpec("desk", "moment", "The front desk"),
        QuestionSpec("recommend", "recommend-10", "Would you recommend us?"),
        QuestionSpec("again", "yes-no", "Again?"),
        QuestionSpec("which", "one", "Which?", options=(("x", "The first"), ("y", "The second"))),
        QuestionSpec("liked", "several", "Liked?", options=(("f", "Food"), ("v", "View"))),
        QuestionSpec("order", "ranking", "Order?", options=(("p", "Price"), ("s", "Speed"))),
        QuestionSpec("why", "text", "Why?"),
    )
    sent = factories.draft_round(of, survey=survey, confidential=confidential)
    open_round(round=sent)
    return sent


def _answer(sent: Round, person_pk: int, **answers: Any) -> None:
    factories.submitted(Invitation.objects.get(round=sent, person=person_pk), **answers)


def _download(client: Client, closed: Round, kind: str) -> bytes:
    answer = client.get(
        reverse("feedback:round_export", args=[closed.organisation.slug, closed.pk, kind])
    )
    assert answer.status_code == 200
    assert answer.streaming
    assert f".{kind}" in answer.headers["Content-Disposition"]
    return b"".join(answer)


@pytest.fixture
def named(organisation: Organisation) -> Round:
    offices = factories.segment(organisation, "Offices")
    ada = factories.customer(organisation, "Ada Lovelace", segment=offices)
    bob = factories.customer(organisation, "=Bob")
    sent = _sent(organisation)
    _answer(
        sent,
        ada.pk,
        desk="magic",
        recommend=9,
        again="no",
        which="y",
        liked=["v"],
        order=["s", "p"],
        why="=HYPERLINK(1) très bien",
    )
    _answer(sent, bob.pk, recommend=0)
    return close_round(round=sent)


HEADINGS = [
    *("Response", "Handed in", "Person", "Segment", "The front desk", "Would you recommend us?"),
    *("Again?", "Which?", "Liked?: Food", "Liked?: View", "Order?: Price", "Order?: Speed", "Why?"),
]


@pytest.mark.django_db
def test_csv(named: Round, as_manager: Client) -> None:
    text = _download(as_manager, named, "csv").decode("utf-8-sig")
    headings, *rows = list(csv.reader(io.StringIO(text)))
    assert headings == HEADINGS
    by_name = {row[2]: row for row in rows}
    assert by_name["Ada Lovelace"][3:] == [
        *("Offices", "Better than I hoped", "9", "No", "The second", "No", "Yes", "2", "1"),
        "'=HYPERLINK(1) très bien",
    ]
    assert by_name["'=Bob"][3:] == ["", "", "0", *[""] * 7]


@pytest.mark.django_db
def test_xlsx(named: Round, as_manager: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_download(as_manager, named, "xlsx")))
    headings, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert list(headings) == HEADINGS
    assert {row[2]: row[5] for row in rows} == {"Ada Lovelace": 9, "'=Bob": 0}


@pytest.mark.django_db
def test_sav(named: Round, as_manager: Client, tmp_path: Path) -> None:
    columns, meta = _read_sav(_download(as_manager, named, "sav"), tmp_path)
    assert meta.column_names_to_labels["desk"] == "The front desk"
    assert meta.variable_value_labels["which"] == {1: "The first", 2: "The second"}
    ada = columns["person"].index("Ada Lovelace")
    assert [columns[name][ada] for name in ("desk", "recommend", "again", "which")] == [1, 9, 2, 2]
    assert [columns[name][ada] for name in ("liked_1", "liked_2", "order_1")] == [0, 1, 2]
    assert columns["why"][ada] == "=HYPERLINK(1) très bien"
    assert columns["which"][1 - ada] is None


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx", "sav"])
def test_a_confidential_round_gives_what_closing_stored(
    organisation: Organisation, as_manager: Client, kind: str, tmp_path: Path
) -> None:
    people = [factories.customer(organisation, f"Person {n}") for n in range(12)]
    sent = _sent(organisation, confidential=True)
    for n, person in enumerate(people):
        _answer(sent, person.pk, recommend=n % 11, why=f"Secret {n}")
    closed = close_round(round=sent)
    content = _download(as_manager, closed, kind)
    if kind == "sav":
        columns, _ = _read_sav(content, tmp_path)
        rows = [list(map(str, row)) for row in zip(*columns.values(), strict=True)]
    elif kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        rows = [list(map(str, row)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
    assert closed.results is not None
    stored = closed.results["questions"]["recommend"]["counts"]
    found = {row[3]: int(float(row[4])) for row in rows if row[0] == "recommend"}
    assert found == stored
    said = str(rows)
    assert "Person" not in said
    assert "Secret" not in said


@pytest.mark.django_db
def test_who_may_take_it(
    organisation: Organisation, named: Round, as_member: Client, as_auditor: Client
) -> None:
    address = reverse("feedback:round_export", args=[organisation.slug, named.pk, "csv"])
    assert as_member.get(address).status_code == 403
    assert as_auditor.get(address).status_code == 403


@pytest.mark.django_db
def test_what_is_no_export(organisation: Organisation, named: Round, as_manager: Client) -> None:
    for pk, kind in ((named.pk, "exe"), (factories.draft_round(organisation).pk, "csv")):
        address = reverse("feedback:round_export", args=[organisation.slug, pk, kind])
        assert as_manager.get(address).status_code == 404
