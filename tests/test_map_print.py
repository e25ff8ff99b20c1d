"""The map on paper: its curve, its gaps, and the PDF."""

import io

import pytest
from django.test import Client
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from programme.models import Organisation
from tests import factories
from tests.conftest import Url
from touchpoints.curve import MOST_COLUMNS, Stop, strips


def _stop(label: str, net: float | None, name: str = "Till") -> Stop:
    low, high = (None, None) if net is None else (net - 10, net + 10)
    return Stop("Paying", name, label, label, "★", net, low, high)


def test_the_curve_has_gaps_where_nothing_is_sure() -> None:
    stops = [
        *(_stop("magic", 60), _stop("misery", -60), _stop("hidden", None)),
        *(_stop("magic", 60), _stop("unclear", 5), _stop("magic", 70)),
    ]
    (strip,) = strips(stops)
    assert strip.path.count("M") == 1
    assert [mark.y is None for mark in strip.marks] == [False, False, True, False, False, False]
    assert strip.marks[0].y is not None
    assert strip.marks[1].y is not None
    assert strip.marks[0].y < strip.marks[1].y
    assert [band.name for band in strip.bands] == ["Paying"]


@pytest.mark.parametrize(("count", "parts"), [(0, 0), (1, 1), (MOST_COLUMNS + 1, 2), (400, 40)])
def test_a_journey_of_any_length(count: int, parts: int) -> None:
    found = list(strips([_stop("magic", 50, "x" * 300)] * count))
    assert len(found) == parts
    for strip in found:
        for mark in strip.marks:
            assert len(mark.lines) <= 4
            assert all(len(line) <= 15 for line in mark.lines)


def test_the_page_says_in_a_table_what_it_draws(
    as_member: Client, organisation: Organisation, map_url: Url
) -> None:
    assert "Nothing to print yet" in as_member.get(map_url("map_print")).text
    at = factories.touchpoint(organisation, "Till <1>")
    few = factories.touchpoint(organisation, "Door", on=at.stage)
    assert 'class="curve"' not in as_member.get(map_url("map_print")).text
    for code in ("2026Q2", "2026Q3"):
        factories.tally(at, factories.period(organisation, code), (18, 2, 0), source=code)
    factories.tally(few, factories.period(organisation), (1, 1, 1), source="few")
    page = " ".join(as_member.get(map_url("map_print")).text.split())
    assert 'class="curve"' in page
    assert "Till &lt;1&gt;" in page
    assert "Misery</span></td>" in page
    assert "Too few answers</span></td>" in page
    assert "in 2026Q2." in as_member.get(map_url("map_print") + "?period=2026q2").text
    assert as_member.get(map_url("map_print") + "?period=2099Q9").status_code == 200


def test_the_pdf_is_tagged_and_has_every_touchpoint(
    as_member: Client, organisation: Organisation, map_url: Url
) -> None:
    stage = factories.stage(organisation, "Paying")
    for number in range(14):
        at = factories.touchpoint(organisation, f"Place {number}", on=stage)
        factories.tally(at, factories.period(organisation), (number, 3, 14 - number))
    answer = as_member.get(map_url("map_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    read = PdfReader(io.BytesIO(answer.content))
    text = "\n".join(page.extract_text() for page in read.pages)
    assert "Place 0" in text
    assert "Place 13" in text
    assert float(read.pages[0].mediabox.width) > float(read.pages[0].mediabox.height)
    assert validate_pdf_bytes(answer.content, profile=ValidationProfile.PDF_UA_1).is_compliant
    assert as_member.get(map_url("map_pdf")).content == answer.content
