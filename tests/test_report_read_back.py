"""The printed report's structure and bad input, read back from the PDF as a stranger's tools do."""

import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from page import ValidationProfile, validate_pdf_bytes
from PIL import Image
from pypdf import PdfReader

from feedback.loyalty import Counted
from programme.models import Segment
from programme.printing import Printed
from reports.assembly import assemble
from reports.known import KnownGap
from tests.test_report_assembly import NOTHING, cell, heatmap, improvement, row
from tests.test_report_parts import link
from tests.test_report_pdf import figures, print_it, text_of

CHARTS = ("measures", "standing", "chain", "loyalty", "inside", "improvements")


def everything(language: str = "en") -> dict[str, Any]:
    """Figures in which every part has something, and from which all six charts are drawn."""
    history = (cell((9, 9, 9)), cell((9, 9, 12)))
    rows = [
        row(1, "Invoice", cell((30, 10, 12)), history=history, staff=(2, 9, 30)),
        row(2, "Hotline", cell((1, 4, 40)), history=history, staff=(3, 9, 30)),
    ]
    return figures(
        language=language,
        customers=heatmap(*rows),
        history=[NOTHING.quarter.shift(back) for back in range(-7, 1)],
        improvements=[improvement(touchpoint_id=1, expected_net=20)],
        links=[link(1, "The van’s list", (2, 8, 6)), link(2, "The right part", (14, 3, 1))],
        links_quarter=NOTHING.quarter,
        gaps={1: KnownGap(-40.0, -60.0, -20.0, real=True)},
        corners=[
            Counted(loyal=True, stayed=True, n=50, value=500),
            Counted(loyal=False, stayed=True, n=40, value=240),
        ],
    )


@pytest.fixture(scope="module")
def printed() -> Printed:
    return print_it(everything())


def structure(pdf: bytes) -> list[Any]:
    """Every element of the structure tree, in reading order."""

    def walk(node: Any) -> Iterator[Any]:
        found = node.get_object()
        if isinstance(found, list):
            for child in found:
                yield from walk(child)
        elif hasattr(found, "get"):
            if "/S" in found:
                yield found
            if "/K" in found:
                yield from walk(found["/K"])

    return list(walk(PdfReader(io.BytesIO(pdf)).root_object["/StructTreeRoot"]))


def headers(element: Any) -> list[str]:
    """The headers that a table cell names, by their identifiers."""
    found = element.get("/A")
    found = found.get_object() if found is not None else []
    attributes = found if isinstance(found, list) else [found]
    return [str(one) for part in attributes for one in part.get_object().get("/Headers", [])]


def test_every_table_cell_names_its_column_s_header_and_its_row_s(printed: Printed) -> None:
    elements = structure(printed.pdf)
    ids = {str(one["/ID"]) for one in elements if one["/S"] == "/TH"}
    cells = [one for one in elements if one["/S"] == "/TD"]
    assert len(cells) > 80
    assert all(set(headers(one)) and set(headers(one)) <= ids for one in cells)
    assert sum(len(headers(one)) >= 2 for one in cells) > len(cells) * 0.9


def test_every_header_has_a_name_that_no_other_has(printed: Printed) -> None:
    """Which is what a cell finds it by."""
    heads = [str(one["/ID"]) for one in structure(printed.pdf) if one["/S"] == "/TH"]
    assert len(set(heads)) == len(heads) > 40


def test_headings_go_down_step_by_step_and_every_picture_has_words(printed: Printed) -> None:
    elements = structure(printed.pdf)
    levels = [int(one["/S"][2]) for one in elements if one["/S"] in {f"/H{n}" for n in range(1, 7)}]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    figures_ = [one for one in elements if one["/S"] == "/Figure"]
    assert len(figures_) == len(CHARTS)
    assert all(len(str(one.get("/Alt", ""))) > 40 for one in figures_)


def test_all_six_charts_are_there_and_their_words_hold_their_figures(printed: Printed) -> None:
    alts = " ".join(str(one["/Alt"]) for one in structure(printed.pdf) if one["/S"] == "/Figure")
    for said in ("eight quarters", "by net", "weakest links", "four corners", "staff", "to reach"):
        assert said in alts, said
    assert validate_pdf_bytes(printed.pdf, profile=ValidationProfile.PDF_UA_1).is_compliant


def test_no_heading_stands_alone_at_a_page_s_foot(printed: Printed) -> None:
    """After every heading of the contents there is more on its page."""
    titles = {"Ten priorities", "The delivery chain", "Improvements", "Assurance", "Receipts"}
    for page in PdfReader(io.BytesIO(printed.pdf)).pages[1:]:
        lines = [line for line in page.extract_text().splitlines() if line.strip()]
        body = [line for line in lines if " of " not in line or len(line) > 12]
        assert not titles & {line.strip() for line in body[-2:]} - {lines[0].strip()}


def test_without_colour_each_moment_keeps_its_sign_and_a_shade_of_its_own(printed: Printed) -> None:
    """The legend, before the heatmap, in grey."""
    pages = [text_of(printed, page=number) for number in range(1, printed.pages + 1)]
    found = next(number for number, text in enumerate(pages, start=1) if "What it means" in text)
    for cue in "★△○▽▼⇄?":
        assert cue in pages[found - 1]
    last = str(found)
    done = subprocess.run(
        ["pdftoppm", "-gray", "-r", "90", "-f", last, "-l", last],
        input=printed.pdf,
        capture_output=True,
        check=True,
    )
    shades = Image.open(io.BytesIO(done.stdout)).histogram()
    # Misery, magic, leaning misery, leaning magic, mediocrity: at least thirty steps apart.
    for shade in (57, 127, 177, 208, 245):
        assert sum(shades[shade - 6 : shade + 7]) > 100, shade


# Bad input, printed


def test_four_hundred_touchpoints_are_capped_said_and_attached_whole() -> None:
    rows = [row(n, f"Touchpoint {n}", cell((20, 10, 5))) for n in range(1, 401)]
    known = replace(NOTHING, customers=replace(heatmap(*rows), segments=(Segment(name="All"),)))
    of = assemble(replace(known, before=NOTHING.quarter.shift(-1))).as_json()
    found = print_it(of)
    assert found.pages <= 20
    assert "250 more touchpoints did not fit" in " ".join(text_of(found).split())
    (attached,) = PdfReader(io.BytesIO(found.pdf)).attachments["heatmap-2026Q3.csv"]
    assert len(attached.decode("utf-8-sig").splitlines()) == 1 + 400 * 3


def test_a_first_quarter_and_one_without_ratings_are_whole_reports() -> None:
    rated = heatmap(row(1, "Invoice", cell((30, 10, 12))))
    first = figures(before=None, recommend=[None] * 8, customers=rated)
    text = " ".join(text_of(print_it(first)).split())
    assert "There is no earlier quarter to compare with." in text
    nothing = print_it(assemble(NOTHING).as_json())
    assert "No touchpoint is on the map yet." in " ".join(text_of(nothing).split())
    assert nothing.pages <= 6


@pytest.mark.parametrize(
    "name", ["N" * 300, "اسم طويل " * 33, "🧨🎉 " * 75, "<b>&amp; " * 37], ids=str
)
def test_a_name_of_three_hundred_letters_of_any_kind_prints(name: str) -> None:
    of = figures(
        customers=heatmap(row(1, name, cell((30, 10, 12), difference=-31, real=True))),
        organisation=name,
        improvements=[improvement(title=name, owner=name)],
    )
    found = print_it(of)
    assert 5 <= found.pages <= 12
