"""The report as a page: the same words and figures as its print, each leading to its source."""

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from programme.models import Membership, Organisation
from reports import queries, services
from reports.languages import LANGUAGES, direction
from reports.models import BoardReport
from reports.phrases import said
from reports.terms import SECTIONS
from tests import factories
from touchpoints.models import Improvement

HOSTILE = '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script>'


class Figures(HTMLParser):
    """The text of each table cell and each key number of the report, and every link."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []
        self._inside = 0
        self._aside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        classes = (named.get("class") or "").split()
        if tag == "a":
            self.links.append(named.get("href") or "")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if self._aside or tag == "details" or "visually-hidden" in classes:
            self._aside += tag not in {"img", "br", "rect", "meta", "link", "input"}
        elif self._inside:
            self._inside += tag not in {"img", "br", "rect", "meta", "link", "input"}
        elif tag in {"td", "th", "dd", "li"} or {"figure-value", "read"} & set(classes):
            self._inside = 1
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._aside:
            self._aside -= 1
        elif self._inside:
            self._inside -= 1

    def handle_data(self, data: str) -> None:
        if self._inside and not self._aside:
            self.texts[-1] += f" {data}"


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200e\u200f\u2066-\u2069]+", "", text)


@pytest.fixture
def built(organisation: Organisation, manager: Membership) -> BoardReport:
    return quarter_of(organisation, manager)


def quarter_of(organisation: Organisation, manager: Membership) -> BoardReport:
    """A quarter's report, built in the organisation's language of reports."""
    now = factories.period(organisation, "2026Q3")
    before = factories.period(organisation, "2026Q2")
    for name, then, today in (
        ("Invoice", (5, 10, 60), (60, 10, 5)),
        (f"Hotline {HOSTILE}", (9, 9, 9), (2, 4, 40)),
        ("Brochure", (1, 1, 1), (2, 3, 4)),
    ):
        touchpoint = factories.touchpoint(organisation, name)
        factories.tally(touchpoint, before, then)
        factories.tally(touchpoint, now, today)
    Improvement.objects.create(
        organisation=organisation, touchpoint=touchpoint, title="One page, not nine"
    )
    made = services.request_report(organisation=organisation, period=now, built_by=manager)
    services.build_report(report_id=made.pk)
    return BoardReport.objects.select_related("organisation", "period").get(pk=made.pk)


def address(report: BoardReport, view: str = "report", **kwargs: object) -> str:
    of = {"organisation": report.organisation.slug, "report": report.pk, **kwargs}
    return reverse(f"reports:{view}", kwargs=of)


def read(page: str) -> Figures:
    found = Figures()
    found.feed(page[page.index('<article class="report-twin"') : page.index("</article>")])
    return found


def test_every_figure_of_the_page_is_in_the_print(built: BoardReport, as_auditor: Client) -> None:
    found = read(as_auditor.get(address(built)).text)
    sheets = PdfReader(io.BytesIO(bytes(built.pdf or b""))).pages
    printed = squeezed("".join(sheet.extract_text() for sheet in sheets))
    texts = [squeezed(text) for text in found.texts if text.strip()]
    assert len(texts) > 60
    assert [text for text in texts if text not in printed] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_page_and_print_agree_in_every_language(
    language: str, organisation: Organisation, manager: Membership, as_auditor: Client
) -> None:
    """In all texts; in Arabic, whose letters a PDF joins and turns, in all numbers."""
    services.save_settings(organisation=organisation, language=language)
    made = quarter_of(organisation, manager)
    page = as_auditor.get(address(made)).text
    opening = f'<article class="report-twin" lang="{language}" dir="{direction(language)}">'
    assert opening in " ".join(page.split()).replace(" >", ">")
    sheets = PdfReader(io.BytesIO(bytes(made.pdf or b""))).pages
    printed = squeezed("".join(sheet.extract_text() for sheet in sheets))
    texts = [text for text in read(page).texts if text.strip()]
    if language == "ar":
        texts = re.findall(r"[+−]?\d[\d,]*%?", " ".join(texts))
        # A bracket beside a signed number is read back between its sign and its digits.
        printed = re.sub(r"[()]", "", printed)
    assert len(texts) > 60
    assert {text for text in map(squeezed, texts) if text not in printed} == set()
    for _, title in SECTIONS:
        assert f"<h2>{said(language, title)}</h2>" in page


def test_its_parts_are_the_print_s_and_its_headings_in_order(
    built: BoardReport, as_auditor: Client
) -> None:
    page = as_auditor.get(address(built)).text
    for key, title in SECTIONS:
        assert f'href="#{key}"' in page
        assert f'id="{key}"' in page
        assert f"<h2>{title}</h2>" in page
    levels = [1, *read(page).levels]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_figures_lead_to_where_they_come_from(built: BoardReport, as_auditor: Client) -> None:
    links = {link for link in read(as_auditor.get(address(built)).text).links if link[0] != "#"}
    assert any("/cell/?period=2026Q3&voice=customer&segment=all" in link for link in links)
    assert any("/touchpoints/improvements/" in link for link in links)
    for link in links:
        assert as_auditor.get(link).status_code in {200, 403}, link


def test_charts_are_pictures_with_words_and_a_table(built: BoardReport, as_auditor: Client) -> None:
    page = as_auditor.get(address(built)).text
    assert 'alt="Chart of the measures over eight quarters.' in page
    assert "The figures of this chart" in page
    chart = as_auditor.get(address(built, "report_chart", name="measures"))
    assert chart["Content-Type"] == "image/svg+xml"
    assert chart.content.startswith(b"<svg")
    nothing = as_auditor.get(address(built, "report_chart", name="nothing"))
    assert nothing.status_code == 404


def test_without_the_picture_the_table_stands_open(built: BoardReport, as_auditor: Client) -> None:
    cache.clear()
    page = as_auditor.get(address(built)).text
    assert "charts/measures.svg" not in page
    assert "<details open>" in page


def test_hostile_names_are_text_on_the_page(built: BoardReport, as_auditor: Client) -> None:
    page = as_auditor.get(address(built)).text
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)" in page


def test_strangers_find_nothing(built: BoardReport, stranger_client: Client) -> None:
    for view, more in (("report", {}), ("report_chart", {"name": "measures"})):
        assert stranger_client.get(address(built, view, **more)).status_code == 404


def test_the_page_asks_the_database_a_fixed_number_of_times(
    built: BoardReport, as_auditor: Client, django_assert_num_queries: Callable[..., object]
) -> None:
    as_auditor.get(address(built))
    with django_assert_num_queries(6):  # type: ignore[attr-defined]
        as_auditor.get(address(built))


def test_settings_are_kept_and_wrong_ones_refused(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    where = reverse("reports:settings", kwargs={"organisation": organisation.slug})
    assert as_member.get(where).status_code == 403
    good = {"days_after": "9", "link_days": "30"}
    assert as_manager.post(where, good).status_code == 302
    kept = queries.settings_of(organisation)
    assert (kept.automatic, kept.days_after) == (False, 9)
    for wrong in (good | {"language": "xx"}, good | {"days_after": "400"}, {}):
        assert as_manager.post(where, wrong).status_code == 422
