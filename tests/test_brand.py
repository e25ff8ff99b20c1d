"""An organisation's logo and colour: what is kept of an upload, and where they are printed."""

import datetime as dt
import io
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from page import ValidationProfile, validate_pdf_bytes
from PIL import Image, ImageFile

from feedback.models import OpenLink
from feedback.services import make_link
from programme.colours import PAPER, contrast, readable
from programme.logos import LogoError, clean_logo
from programme.models import Logo, Organisation
from programme.printing import print_document
from programme.queries import logo_pictures
from programme.services import change_brand
from reports import rendering
from tests.respondents import opened, sent_round
from tests.test_report_pdf import figures

SVG = (
    '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">'
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" onload="alert(1)">'
    "<style>.a{fill:#123456;behavior:url(x)}</style><title>Ours</title>"
    '<path class="a" d="M0 0h40v20z" onclick="alert(1)"/>'
    '<rect width="9" height="9" style="fill:url(#g);stroke:url(http://127.0.0.1:9/x)"/>'
    '<circle r="3" fill="rgb(1, 2, 3)" transform="rotate(45 1 1)" data-x="1"/></svg>'
)


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **fields: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#a33").save(written, kind, **fields)
    return written.getvalue()


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_every_colour_can_be_read_on_paper(colour: str) -> None:
    kept = readable(colour)
    assert contrast(kept, PAPER) >= 4.5
    if contrast(colour, PAPER) >= 4.5:
        assert kept == colour


def test_a_pale_colour_keeps_its_hue() -> None:
    kept = readable("#ffd000")
    red, green, blue = (int(kept[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue == 0
    assert contrast(kept, PAPER) < 4.8
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


def test_a_drawing_keeps_its_shapes_and_nothing_else() -> None:
    kept = clean_logo(SVG.encode())
    assert kept.name.endswith(".svg")
    text = kept.content.decode()
    assert text.count("<path") == text.count("<rect") == text.count("<circle") == 1
    assert 'fill="#123456"' in text
    assert 'fill="url(#g)"' in text
    assert 'fill="rgb(1, 2, 3)"' in text
    assert 'transform="rotate(45 1 1)"' in text
    for foreign in ("alert", "127.0.0.1", "behavior", "style", "DOCTYPE", "data-x", "title"):
        assert foreign not in text
    assert clean_logo(SVG.encode()) == kept


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<script>alert(1)</script>", "uses <script>"),
        ('<image href="file:///etc/passwd"/>', "uses <image>"),
        ('<use href="http://127.0.0.1:9/#a"/>', "uses <use>"),
        ("<foreignObject><p>x</p></foreignObject>", "uses <foreignObject>"),
        ("<text>Ours</text>", "turned into paths"),
        ("<a><path d='M0 0'/></a>", "uses <a>"),
        ("<g>" * 40 + "</g>" * 40, "too many shapes"),
        ("<path/>" * 3001, "too many shapes"),
        ("<path", "damaged"),
    ],
)
def test_a_drawing_that_could_do_more_than_show_is_refused(body: str, says: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{body}</svg>'
    with pytest.raises(LogoError, match=says):
        clean_logo(svg.encode())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            (
                b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
                b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="&a;"/></svg>'
            ),
            "entities",
        ),
        ("<svg/>".encode("utf-16"), "not a PNG, JPEG or SVG"),
        (b"<html><body>no</body></html>", "not an SVG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>', "how large it is"),
        (b"<" + b" " * 300_000, "256 kB"),
        (b"GIF89a", "not a PNG, JPEG or SVG"),
        (picture()[:200], "damaged"),
        (b"", "not a PNG"),
        (picture(size=(8, 8)), "too small"),
        (picture(size=(6001, 20)), "at most 6000"),
        (b"\x89PNG" + b"0" * (2 * 1024 * 1024), "more than 2 MB"),
    ],
)
def test_what_is_no_logo_is_refused_with_a_reason(
    content: bytes, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests that print in this process leave it as WeasyPrint sets it; a web server never prints.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    with pytest.raises(LogoError, match=says):
        clean_logo(content)


@pytest.mark.parametrize("style", ["", "float: inline-end", "display: flex", "text-align: end"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_drawing_without_a_size_is_printed_wherever_it_stands(style: str, direction: str) -> None:
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"><path d="M0 0h8v4z"/></svg>'
    html = (
        f'<html lang="en" dir="{direction}"><title>Logo</title><p style="{style}">'
        '<img src="logos/a.svg" alt="Ours" style="max-height: 16mm"> beside it</p></html>'
    )
    printed = print_document(
        html,
        identifier="logo",
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        pictures={"logos/a.svg": drawn},
    )
    assert printed.pages == 1


def test_pixels_are_written_anew_and_made_to_fit() -> None:
    kept = clean_logo(picture("JPEG", (4000, 1000), comment="our secret") + b"<script>")
    assert kept.name.endswith(".png")
    assert b"secret" not in kept.content
    assert b"script" not in kept.content
    with Image.open(io.BytesIO(kept.content)) as image:
        assert image.size == (1200, 300)


def address(organisation: Organisation) -> str:
    return reverse("programme:brand", args=[organisation.slug])


def test_a_manager_sets_both_and_takes_the_logo_away(
    organisation: Organisation, as_manager: Client
) -> None:
    file = SimpleUploadedFile("logo.svg", SVG.encode())
    answer = as_manager.post(
        address(organisation), {"colour": "#FFD000", "paper": "letter", "file": file}, follow=True
    )
    organisation.refresh_from_db()
    assert organisation.colour == readable("#ffd000")
    assert organisation.paper == "letter"
    assert organisation.logo == clean_logo(SVG.encode()).name
    assert "could not be read on paper" in answer.content.decode()
    logo = Client().get(reverse("programme:logo", args=[organisation.logo]))
    assert logo.headers["Content-Type"] == "image/svg+xml"
    assert logo.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"<path" in logo.content
    as_manager.post(
        address(organisation), {"colour": "#0e5a60", "paper": "A4", "without_logo": "on"}
    )
    organisation.refresh_from_db()
    assert (organisation.logo, organisation.colour) == ("", "#0e5a60")
    assert Logo.objects.count() == 1  # what was printed with it finds it


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#gggggg", "url(x)"])
def test_a_bad_colour_or_file_is_said_at_its_field(
    colour: str, organisation: Organisation, as_manager: Client
) -> None:
    file = SimpleUploadedFile("logo.png", b"not a picture")
    answer = as_manager.post(address(organisation), {"colour": colour, "paper": "A3", "file": file})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"colour", "paper", "file"}
    organisation.refresh_from_db()
    assert (organisation.logo, organisation.colour) == ("", "#0e5a60")


def test_members_do_not_set_it(organisation: Organisation, as_member: Client) -> None:
    assert as_member.get(address(organisation)).status_code == 403


def test_an_unknown_logo_is_not_found(db: None) -> None:
    assert Client().get(reverse("programme:logo", args=["x.png"])).status_code == 404


@pytest.mark.parametrize("content", [SVG.encode(), picture()])
def test_the_report_s_cover_shows_them(content: bytes, organisation: Organisation) -> None:
    kept = clean_logo(content)
    change_brand(
        organisation=organisation, colour="#a02040", paper="A4", logo=kept, without_logo=False
    )
    found = rendering.print_report(
        figures() | {"colour": "#a02040", "logo": kept.name},
        edition=1,
        built_at=dt.datetime(2026, 10, 6, tzinfo=dt.UTC),
        pictures=logo_pictures(organisation.pk, kept.name),
    )
    assert validate_pdf_bytes(found.pdf, profile=ValidationProfile.PDF_UA_1).is_compliant
    pixels = _pixels(found.pdf)
    assert _near(pixels, (0xA0, 0x20, 0x40))
    assert _near(pixels, (0x12, 0x34, 0x56) if kept.name.endswith("svg") else (0xAA, 0x33, 0x33))


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("content", [SVG.encode(), picture()])
def test_a_poster_shows_them(
    content: bytes, language: str, organisation: Organisation, as_leader: Client
) -> None:
    kept = clean_logo(content)
    change_brand(
        organisation=organisation, colour="#a02040", paper="A4", logo=kept, without_logo=False
    )
    Organisation.objects.filter(pk=organisation.pk).update(language=language)
    found = as_leader.get(reverse("feedback:door_poster", args=[organisation.slug]))
    assert found["Content-Type"] == "application/pdf"
    pixels = _pixels(found.content)
    assert _near(pixels, (0xA0, 0x20, 0x40))
    assert _near(pixels, (0x12, 0x34, 0x56) if kept.name.endswith("svg") else (0xAA, 0x33, 0x33))


def _pixels(pdf: bytes) -> bytes:
    """The first page's."""
    drawn = subprocess.run(
        ["pdftoppm", "-l", "1", "-r", "36", "-png", "-"], input=pdf, capture_output=True, check=True
    )
    with Image.open(io.BytesIO(drawn.stdout)) as page:
        return page.convert("RGB").tobytes()


def _near(pixels: bytes, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has that colour, but for what the conversion rounds."""
    return any(
        sum(abs(a - b) for a, b in zip(pixels[at : at + 3], colour, strict=True)) < 12
        for at in range(0, len(pixels), 3)
    )


@pytest.mark.parametrize("way", ["invitation", "place"])
def test_pages_of_those_who_answer_show_the_newest(organisation: Organisation, way: str) -> None:
    """Though these pages are rendered once and only filled in from then on."""
    sent, link = sent_round(organisation)
    if way == "place":
        made = make_link(round=sent, place="The desk", use=OpenLink.Use.OWN_DEVICE)
        client, page = Client(), reverse("open_answer", args=[made.token])
    else:
        client, page = opened(link)
    assert 'fill="#0e5a60"' in client.get(page).text
    logo = clean_logo(SVG.encode())
    change_brand(
        organisation=organisation, colour="#7a1f3d", paper="A4", logo=logo, without_logo=False
    )
    shown = client.get(page).text
    assert 'fill="#7a1f3d"' in shown
    assert 'fill="#0e5a60"' not in shown
    assert reverse("programme:logo", args=[logo.name]) in shown
    change_brand(
        organisation=organisation, colour="#7a1f3d", paper="A4", logo=None, without_logo=True
    )
    assert "<img" not in client.get(page).text
