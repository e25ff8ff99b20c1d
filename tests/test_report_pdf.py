"""The printed report, read back as a stranger would read it."""

import datetime as dt
import io
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from programme import press
from programme.printing import Printed, PrintError, print_document
from reports import rendering
from reports.assembly import assemble
from reports.contents import MissionPart, Report
from reports.heatmap_table import heatmap_csv
from reports.known import Recommend
from reports.terms import SECTIONS
from tests.test_report_assembly import NOTHING, cell, heatmap, improvement, row

AT = dt.datetime(2026, 10, 6, 9, 0, tzinfo=dt.UTC)
HOSTILE = '</td><img src="http://127.0.0.1:9/x.png"><script>alert(1)</script> =1+1 <a href="file:///etc/passwd">'


def figures(**fields: object) -> dict[str, Any]:
    rows = [
        row(1, "Invoice", cell((30, 10, 12), difference=-31, real=True), staff=(2, 9, 30)),
        row(2, "Hotline", cell((1, 4, 40), difference=4)),
        row(3, "Brochure", cell((2, 3, 3)), priority=None),
        row(4, "Trade fair", cell((1, 1, 1)), priority=None),
    ]
    known = replace(
        NOTHING,
        customers=heatmap(*rows),
        before=NOTHING.quarter.shift(-1),
        recommend=[None] * 6 + [Recommend(20, 30, 50), Recommend(18, 30, 55)],
        improvements=[improvement()],
        mission=MissionPart(
            "No workshop stands still because of us.", dt.date(2025, 3, 3), None, ()
        ),
    )
    report: Report = assemble(replace(known, **fields))  # type: ignore[arg-type]
    return report.as_json()


def print_it(of: dict[str, Any]) -> Printed:
    return rendering.print_report(of, edition=1, built_at=AT)


@pytest.fixture(scope="module")
def printed() -> Printed:
    return print_it(figures())


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_logo_without_a_size_of_its_own_is_printed_in_both_directions(language: str) -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
    )
    of = figures() | {"language": language, "logo": "a.svg"}
    made = rendering.print_report(of, edition=1, built_at=AT, pictures={"logos/a.svg": drawing})
    assert made.pages > 3


@pytest.mark.parametrize(("language", "paper"), [("en", "A4"), ("de", "letter")])
def test_a_summary_of_many_words_is_one_page(language: str, paper: str) -> None:
    """Four asks, three worries with long names, and a change: set smaller, where it must."""
    rows = [
        row(n, f"Touchpoint {n} " + "with a rather long name " * 3, cell((40, 5, 3), difference=1))
        for n in range(1, 5)
    ]
    of = figures(
        customers=heatmap(*rows),
        language=language,
        improvements=[
            improvement(title=f"Late one {n} " * 4, due_on=dt.date(2026, 1, n)) for n in (1, 2)
        ],
    ) | {"paper": paper}
    assert len(of["asks"]) == 4
    made = print_it(of)
    assert "SHA-256" in text_of(made, page=1)
    told = text_of(made, page=2).split()
    assert told[-3:] == ["2", "of" if language == "en" else "von", str(made.pages)]
    last = {"en": "detectable", "de": "feststellbare"}[language]
    assert any(last in word for word in told[-14:])
    assert {"en": "What changed", "de": "Was sich verändert hat"}[language] in text_of(made, page=3)


def text_of(printed: Printed, page: int = 0) -> str:
    only = ["-f", str(page), "-l", str(page)] if page else []
    done = subprocess.run(
        ["pdftotext", "-layout", *only, "-", "-"],
        input=printed.pdf,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def test_it_is_a_tagged_accessible_pdf(printed: Printed) -> None:
    found = validate_pdf_bytes(printed.pdf, profile=ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []
    assert found.is_compliant


def test_it_says_who_and_when_and_in_which_language(printed: Printed) -> None:
    reader = PdfReader(io.BytesIO(printed.pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "Harbour & Vale: board report 2026Q3"
    assert str(reader.root_object["/Lang"]) == "en"
    assert reader.get_num_pages() == printed.pages
    assert 5 <= printed.pages <= 9


def test_bookmarks_lead_to_every_part(printed: Printed) -> None:
    outline = PdfReader(io.BytesIO(printed.pdf)).outline
    titles = [item.title for item in outline if not isinstance(item, list)]
    for _, title in SECTIONS:
        assert title in titles


def test_the_contents_give_the_right_pages(printed: Printed) -> None:
    reader = PdfReader(io.BytesIO(printed.pdf))
    listed = dict(re.findall(r"^ *(\S.*?)  +(\d+)$", text_of(printed, page=1), re.MULTILINE))
    for _, title in SECTIONS:
        page = reader.pages[int(listed[title]) - 1].extract_text()
        assert title.casefold() in page.replace("\n", " ").casefold()


def test_the_pages_carry_running_heads_and_numbers(printed: Printed) -> None:
    reader = PdfReader(io.BytesIO(printed.pdf))
    last = reader.pages[-1].extract_text()
    assert "Harbour & Vale" in last
    assert f"{printed.pages} of {printed.pages}" in last
    assert "1 of" not in reader.pages[0].extract_text()


def test_it_prints_what_the_figures_say(printed: Printed) -> None:
    text = " ".join(text_of(printed).split())
    of = figures()
    assert of["headline"] in text
    assert "No workshop stands still because of us." in text
    assert "too few" in text
    assert "▼" in text
    assert "★" in text


def test_every_font_is_the_project_s_own_and_inside(printed: Printed) -> None:
    listed = subprocess.run(
        ["pdffonts", "-"], input=printed.pdf, capture_output=True, check=True
    ).stdout.decode()
    fonts = [line.split() for line in listed.splitlines()[2:]]
    assert fonts
    for font in fonts:
        assert (
            font[0]
            .split("+")[1]
            .startswith(("Inter", "Source-Serif", "Cues", "IBM-Plex-Sans-Arabic"))
        ), font[0]
        assert font[-5] == "yes", f"{font[0]} is not embedded"


def test_charts_have_words(printed: Printed) -> None:
    raw = print_it(figures())
    reader = PdfReader(io.BytesIO(raw.pdf))
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif hasattr(node, "get"):
            if node.get("/S") == "/Figure":
                found.append(str(node.get("/Alt")))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.root_object["/StructTreeRoot"])
    assert len(found) == 2
    assert found[0].startswith("Chart of the measures over eight quarters. Would recommend us:")
    assert found[1].startswith("Chart of 2 touchpoints by net, from Invoice")


def test_the_figures_are_attached_as_csv(printed: Printed) -> None:
    attached = PdfReader(io.BytesIO(printed.pdf)).attachments
    (content,) = attached["heatmap-2026Q3.csv"]
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("period,stage,touchpoint,voice,segment,n,")
    assert lines[1].startswith("2026Q3,In the shop,Invoice,customer,,52,30,10,12,")
    hidden = [line for line in lines if "Trade fair" in line]
    assert hidden
    assert all(line.endswith(",,,,,,,too few answers") for line in hidden)


def test_the_same_figures_give_the_same_bytes(printed: Printed) -> None:
    assert print_it(figures()).pdf == printed.pdf


def test_hostile_names_are_printed_as_text_and_nothing_is_fetched() -> None:
    rows = [row(1, HOSTILE, cell((30, 10, 12))), row(2, "ש" * 300 + " 🧨", cell((3, 10, 12)))]
    of = figures(customers=heatmap(*rows), organisation=HOSTILE)
    found = print_it(of)
    assert "<script>alert(1)</script>" in text_of(found)
    assert heatmap_csv(of).count("http://127.0.0.1:9") == 3


def test_a_name_that_looks_like_a_formula_is_text_in_the_csv() -> None:
    of = figures(customers=heatmap(row(1, "=HYPERLINK(1)", cell((30, 10, 12)))))
    assert ",'=HYPERLINK(1)," in heatmap_csv(of)


def test_nothing_at_all_still_prints() -> None:
    found = print_it(assemble(NOTHING).as_json())
    assert "Nothing can be said about 2026Q3 yet" in " ".join(text_of(found).split())
    assert validate_pdf_bytes(found.pdf, profile=ValidationProfile.PDF_UA_1).is_compliant


def test_more_touchpoints_than_fit_are_counted() -> None:
    rows = [row(key, f"Touchpoint {key}", cell((9, 9, 9))) for key in range(1, 201)]
    of = figures(customers=heatmap(*rows))
    text = " ".join(text_of(print_it(of)).split())
    assert "50 more touchpoints did not fit" in text
    assert len(heatmap_csv(of).splitlines()) == 1 + 200 * 3


def test_many_segments_are_split_over_tables() -> None:
    of = figures()
    of["heatmap"]["segments"] = [f"Segment {n}" for n in range(20)]
    for stage in of["heatmap"]["stages"]:
        for line in stage["rows"]:
            line["cells"] = line["cells"] * 20
    text = " ".join(text_of(print_it(of)).split())
    assert "part 3 of 3" in text
    assert "Segment 19" in text


def test_a_print_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "MOST_SECONDS", 0.3)
    with pytest.raises(PrintError, match="was stopped"):
        print_it(figures())


def test_the_press_reads_only_the_project_s_own_files(tmp_path: Path) -> None:
    static = Path(settings.BASE_DIR) / "static"
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    files = press.own_files(static, {"charts/measures.svg": b"<svg/>"})
    assert files.fetch((static / "charts" / "measures.svg").as_uri()).read() == b"<svg/>"
    assert files.fetch((static / "css" / "report-print.css").as_uri()).read()
    for address in (
        secret.as_uri(),
        "http://127.0.0.1:9/x.png",
        "https://example.com/",
        "file://example.com/etc/passwd",
        (static / ".." / "manage.py").as_uri(),
        static.as_uri() + "/%2e%2e/manage.py",
        "data:image/svg+xml,<svg/>",
        "ftp://example.com/x",
    ):
        with pytest.raises(ValueError, match="own files"):
            files.fetch(address)


def test_charts_are_drawn_once_for_the_same_figures() -> None:
    of = figures(recommend=[None] * 6 + [Recommend(2, 3, 44), Recommend(3, 4, 45)])
    first: list[str] = []
    again: list[str] = []
    rendering.print_report(of, edition=1, built_at=AT, say=first.append)
    rendering.print_report(of, edition=1, built_at=AT, say=again.append)
    assert first == ["charts", "pages"]
    assert again == ["pages"]


def test_figures_survive_the_database() -> None:
    of = figures()
    assert json.loads(json.dumps(of)) == of
    assert rendering.fingerprint_of(of) == rendering.fingerprint_of(figures())


def test_letter_paper_is_letter_on_every_page() -> None:
    found = print_it(figures(improvements=[]) | {"paper": "letter"})
    sizes = {
        tuple(sorted(round(float(side)) for side in page.mediabox[2:]))
        for page in PdfReader(io.BytesIO(found.pdf)).pages
    }
    assert sizes == {(612, 792)}
    assert validate_pdf_bytes(found.pdf, profile=ValidationProfile.PDF_UA_1).is_compliant


ARABIC = "خدمة الاستقبال في الفندق"


def test_arabic_is_set_in_our_own_font_and_read_back_in_its_order() -> None:
    """Letters joined and running from right to left; what a reader copies is what was typed."""
    found = print_it(figures(customers=heatmap(row(1, ARABIC, cell((30, 10, 12))))))
    listed = subprocess.run(["pdffonts", "-"], input=found.pdf, capture_output=True, check=True)
    assert "IBM-Plex-Sans-Arabic" in listed.stdout.decode()
    read = text_of(found)
    assert "خدمة" in read
    assert "الفندق" in read


def test_arabic_hotel_guests_words_are_set_without_a_missing_letter(shared_data: Path) -> None:
    """Real names and comments: every letter has its glyph in a font of ours."""
    file = next((shared_data / "arabic-hotel").glob("*.xml"))
    texts = re.findall(r"<text>([^<]{10,80})", file.read_text(encoding="utf-8"))[:12]
    assert len(texts) == 12
    rows = [row(key, text, cell((30, 10, 12))) for key, text in enumerate(texts, start=1)]
    found = print_it(figures(customers=heatmap(*rows), organisation=texts[0]))
    listed = subprocess.run(
        ["pdffonts", "-"], input=found.pdf, capture_output=True, check=True
    ).stdout.decode()
    for font in (line.split()[0] for line in listed.splitlines()[2:]):
        assert font.split("+")[1].startswith(
            ("Inter", "Source-Serif", "Cues", "IBM-Plex-Sans-Arabic")
        )


class Listener(ThreadingHTTPServer):
    """Counts whoever asks it for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_in_any_field_of_the_figures_is_fetched_or_executed(listener: Listener) -> None:
    """Every text that the figures hold, hostile at once: markup, styles, SVG, addresses."""
    there = f"http://127.0.0.1:{listener.server_port}/"
    hostile = (
        f'"><img src="{there}img"><link rel=stylesheet href="{there}css">'
        f"<style>@import url({there}import);body{{background:url({there}background)}}</style>"
        f'<svg><image href="{there}svg"/><script>fetch("{there}script")</script></svg>'
        '<object data="file:///etc/passwd"></object><iframe src="file:///etc/passwd"></iframe>'
        "{{ report }}{% now 'Y' %}&amp;"
    )

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoil(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [spoil(each, key) for each in value]
        return f"{value}{hostile}" if isinstance(value, str) and key not in KEPT else value

    found = print_it(spoil(figures()))
    assert listener.asked == []
    text = "".join(text_of(found).split())
    assert '<objectdata="file:///etc/passwd">' in text
    assert "root:" not in text
    assert "{{report}}" in text


# Codes that are compared, not printed as they are.
KEPT = {
    *("language", "paper", "label", "key", "unit", "period", "quarters", "layout", "colour"),
    *("logo", "logo_kind"),
}


def test_a_picture_made_for_a_page_cannot_reach_outside(listener: Listener, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for print")
    there = f"http://127.0.0.1:{listener.server_port}/svg"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" '
        f'width="90" height="90"><image x:href="{there}" width="9" height="9"/>'
        f'<image href="{secret.as_uri()}" width="9" height="9"/><use href="{there}#a"/>'
        f'<style>@import url({there});</style><rect width="9" height="9"/></svg>'
    )
    made = print_document(
        "<!DOCTYPE html><html lang=en><title>A</title><h1>A</h1><img src=it.svg alt=It>",
        identifier="a",
        at=AT,
        pictures={"it.svg": svg.encode()},
    )
    assert made.pages == 1
    assert listener.asked == []


def test_a_print_that_takes_too_much_memory_is_stopped() -> None:
    cell_ = "<td>" + "x" * 50_000
    html = f"<!DOCTYPE html><title>A</title><table><tr>{cell_ * 4_000}</table>"
    with pytest.raises(PrintError, match=r"was stopped"):
        print_document(html, identifier="a", at=AT, seconds=60)


def test_a_press_that_nobody_stops_ends_by_itself() -> None:
    """Its own limit on CPU time, for a parent that was killed."""
    code = "from programme.apart import begin; begin()\nwhile True: pass"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        input='{"seconds": 0.1}',
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGXCPU


def test_page_one_is_one_page_whatever_the_names_are() -> None:
    """Three gains, three worries and four decisions, all with names of 300 characters."""
    rows = [
        row(key, f"{key} " + "Ein langer Name שם 🧨 " * 14, cell(counts, difference=way, real=True))
        for key, counts, way in (
            (1, (1, 4, 40), 30),
            (2, (1, 4, 40), 29),
            (3, (1, 4, 40), 28),
            (4, (40, 5, 1), -30),
            (5, (40, 5, 1), -29),
            (6, (40, 5, 1), -28),
        )
    ]
    late = [improvement(touchpoint_id=9, title="T" * 300, due_on=dt.date(2026, 9, 1))] * 2
    of = figures(customers=heatmap(*rows), improvements=late)
    assert (len(of["gains"]), len(of["worries"]), len(of["asks"])) == (3, 3, 4)
    found = print_it(of)
    first = " ".join(text_of(found, page=2).split())
    assert "Would recommend us" in first
    assert "Decisions asked of the board" in first
    assert "It was due on 1 September 2026" in first
    assert "What changed" in text_of(found, page=3)
