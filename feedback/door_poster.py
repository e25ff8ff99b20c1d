"""A poster that leads to the open door: an A4 page with a code, for a wall or a counter."""

import datetime as dt
import hashlib
from urllib.parse import urljoin

import segno
from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from feedback.spoken import filled, speech
from programme.models import Organisation
from programme.printing import print_pages
from touchpoints.models import Touchpoint

_KEEP_SECONDS = 30 * 24 * 3600
_INK = "#1c1e21"


def poster(*, organisation: Organisation, touchpoint: Touchpoint | None) -> bytes:
    """The PDF; printed once and kept while its words stay the same. PrintError."""
    html = poster_html(organisation=organisation, touchpoint=touchpoint)
    identifier = hashlib.sha256(html.encode()).hexdigest()
    key = f"door-poster:{identifier}"
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        at = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
        pdf = print_pages(html, identifier=identifier, at=at)
        cache.set(key, pdf, _KEEP_SECONDS)
    return pdf


def poster_html(*, organisation: Organisation, touchpoint: Touchpoint | None) -> str:
    """In the organisation's language, where we speak it."""
    path = reverse("say", args=[organisation.slug])
    shown = urljoin(settings.BASE_URL, path)
    address = f"{shown}?at={touchpoint.pk}" if touchpoint is not None else shown
    code = segno.make_qr(address, error="m").svg_inline(border=0, dark=_INK, omitsize=True)
    spoken = speech(organisation.language)
    return render_to_string(
        "feedback/door_poster.html",
        {
            "organisation": organisation,
            "touchpoint": touchpoint,
            "language": spoken.language,
            "direction": spoken.direction,
            "words": filled(spoken.door, organisation=organisation.name),
            "address": shown.partition("://")[2].rstrip("/"),
            # Drawn from an address alone.
            "code": mark_safe(code),  # noqa: S308
        },
    )
