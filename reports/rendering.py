"""A report's figures to PDF: the pages by Django's templates, set by `programme.press`."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.template.loader import render_to_string
from django.utils import translation

from programme.colours import ACCENT
from programme.printing import Attached, Printed, print_document
from reports.drawings import chart_words, draw_charts, drawn_charts
from reports.earlier import in_english, in_todays_shape
from reports.heatmap_table import MOST_ROWS, heatmap_csv, heatmap_parts, row_count
from reports.languages import day, direction, spoken
from reports.phrases import said
from reports.pictures import improvement_rows
from reports.terms import DEFINITIONS, MOMENTS, sections_of

MOST_SECONDS = 120
# Where figures hold what people named, under these keys.
_NAMES = {
    *("organisation", "name", "touchpoint", "stage", "segments", "title", "owner"),
    *("giver", "receiver", "statement"),
}
MOST_LETTERS = {"A4": 1500, "letter": 1250}  # on page one, before it is set smaller
MOST_ON_SCREEN = 100  # columns of a heatmap that scrolls sideways


def print_report(
    figures: dict[str, Any],
    *,
    edition: int,
    built_at: dt.datetime,
    frozen_at: dt.datetime | None = None,
    pictures: Mapping[str, bytes] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Printed:
    """The PDF of those figures; `pictures` has the logo that they name, `say` hears "charts" and
    "pages" as they begin. A report without `frozen_at` is marked as a draft. PrintError."""
    at = frozen_at or built_at
    charts = draw_charts(figures, at=at, say=say)
    say("pages")
    return print_document(
        print_html(figures, edition=edition, built_at=built_at, frozen_at=frozen_at),
        identifier=fingerprint_of(figures),
        at=at,
        paper=figures["paper"],
        colour=figures.get("colour") or ACCENT,
        pictures={
            **{f"charts/{name}.svg": svg.encode() for name, svg in charts.items()},
            **(pictures or {}),
        },
        attachments=[
            Attached(
                name=f"heatmap-{figures['period']}.csv",
                description=attached_words(figures),
                content=heatmap_csv(figures),
            )
        ],
        seconds=MOST_SECONDS,
        comfort="The figures are safe.",
    )


def print_html(
    figures: dict[str, Any],
    *,
    edition: int,
    built_at: dt.datetime,
    frozen_at: dt.datetime | None,
) -> str:
    """The finished pages, before they are set, in the language of the figures."""
    language = spoken(figures["language"])
    with translation.override(language):
        return _pages(figures, language, edition, built_at, frozen_at)


def _pages(
    figures: dict[str, Any],
    language: str,
    edition: int,
    built_at: dt.datetime,
    frozen_at: dt.datetime | None,
) -> str:
    shown = in_todays_shape(figures)
    return render_to_string(
        "reports/print/report.html",
        {
            "figures": shown,
            "for_print": True,
            "tight": _summary_letters(figures) > MOST_LETTERS[figures.get("paper", "A4")],
            "sentences_in_english": language != "en" and in_english(figures),
            "printed_in": language,
            "direction": direction(language),
            "built_day": day(language, day_of(figures, built_at)),
            "frozen_day": day(language, day_of(figures, frozen_at)) if frozen_at else "",
            "few": said(language, "few"),
            "edition": edition,
            "built_at": built_at,
            "frozen_at": frozen_at,
            "fingerprint": fingerprint_of(figures),
            "sections": sections_of(figures),
            "moments": MOMENTS,
            "definitions": DEFINITIONS,
            "heatmap_parts": list(heatmap_parts(shown)),
            "heatmap_left_out": max(row_count(figures) - MOST_ROWS, 0),
            "charts": {
                name: {"alt": words, "drawn": True} for name, words in chart_words(figures).items()
            },
        },
    )


def _summary_letters(figures: dict[str, Any]) -> int:
    """About how much there is to read on page one, which is one page whatever is said there."""
    words, correction = figures.get("words") or {}, figures.get("correction") or {}
    findings = (*figures["gains"], *figures["worries"])
    return sum(
        map(
            len,
            (
                figures["headline"],
                figures["standfirst"],
                figures.get("sure", ""),
                *(one["explains"] for one in figures["measures"]),
                *(one["touchpoint"] + (one["why"] or "") for one in findings),
                *(one["title"] + one["why"] for one in figures["asks"]),
                *(words.get(key, "") for key in ("headline", "paragraph")),
                *words.get("passages", {}).get("summary", ""),
                *correction.get("differences", ()),
                correction.get("why", ""),
            ),
        )
    )


def day_of(figures: dict[str, Any], at: dt.datetime) -> dt.date:
    """The day that it was where the organisation was when its figures were frozen; by UTC where
    that is no place that this machine knows."""
    try:
        zone = ZoneInfo(figures.get("timezone", "UTC"))
    except (ValueError, ZoneInfoNotFoundError):
        zone = ZoneInfo("UTC")
    return at.astimezone(zone).date()


def page_parts(figures: dict[str, Any]) -> dict[str, Any]:
    """What the report's page shows beside the figures; the same as its print, but that a page
    has room for every row."""
    drawn = drawn_charts(figures)
    language = spoken(figures["language"])
    return {
        "figures": in_todays_shape(figures),
        "printed_in": language,
        "direction": direction(language),
        "sentences_in_english": language != "en" and in_english(figures),
        "fingerprint": fingerprint_of(figures),
        "sections": sections_of(figures),
        "moments": MOMENTS,
        "definitions": DEFINITIONS,
        "few": said(language, "few"),
        "heatmap_parts": list(heatmap_parts(figures, most_rows=None, most_columns=MOST_ON_SCREEN)),
        "charts": {
            name: {"alt": words, "drawn": name in drawn}
            for name, words in chart_words(figures).items()
        },
        "improvement_rows": improvement_rows(in_todays_shape(figures)),
    }


def names_with(figures: dict[str, Any], letters: str) -> list[str]:
    """The names and titles in those figures that have one of the letters, each once."""
    found: dict[str, None] = {}

    def walk(value: Any, key: str) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                walk(each, name)
        elif isinstance(value, list):
            for each in value:
                walk(each, key)
        elif isinstance(value, str) and key in _NAMES and set(letters) & set(value):
            found[value] = None

    walk(figures, "")
    return list(found)


def attached_words(figures: dict[str, Any]) -> str:
    """What the attached table is, in the words of its headings."""
    return said("en" if in_english(figures) else figures["language"], "Every figure of the heatmap")


def fingerprint_of(figures: dict[str, Any]) -> str:
    """The SHA-256 of the figures, in hexadecimal: the same data gives the same."""
    return hashlib.sha256(
        json.dumps(figures, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()
