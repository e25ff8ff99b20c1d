"""Letters in print: in our own fonts, in the machine's, or a sign that says so; never a box in
silence. A machine "without fonts" has none but ours."""

import io
import logging
import re
import subprocess
import unicodedata
from html import escape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from fontTools.ttLib import TTFont
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from programme.models import Membership, Organisation
from programme.printing import Printed, print_document
from programme.typefaces import SHEET, faces_for
from reports import services
from reports.models import BoardReport
from tests import factories
from tests.test_report_assembly import cell, heatmap, row
from tests.test_report_pdf import AT, figures, print_it

STATIC = Path(settings.BASE_DIR) / "static"
OURS = ("Inter", "Source-Serif", "Cues", "IBM-Plex-Sans-Arabic", "Noto-Sans-Hebrew", "Noto-Emoji")
SIGNS = "Stand-In"
# In the last plane, for whoever wants it: no font has this one.
NOBODY_S = "\U0010fffd"
# Families, flags of countries and of Scotland, skin, hearts with and without their colour, keys.
EMOJI = (
    "🧨🎉 👨\u200d👩\u200d👧\u200d👦 👩🏽\u200d💻 🏳\ufe0f\u200d🌈 🇩🇪🇸🇦 "
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f 👍🏿 ❤\ufe0f ❤ ☎\ufe0e"
)
CHOOSE_A_LOOK = {0xFE0E, 0xFE0F}
OURS_TO_DRAW = {
    "Hebrew": "שירות לקוחות, בְּרֵאשִׁית ׳״ ₪",
    "emoji": EMOJI,
    "half an emoji": "🇩 🏽 a\u200db \ufe0f ⃣",
    "Vietnamese": "Nguyễn Thị Bưởi, 5 ₫",
    "Greek of old": "ἀρχὴ ἥμισυ παντός",
    "Kazakh": "Қазақстан әлемі",
    "signs": "→ ← ↔ ≤ ≥ ≠ ≈ ∞ ✓ ✗ ① ■ □ ● ‡ ‰ ⅓ √ ∑ ⇒ ♥ № ½ ▼ ★ ⇄",
    "spaces": "a\u2009b\u202fc\u2003d\u00a0e\u2011f",
}


@pytest.fixture
def without_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The press finds no font on its machine."""
    nothing = tmp_path / "fonts.conf"
    cache = f"<cachedir>{tmp_path}</cachedir>"
    nothing.write_text(f"<?xml version='1.0'?><fontconfig>{cache}</fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(nothing))


def set_text(*texts: str) -> Printed:
    lines = "".join(
        f'<p style="font: 11pt var(--sans)">{escape(text)}</p>'
        f'<p style="font: 600 11pt var(--serif)">{escape(text)}</p>'
        for text in texts
    )
    html = f"<!DOCTYPE html><html lang=en><title>Letters</title><h1>Letters</h1>{lines}"
    html = html.replace("<h1>", '<h1 style="font: 20pt var(--sans)">')
    return print_document(html, identifier="letters", at=AT)


def fonts_of(printed: Printed) -> set[str]:
    """Their names; each is inside."""
    done = subprocess.run(["pdffonts", "-"], input=printed.pdf, capture_output=True, check=True)
    lines = [line.split() for line in done.stdout.decode().splitlines()[2:]]
    assert {line[-5] for line in lines} == {"yes"}
    return {line[0].partition("+")[2] for line in lines}


def strange_to(printed: Printed) -> set[str]:
    return {font for font in fonts_of(printed) if not font.startswith(OURS)}


def read_back(printed: Printed) -> str:
    pages = PdfReader(io.BytesIO(printed.pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def is_whole(printed: Printed) -> None:
    """Accessible, and every glyph that is shown is a letter's."""
    found = validate_pdf_bytes(printed.pdf, profile=ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []
    for page in PdfReader(io.BytesIO(printed.pdf)).pages:
        content = page.get_contents()
        assert content is not None
        for glyphs in re.findall(rb"<([0-9a-f]+)>", content.get_data()):
            assert b"0000" not in {glyphs[at : at + 4] for at in range(0, len(glyphs), 4)}


@pytest.mark.parametrize("kind", OURS_TO_DRAW)
@pytest.mark.usefixtures("without_fonts")
def test_these_are_in_our_own_fonts_on_a_machine_without_any(kind: str) -> None:
    printed = set_text(OURS_TO_DRAW[kind])
    assert printed.missing == ""
    assert strange_to(printed) <= {SIGNS}
    is_whole(printed)


def test_emoji_are_read_back_whole_and_their_families_are_one_picture() -> None:
    read = read_back(set_text(EMOJI))
    for whole in (
        "👨\u200d👩\u200d👧\u200d👦",
        "👩🏽\u200d💻",
        "🇩🇪🇸🇦",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "👍🏿",
    ):
        assert whole in read


def test_our_letters_give_the_same_bytes_with_and_without_the_machine_s_fonts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_them = set_text(*OURS_TO_DRAW.values())
    nothing = tmp_path / "fonts.conf"
    nothing.write_text(
        f"<?xml version='1.0'?><fontconfig><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(nothing))
    assert set_text(*OURS_TO_DRAW.values()).pdf == with_them.pdf


@pytest.mark.usefixtures("without_fonts")
def test_a_key_s_frame_that_we_lack_is_left_out() -> None:
    printed = set_text("1\ufe0f\u20e3 #\ufe0f\u20e3")
    assert printed.missing == ""
    is_whole(printed)


@pytest.mark.usefixtures("without_fonts")
def test_letters_that_nobody_can_draw_are_a_sign_and_stay_in_the_text() -> None:
    strange = ("客户满意度", "ग्राहक", "ลูกค้า", "ደንበኛ", f"\u0378\ue000{NOBODY_S}")
    printed = set_text(*strange, "a bell\a and \u2028 a line")
    shown = {letter for text in strange for letter in text} - set("्ाู้")
    assert set(printed.missing) == shown
    assert strange_to(printed) == {SIGNS}
    is_whole(printed)
    # A mark that takes no room is read with a joiner beside it.
    read = read_back(printed).replace("\u200c", "")
    assert all(read.count(text) == 2 for text in strange)


@pytest.mark.parametrize("name", ["客户满意度", "お客様", "고객 여정"])
def test_a_name_in_chinese_japanese_or_korean_is_set_or_told(name: str) -> None:
    printed = print_it(figures(customers=heatmap(row(1, name, cell((30, 10, 12))))))
    assert strange_to(printed)
    assert set(printed.missing) <= set(name)
    assert (SIGNS in strange_to(printed)) == bool(printed.missing)
    is_whole(printed)


@pytest.mark.usefixtures("without_fonts")
def test_a_report_whose_names_are_of_any_script_is_whole_charts_too() -> None:
    names = ["Τιμολόγιο", "Счёт", "الفاتورة", "חשבונית", "🧨 " * 100, f"{NOBODY_S}客" * 100]
    rows = [row(number, name, cell((30, 10, 12))) for number, name in enumerate(names, 1)]
    printed = print_it(figures(customers=heatmap(*rows), organisation=" ".join(names[:5])))
    assert set(printed.missing) == {NOBODY_S, "客"}
    assert strange_to(printed) == {SIGNS}
    is_whole(printed)


def test_every_letter_of_every_font_is_reached() -> None:
    """Its range is declared, so that the press loads the face that has it."""
    sheet = (STATIC / SHEET).read_text()
    letters = {chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000}
    faces = list(faces_for(sheet, letters))
    assert {face.file for face in faces} == {
        file.name for file in (STATIC / "fonts").glob("*.woff2") if "italic" not in file.name
    }
    has = {face.file: set(TTFont(STATIC / "fonts" / face.file).getBestCmap()) for face in faces}
    for code in set().union(*has.values()):
        if unicodedata.category(chr(code))[0] == "C" or code in CHOOSE_A_LOOK:
            continue
        serving = [face for face in faces if face.serves(chr(code))]
        assert any(code in has[face.file] for face in serving), hex(code)


def test_a_draft_and_the_log_say_which_letters_a_sign_stands_for(
    organisation: Organisation,
    manager: Membership,
    as_auditor: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = factories.period(organisation, "2026Q3")
    named = factories.touchpoint(organisation, f"Invoice {NOBODY_S}")
    factories.tally(named, now, (9, 9, 9))
    made = services.request_report(organisation=organisation, period=now, built_by=manager)
    with caplog.at_level(logging.WARNING, logger="programme.printing"):
        services.build_report(report_id=made.pk)
    assert BoardReport.objects.get(pk=made.pk).missing_letters == NOBODY_S
    assert NOBODY_S in caplog.text
    where = reverse("reports:report", kwargs={"organisation": organisation.slug, "report": made.pk})
    page = as_auditor.get(where).text
    assert "Some letters could not be printed" in page
    assert NOBODY_S in page
    assert f"<li>Invoice {NOBODY_S}</li>" in page
    BoardReport.objects.filter(pk=made.pk).update(missing_letters="")
    assert "Some letters could not be printed" not in as_auditor.get(where).text
