"""The adopted statement as a poster in two sizes, with a small code that leads to whose words."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urljoin

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from missions.models import Mission
from programme.models import Organisation, Paper
from programme.printing import print_once


@dataclass(frozen=True, slots=True)
class Size:
    """`name` is how people call it, `style` its class in css/poster.css, `paper` its size there."""

    name: str
    style: str
    paper: str


_SIZES = {
    Paper.A4: {"large": Size("A3", "a3", "A3"), "small": Size("A4", "a4", "A4")},
    Paper.LETTER: {
        "large": Size("Tabloid", "tabloid", "11in 17in"),
        "small": Size("US Letter", "letter", "letter"),
    },
}

INK = "#1c1e21"
# Characters up to which a statement is set that large; the longest has a size of its own.
_SIZES_OF_TYPE = (
    *((45, "huge"), (90, "large"), (170, "middle")),
    *((350, "small"), (520, "smaller"), (950, "tiny")),
)
_A_LINE = 25
_MOST_BREAKS = 12


def sizes_of(organisation: Organisation) -> dict[str, Size]:
    """The two that it prints, by their names in addresses."""
    return _SIZES[Paper(organisation.paper)]


def poster(*, mission: Mission, size: Size) -> bytes:
    """The PDF; set once and kept while its words stay the same. PrintError."""
    day = mission.adopted_on or dt.date(2000, 1, 1)
    at = dt.datetime.combine(day, dt.time(), dt.UTC)
    html = poster_html(mission=mission, size=size)
    return print_once(html, organisation=mission.organisation, at=at, paper=size.paper)


def poster_html(*, mission: Mission, size: Size) -> str:
    organisation = mission.organisation
    path = reverse("public_mission", kwargs={"organisation": organisation.slug})
    address = urljoin(settings.BASE_URL, path)
    code = segno.make_qr(address, error="m").svg_inline(border=0, dark=INK, omitsize=True)
    statement = mission.statement
    if statement.count("\n") > _MOST_BREAKS:
        statement = " ".join(statement.split())
    # A line break takes a line's room, however few words are on it.
    length = len(statement) + _A_LINE * statement.count("\n")
    return render_to_string(
        "missions/poster.html",
        {
            "mission": mission,
            "statement": statement,
            "organisation": organisation,
            "size": size.style,
            "type": next((name for most, name in _SIZES_OF_TYPE if length <= most), "smallest"),
            "address": address.partition("://")[2].rstrip("/"),
            # Drawn from an address alone.
            "code": mark_safe(code),  # noqa: S308
        },
    )
