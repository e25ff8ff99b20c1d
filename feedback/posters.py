"""Posters with a code, for a wall or a counter: to the open door, and to a place's round."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urljoin

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from feedback.answer_page import language_for
from feedback.models import OpenLink
from feedback.spoken import Speech, filled, speech
from programme.models import Organisation
from programme.printing import print_once
from touchpoints.models import Touchpoint

_INK = "#1c1e21"
# A title's characters up to which it is set that large.
_SIZES = ((40, "large"), (90, "middle"))


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it: `place` below the title, `text` below that, `promise` at its foot; the
    code leads to `leads_to`, of which `shown` is what people can type."""

    organisation: Organisation
    spoken: Speech
    title: str
    place: str
    text: str
    promise: str
    leads_to: str
    shown: str
    made_at: dt.datetime


def door_poster(*, organisation: Organisation, touchpoint: Touchpoint | None) -> Poster:
    """To the open door, for everywhere or for one touchpoint; in the organisation's language,
    where we speak it."""
    address = urljoin(settings.BASE_URL, reverse("say", args=[organisation.slug]))
    spoken = speech(organisation.language)
    words = filled(spoken.door, organisation=organisation.name)
    return Poster(
        organisation=organisation,
        spoken=spoken,
        title=words["title"],
        place=touchpoint.name if touchpoint is not None else "",
        text=words["lede"],
        promise="",
        leads_to=f"{address}?at={touchpoint.pk}" if touchpoint is not None else address,
        shown=address,
        made_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
    )


def address_of(link: OpenLink) -> str:
    """The whole address that a place's code leads to."""
    return urljoin(settings.BASE_URL, reverse("open_answer", args=[link.token]))


def place_poster(link: OpenLink) -> Poster:
    """To a round's questions, for one place; in the survey's language."""
    sent = link.round
    language = language_for(sent.survey, wanted="", preferred=sent.survey.language)
    words = filled(
        language.speech.page, organisation=sent.organisation.name, figures=sent.figures_from
    )
    return Poster(
        organisation=sent.organisation,
        spoken=language.speech,
        title=str(language.survey(sent.survey, "title")),
        place=link.place,
        text="",
        promise=words["open_confidential" if sent.confidential else "open_seen"],
        leads_to=address_of(link),
        shown=address_of(link),
        made_at=link.created_at,
    )


def printed(poster: Poster) -> bytes:
    """The PDF; printed once and kept while its words stay the same. PrintError."""
    return print_once(html_of(poster), organisation=poster.organisation, at=poster.made_at)


def html_of(poster: Poster) -> str:
    code = segno.make_qr(poster.leads_to, error="m")
    return render_to_string(
        "feedback/poster.html",
        {
            "poster": poster,
            "paper": poster.organisation.paper.lower(),
            "size": next((name for most, name in _SIZES if len(poster.title) <= most), "small"),
            "address": poster.shown.partition("://")[2].rstrip("/"),
            # Drawn from an address alone.
            "code": mark_safe(code.svg_inline(border=0, dark=_INK, omitsize=True)),  # noqa: S308
        },
    )
