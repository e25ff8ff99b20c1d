"""The design system: contrast measured, templates free of inline code, and axe on every part."""

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext

from accounts.models import User
from programme.models import Membership

PROJECT = Path(__file__).resolve().parent.parent
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
TEXT_PAIRS = [
    *product(["ink", "ink-quiet", "accent", "danger", "warning"], ["paper", "surface"]),
    ("ink", "accent-tint"),
    ("ink", "warning-tint"),
    ("ink", "danger-tint"),
    ("accent", "accent-tint"),
    ("warning", "warning-tint"),
    ("danger", "danger-tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
]
MOMENTS = [
    *("misery", "leaning-misery", "mediocrity", "leaning-magic", "magic"),
    *("unclear", "split", "hidden"),
]


def tokens(scheme: str) -> dict[str, str]:
    """The colours of a scheme; the dark one says only what differs from the light one."""
    css = (PROJECT / "static/css/tokens.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    pattern = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
    found = dict(pattern.findall(light))
    return found | dict(pattern.findall(dark)) if scheme == "dark" else found


def contrast(one: str, other: str) -> float:
    """The ratio of two colours as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(scheme: str) -> None:
    found = tokens(scheme)
    low = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in TEXT_PAIRS}
    assert min(low.values()) >= 4.5, min(low.items(), key=lambda item: item[1])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_moments_can_be_read(scheme: str) -> None:
    found = tokens(scheme)
    for moment in MOMENTS:
        ratio = contrast(found[f"moment-{moment}-fill"], found[f"moment-{moment}-ink"])
        assert ratio >= 4.5, moment


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_field_borders_and_focus_stand_out(scheme: str) -> None:
    found = tokens(scheme)
    for name, ground in product(["field-line", "focus", "accent"], ["paper", "surface"]):
        assert contrast(found[name], found[ground]) >= 3, (name, ground)


def test_templates_carry_no_code_of_their_own() -> None:
    """What the Content-Security-Policy would refuse; emails and prints are no web pages."""
    inline = re.compile(
        r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=[\x22\x27]|hx-on|javascript:"
    )
    walked = 0
    for template in (PROJECT / "templates").rglob("*.html"):
        # The mission’s poster is printed in the organisation’s colour.
        if {"email", "print", "poster.html"} & set(template.parts):
            continue
        walked += 1
        assert not inline.search(template.read_text()), template
    assert walked > 30


def test_a_respondents_page_is_light() -> None:
    shell = (PROJECT / "templates/respond.html").read_text()
    assert "<script" not in shell
    assert shell.count('rel="stylesheet"') == 1
    files = ["static/css/respond.css", "static/icon.svg"]
    assert sum((PROJECT / file).stat().st_size for file in files) < 12_000


def test_style_page_needs_a_user(db: None) -> None:
    answer = Client().get(reverse("style"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.django_db(transaction=True)
def test_every_part_is_accessible(
    width: int,
    scheme: str,
    leader: Membership,
    live_server: object,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    page = sign_in_browser(leader.user).new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    home = reverse("home", kwargs={"organisation": leader.organisation.slug})
    for address in (reverse("style"), home):
        page.goto(f"{live_server}{address}")
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
