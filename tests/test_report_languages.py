"""The report in five languages: every phrase in each, set in our own fonts, read back."""

import io
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from fontTools.ttLib import TTFont
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from programme.models import Organisation
from reports import services
from reports.phrases import LANGUAGES, phrases, said, spoken
from reports.templatetags.report_figures import dated
from reports.terms import DEFINITIONS, MOMENTS, SECTIONS
from reports.words import MOMENT_WORDS
from tests.test_report_pdf import figures, print_it, text_of

_REPORTS = Path(settings.BASE_DIR) / "templates" / "reports"
TEMPLATES = sorted([*(_REPORTS / "print").glob("*.html"), *(_REPORTS / "parts").glob("*.html")])

# What stands beside the leader’s own words.
ENGLISH = {"_words.html", "_passage.html"}


def test_every_phrase_is_there_in_every_language_with_the_same_fields() -> None:
    for english, others in phrases().items():
        assert len(others) == len(LANGUAGES) - 1, english
        for other in others:
            assert other.strip()
            assert set(re.findall(r"\{\w+\}", other)) == set(re.findall(r"\{\w+\}", english))


def test_every_phrase_of_the_print_is_in_the_table() -> None:
    wanted = {title for _, title in SECTIONS} | {meaning for _, meaning in MOMENTS}
    wanted |= {word for pair in DEFINITIONS for word in pair} | set(MOMENT_WORDS.values())
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        found = re.findall(r"""\{\{ (?:"([^"]+)"|'([^']+)')\|said \}\}""", text)
        wanted |= {one or other for one, other in found}
        wanted |= set(re.findall(r'\{% say "([^"]+)"', text))
    assert len(wanted) > 100
    assert wanted - phrases().keys() == set()


def test_no_words_of_the_print_stand_outside_the_table() -> None:
    """What is left in the templates is punctuation, markup and figures."""
    left = {}
    for template in TEMPLATES:
        if template.name in ENGLISH:
            continue
        text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", text, flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "|", text)
        if words := re.findall(r"[A-Za-z]{2,}[A-Za-z ]*", text):
            left[template.name] = words
    assert left == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_prints(language: str) -> None:
    found = print_it(figures() | {"language": language})
    result = validate_pdf_bytes(found.pdf, profile=ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in result.failures] == []
    reader = PdfReader(io.BytesIO(found.pdf))
    assert str(reader.root_object["/Lang"]) == language
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    for _, title in SECTIONS[:3]:
        assert said(language, title) in titles
    text = text_of(found)
    for phrase in ("Priorities", "Summary") if language == "en" else ("Ten priorities",):
        assert language == "en" or phrase not in text
    if language != "ar":
        assert said(language, "How to read this report") in text
        assert said(language, "misery") in text
    listed = subprocess.run(["pdffonts", "-"], input=found.pdf, capture_output=True, check=True)
    for line in listed.stdout.decode().splitlines()[2:]:
        assert (
            line.split()[0]
            .split("+")[1]
            .startswith(("Inter", "Source-Serif", "Cues", "IBM-Plex-Sans-Arabic"))
        )


def test_our_fonts_have_every_letter_of_every_phrase() -> None:
    letters: set[int] = set()
    for file in (Path(settings.BASE_DIR) / "static" / "fonts").glob("*.woff2"):
        if file.name.startswith(("inter", "cues", "ibm-plex")):
            with TTFont(file) as font:
                letters |= set(font.getBestCmap())
    used = {
        ord(letter) for english, others in phrases().items() for letter in english + "".join(others)
    }
    assert {chr(letter) for letter in used - letters} <= {"\u202f"}


def test_days_and_quarters_are_written_in_the_language() -> None:
    with translation.override("fr"):
        assert dated("3 May 2026") == "3 mai 2026"
        assert dated("July to September 2026") == "juillet à septembre 2026"
    with translation.override("de"):
        assert dated("July to September 2026") == "Juli bis September 2026"
    with translation.override("en"):
        assert dated("3 May 2026") == "3 May 2026"
        assert dated("") == ""


def test_a_language_we_do_not_speak_is_english() -> None:
    assert [spoken(code) for code in ("fr-ca", "de_AT", "nl", "", "AR")] == [
        *("fr", "de", "en", "en", "ar")
    ]


def test_the_language_is_a_setting_and_frozen_with_the_figures(
    organisation: Organisation, as_leader: Client
) -> None:
    address = reverse("reports:settings", args=[organisation.slug])
    typed = {"paper": "A4", "days_after": "5", "link_days": "30", "language": "es"}
    assert as_leader.post(address, typed).status_code == 302
    assert as_leader.get(address).context["form"].instance.language == "es"
    assert as_leader.post(address, typed | {"language": "nl"}).status_code == 422
    services.save_settings(organisation=organisation, language="")
