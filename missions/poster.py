"""The adopted statement as a poster: A3 or A4, with a small code that leads to whose words."""

import datetime as dt
import hashlib
from urllib.parse import urljoin

import segno
from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from missions.models import Mission
from programme.printing import print_document
from programme.queries import logo_pictures

SIZES = ("a3", "a4")
KEEP_SECONDS = 30 * 24 * 3600
INK = "#1c1e21"
# Characters up to which a statement is set that large; the longest has a size of its own.
_SIZES_OF_TYPE = (
    *((45, "huge"), (90, "large"), (170, "middle")),
    *((350, "small"), (520, "smaller"), (950, "tiny")),
)
_A_LINE = 25
_MOST_BREAKS = 12


def poster(*, mission: Mission, size: str) -> bytes:
    """The PDF; printed once and kept while its words stay the same. PrintError."""
    html = poster_html(mission=mission, size=size)
    identifier = hashlib.sha256(html.encode()).hexdigest()
    key = f"poster:{identifier}"
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        day = mission.adopted_on or dt.date(2000, 1, 1)
        at = dt.datetime.combine(day, dt.time(), dt.UTC)
        of = mission.organisation
        pictures = logo_pictures(of.pk, of.logo)
        pdf = print_document(html, identifier=identifier, at=at, pictures=pictures).pdf
        cache.set(key, pdf, KEEP_SECONDS)
    return pdf


def poster_html(*, mission: Mission, size: str) -> str:
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
            "size": size,
            "type": next((name for most, name in _SIZES_OF_TYPE if length <= most), "smallest"),
            "address": address.partition("://")[2].rstrip("/"),
            # Drawn from an address alone.
            "code": mark_safe(code),  # noqa: S308
        },
    )
