"""A poster with a code for a place where a round is answered: A4, for the wall or the counter."""

import hashlib
from urllib.parse import urljoin

import segno
from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from feedback.answer_page import language_for
from feedback.models import OpenLink
from feedback.spoken import filled
from programme.printing import print_pages

_KEEP_SECONDS = 30 * 24 * 3600
_INK = "#1c1e21"


def address_of(link: OpenLink) -> str:
    """The whole address that the code leads to."""
    return urljoin(settings.BASE_URL, reverse("open_answer", args=[link.token]))


def place_poster(link: OpenLink) -> bytes:
    """The PDF; printed once and kept while its words stay the same. PrintError."""
    html = poster_html(link)
    identifier = hashlib.sha256(html.encode()).hexdigest()
    key = f"place-poster:{identifier}"
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        pdf = print_pages(html, identifier=identifier, at=link.created_at)
        cache.set(key, pdf, _KEEP_SECONDS)
    return pdf


def poster_html(link: OpenLink) -> str:
    sent = link.round
    language = language_for(sent.survey, wanted="", preferred=sent.survey.language)
    words = filled(
        language.speech.page, organisation=sent.organisation.name, figures=sent.figures_from
    )
    address = address_of(link)
    code = segno.make_qr(address, error="m").svg_inline(border=0, dark=_INK, omitsize=True)
    return render_to_string(
        "feedback/place_poster.html",
        {
            "organisation": sent.organisation,
            "title": language.survey(sent.survey, "title"),
            "place": link.place,
            "promise": words["open_confidential" if sent.confidential else "open_seen"],
            "language": language.speech.language,
            "direction": language.speech.direction,
            "address": address.partition("://")[2].rstrip("/"),
            # Drawn from an address alone.
            "code": mark_safe(code),  # noqa: S308
        },
    )
