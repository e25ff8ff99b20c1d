"""The report in five languages: every phrase in each, set in our own fonts, read back."""

import copy
import datetime as dt
import io
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from fontTools.ttLib import TTFont
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from feedback.loyalty import Counted
from programme.models import Organisation
from reports import rendering, services
from reports.assembly import assemble
from reports.contents import DecisionLine, MissionPart, RuleLine
from reports.earlier import in_todays_shape
from reports.heatmap_table import heatmap_csv
from reports.known import (
    Known,
    KnownComments,
    KnownGap,
    KnownReceipt,
    KnownWeight,
    Recommend,
)
from reports.languages import LANGUAGES, direction, spoken
from reports.phrases import phrases, said
from reports.terms import DEFINITIONS, MOMENTS, SECTIONS
from reports.wording import sentences, words_of
from reports.words import MOMENT_WORDS, Passage, Points, Said, say
from tests.test_report_assembly import NOTHING, cell, heatmap, improvement, row
from tests.test_report_parts import link
from tests.test_report_pdf import AT, print_it, text_of

_REPORTS = Path(settings.BASE_DIR) / "templates" / "reports"
TEMPLATES = sorted([*(_REPORTS / "print").glob("*.html"), *(_REPORTS / "parts").glob("*.html")])
PAGES = [*TEMPLATES, _REPORTS / "_chart_figures.html", *_REPORTS.glob("email.*")]


def test_every_phrase_is_there_in_every_language_with_the_same_fields() -> None:
    for english, others in phrases().items():
        assert len(others) == len(LANGUAGES) - 1, english
        for other in others:
            assert other.strip()
            assert set(re.findall(r"\{\w+\}", other)) == set(re.findall(r"\{\w+\}", english))


def test_every_phrase_of_the_print_is_in_the_table() -> None:
    wanted = {title for _, title in SECTIONS} | {meaning for _, meaning in MOMENTS}
    wanted |= {word for pair in DEFINITIONS for word in pair} | set(MOMENT_WORDS.values())
    for template in PAGES:
        text = template.read_text(encoding="utf-8")
        found = re.findall(r"""\{\{ (?:"([^"]+)"|'([^']+)')\|said \}\}""", text)
        wanted |= {one or other for one, other in found}
        wanted |= set(re.findall(r'\{% say "([^"]+)"', text))
    assert len(wanted) > 100
    assert wanted - phrases().keys() - sentences().keys() == set()


def test_no_words_of_the_print_stand_outside_the_table() -> None:
    """What is left in the templates is punctuation, markup and figures."""
    left = {}
    for template in PAGES:
        text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", text, flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "|", text)
        if words := re.findall(r"[A-Za-z]{2,}[A-Za-z ]*", text):
            left[template.name] = words
    assert left == {}


def everything(language: str) -> Known:
    """A quarter of which every part has something to say."""
    rows = [
        row(1, "Rechnung", cell((30, 10, 12), difference=-31, real=True), staff=(2, 9, 30)),
        row(2, "Vertrag", cell((1, 4, 40), difference=28, real=True), staff=(40, 9, 2)),
        row(3, "Prospekt", cell((2, 3, 3)), priority=None),
        row(4, "Messe", cell((1, 1, 1)), priority=None),
    ]
    rows[0] = replace(rows[0], figures=replace(rows[0].figures, blind_spot=True))
    late = dt.date(2026, 9, 1)
    quarter = Passage((say("improvements.expected", net=Points(20), quarter=NOTHING.quarter),))
    done = improvement(state="done", state_words=Said("Done"), done_on=dt.date(2026, 8, 1))
    fits = ("Helps the mission", "Neutral to the mission", "Hurts the mission")
    decisions = tuple(
        DecisionLine("Wagen", "Näher", Said(fit), "", late, Said("Asked first what it changes"))
        for fit in fits
    )
    return replace(
        NOTHING,
        organisation="Werft",
        language=language,
        customers=heatmap(*rows),
        before=NOTHING.quarter.shift(-1),
        recommend=[None] * 4 + [Recommend(20 + n, 30, 50) for n in range(4)],
        improvements=[
            improvement(title="Eine Seite", due_on=late, expected=quarter, expected_net=20.0),
            replace(done, title="Ein Brief"),
            improvement(touchpoint_id=2, state="planned", state_words=Said("Planned"), owner=""),
        ],
        receipts=[KnownReceipt("Herbst", Said("Customers"), True, 1200, 3, 1190, 7, 640, False)],
        mission=MissionPart("Niemand wartet.", dt.date(2025, 3, 3), late, decisions, 2, 3),
        review_on=late,
        links=[
            link(1, "Teil", (14, 3, 1), giver="Lager", receiver="Werk", touchpoint="Warten"),
            link(2, "Liste", (2, 8, 6), giver="Plan", receiver="Lager", touchpoint="Warten"),
        ],
        links_quarter=NOTHING.quarter,
        gaps={
            1: KnownGap(-40.0, -60.0, -20.0, real=True),
            2: KnownGap(60.0, 40.0, 80.0, real=True),
        },
        comments={1: KnownComments(14, ("zahl", "brief")), 2: KnownComments(1, ())},
        weights={1: KnownWeight(11.6)},
        corners=[
            Counted(loyal=True, stayed=True, n=50, value=500_000),
            Counted(loyal=False, stayed=True, n=40, value=240_000),
        ],
        rules=[RuleLine("Unterschrift", "Monteure", "Teile", "", late)],
    )


def spoken_in(language: str) -> dict[str, Any]:
    return assemble(everything(language)).as_json()


def all_that_is_said(value: Any) -> Iterator[Said]:
    """Everything that a report says, wherever in it."""
    if isinstance(value, Said):
        yield value
        value = value.values
    if isinstance(value, Passage):
        value = value.sentences
    if is_dataclass(value):
        value = [getattr(value, one.name) for one in dataclass_fields(value)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from all_that_is_said(one)


def test_no_english_sentence_is_left_in_another_language() -> None:
    """Every phrase and sentence of an English report, looked for in the others' pages."""
    report = assemble(everything("en"))
    english = {words_of(one, "en") for one in all_that_is_said(report)}
    english |= {english for english in phrases() if len(english) > 12 and "{" not in english}
    assert len(english) > 150
    for language in LANGUAGES[1:]:
        of = spoken_in(language)
        page = unescape(rendering.print_html(of, edition=1, built_at=AT, frozen_at=None))
        page = re.sub(r"<style>.*?</style>|<link[^>]*>", "", page, flags=re.DOTALL)
        same = {said(language, one) for one in english}
        left = {one for one in english - same if len(one) > 12 and one in page}
        assert left == set()
        assert " lang=" not in page.partition("<body")[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_prints(language: str) -> None:
    of = spoken_in(language)
    found = print_it(of)
    result = validate_pdf_bytes(found.pdf, profile=ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in result.failures] == []
    reader = PdfReader(io.BytesIO(found.pdf))
    assert str(reader.root_object["/Lang"]) == language
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    for _, title in SECTIONS[:3]:
        assert said(language, title) in titles
    text = text_of(found)
    if language != "ar":
        assert said(language, "How to read this report") in text
        assert " ".join(of["headline"].split()) in " ".join(text.split())
    listed = subprocess.run(["pdffonts", "-"], input=found.pdf, capture_output=True, check=True)
    for line in listed.stdout.decode().splitlines()[2:]:
        assert (
            line.split()[0]
            .split("+")[1]
            .startswith(("Inter", "Source-Serif", "Cues", "IBM-Plex-Sans-Arabic"))
        )


def test_arabic_is_set_from_right_to_left_and_its_charts_are_joined() -> None:
    of = spoken_in("ar")
    page = rendering.print_html(of, edition=1, built_at=AT, frozen_at=None)
    assert 'lang="ar" dir="rtl"' in page
    assert "css/report-rtl.css" in page
    assert direction("ar") == "rtl"
    found = print_it(of)
    text = unicodedata.normalize("NFKC", re.sub("[\u200c\u202a-\u202e]", "", text_of(found)))
    # A chart's title, in the PDF's text as in the figures: letters that stood alone would be there
    # one by one, in the order in which they were drawn. (The second has a ligature.)
    for measure in (of["measures"][0], of["measures"][2]):
        assert text.count(measure["title"]) >= 2


def test_the_attached_table_has_its_headings_in_the_language() -> None:
    for language, first in (("de", "Zeitraum,Phase,Kontaktpunkt"), ("ar", "الفترة الزمنية")):
        table = heatmap_csv(spoken_in(language))
        assert table.lstrip("\ufeff").startswith(first)
        assert said(language, "misery") in table
        assert "misery" not in table
    assert heatmap_csv(spoken_in("en")).lstrip("\ufeff").startswith("period,stage,touchpoint")


def frozen_before() -> dict[str, Any]:
    """Figures as an earlier release froze them: English sentences and days in a German report."""
    of = spoken_in("en") | {"language": "de", "layout": 3}
    for one in of["mission"]["decisions"]:
        one["fit"] = one["fit"].split()[0]
    return of


def test_a_report_frozen_before_keeps_its_words_and_is_still_read() -> None:
    of = frozen_before()
    kept = copy.deepcopy(of)
    page = unescape(rendering.print_html(of, edition=1, built_at=AT, frozen_at=AT))
    assert of == kept
    assert f'lang="en" dir="ltr">{of["headline"]}</p>' in page
    for passage in of["passages"].values():
        assert passage in page
    assert "Würden uns empfehlen" in page
    assert "Juli bis September 2026" in page
    assert "fällig 1. September 2026" in page
    assert "Für die Mission ohne Belang" in page
    assert heatmap_csv(of).lstrip("\ufeff").startswith("period,stage,touchpoint")
    assert in_todays_shape(spoken_in("de")) == spoken_in("de")


def test_our_fonts_have_every_letter_of_every_phrase() -> None:
    letters: set[int] = set()
    for file in (Path(settings.BASE_DIR) / "static" / "fonts").glob("*.woff2"):
        if file.name.startswith(("inter", "cues", "ibm-plex")):
            with TTFont(file) as font:
                letters |= set(font.getBestCmap())
    used = {
        ord(letter) for english, others in phrases().items() for letter in english + "".join(others)
    }
    used |= {ord(letter) for one in sentences().values() for letter in "".join(one.values())}
    assert {chr(letter) for letter in used - letters} <= {"\u202f", "\u2066", "\u2069"}


def test_a_language_we_do_not_speak_is_english() -> None:
    assert [spoken(code) for code in ("fr-ca", "de_AT", "nl", "", "AR")] == [
        *("fr", "de", "en", "en", "ar")
    ]


def test_the_language_is_a_setting_and_frozen_with_the_figures(
    organisation: Organisation, as_leader: Client
) -> None:
    address = reverse("reports:settings", args=[organisation.slug])
    typed = {"days_after": "5", "link_days": "30", "language": "es"}
    assert as_leader.post(address, typed).status_code == 302
    assert as_leader.get(address).context["form"].instance.language == "es"
    assert as_leader.post(address, typed | {"language": "nl"}).status_code == 422
    services.save_settings(organisation=organisation, language="")
