"""What stands in the charts, and how far their marks reach, is what the page's tables say."""

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from programme.models import Organisation
from reports import drawings, languages, rendering
from reports.models import BoardReport
from tests import factories
from tests.test_report_pdf import AT, text_of
from tests.test_report_read_back import everything
from tests.test_report_twin import squeezed

SVG = "{http://www.w3.org/2000/svg}"
# Of a mark's own words, as the renderer writes them: "net: −34.6; touchpoint: Invoice".
VALUES = ("net", "now", "before", "plan", "share", "value")
NAMES = ("touchpoint", "improvement")


def words_of(drawing: str) -> list[str]:
    """What is written in it, but for the ticks of axes."""

    def walk(node: ElementTree.Element) -> None:
        label = node.get("aria-label", "")
        if label.startswith(("X-axis", "Y-axis for a linear")):
            return
        if node.tag == f"{SVG}text" and node.text:
            found.append(node.text)
        for child in node:
            walk(child)

    found: list[str] = []
    walk(ElementTree.fromstring(drawing))  # noqa: S314  (our own)
    return found


def marks_of(drawing: str) -> list[tuple[str, str, float]]:
    """The name of what each mark is about, where it has one, and a value that it shows."""
    found = []
    for label in re.findall(r'aria-label="([^"]*: [^"]*; [^"]*)"', drawing):
        parts = dict(part.split(": ", 1) for part in unescape(label).split("; ") if ": " in part)
        name = next((parts[key] for key in NAMES if key in parts), "")
        found += [
            (name, key, float(parts[key].replace("−", "-")))
            for key in VALUES
            if parts.get(key, "null") != "null"
        ]
    return found


@pytest.fixture(params=["en", "de", "ar"])
def shown(
    request: pytest.FixtureRequest, organisation: Organisation, as_auditor: Client
) -> tuple[str, dict[str, str], str, str]:
    """The language, the six charts, the page, and the text of the print."""
    figures = everything(request.param)
    printed = rendering.print_report(figures, edition=1, built_at=AT)
    made = BoardReport.objects.create(
        organisation=organisation,
        period=factories.period(organisation, "2026Q3"),
        state=BoardReport.State.READY,
        figures=figures,
        pdf=printed.pdf,
        pages=printed.pages,
    )
    where = reverse("reports:report", kwargs={"organisation": organisation.slug, "report": made.pk})
    charts = drawings.drawn_charts(figures)
    assert len(charts) == 6
    return request.param, charts, as_auditor.get(where).text, text_of(printed)


def test_every_word_and_figure_of_the_charts_is_on_the_page_and_in_the_print(
    shown: tuple[str, dict[str, str], str, str],
) -> None:
    language, charts, html, printed = shown
    page = squeezed(unescape(re.sub(r"<[^>]*>", " ", html)))
    read = squeezed(printed)
    for name, drawing in charts.items():
        words = words_of(drawing)
        assert words, name
        for one in words:
            if re.search(r"\d", one) and name in {"chain", "loyalty"}:
                # The numbers of links, and a share with its interval: apart in the tables.
                assert all(number in page for number in re.findall(r"\d+", one)), (name, one)
                continue
            assert squeezed(one) in page, (name, one)
            if language != "ar":  # whose letters are read back in the order of the page
                assert squeezed(one) in read, (name, one)


def test_every_mark_is_where_the_page_s_tables_say(
    shown: tuple[str, dict[str, str], str, str],
) -> None:
    language, charts, html, _ = shown
    rows = [
        squeezed(unescape(re.sub(r"<[^>]*>", " ", row)))
        for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    ]
    checked = 0
    for chart in ("measures", "standing", "inside", "improvements", "loyalty"):
        for name, key, value in marks_of(charts[chart]):
            percent = key == "share"
            write = languages.percent if percent else languages.points
            written = {squeezed(write(language, value))}
            if chart == "measures":
                written.add(squeezed(languages.percent(language, value)))
            about = [row for row in rows if squeezed(name) in row]
            assert any(one in row for row in about for one in written), (chart, name, key, value)
            checked += 1
    assert checked > 12
