"""A touchpoint on one page: what it is, how it stands and stood, what is said and done there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation

from feedback.models import Comment
from feedback.queries import touchpoint_comments
from programme.models import Organisation, Period
from programme.printing import print_once
from programme.queries import today_at
from reports.languages import day, direction, spoken
from reports.queries import before_of, settings_of
from reports.wording import words_of
from reports.words import Said, say, short
from touchpoints.models import Improvement, Rule, Touchpoint
from touchpoints.queries import (
    Cell,
    Gap,
    Heatmap,
    Link,
    Row,
    gaps,
    heatmap,
    known,
    links_by_touchpoint,
)

# So much fits a page, whatever the words are.
MOST_COMMENTS, MOST_LINKS, MOST_IMPROVEMENTS, MOST_RULES = 6, 3, 4, 2
MOST_QUOTED = 170  # letters of a comment
ROOM_FOR_QUOTES = 420  # letters of all, with as many for each as a line's end takes
LINE = 40
YEAR = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Listed[T]:
    """The first of a list, and how many more there are."""

    shown: tuple[T, ...]
    more: int


@dataclass(frozen=True, slots=True)
class FactSheet:
    """What the page holds. Without a quarter nothing was rated yet; `row` is None then, too."""

    organisation: Organisation
    touchpoint: Touchpoint
    period: Period | None
    before: Period | None
    row: Row | None
    history: tuple[tuple[Period, Cell | None], ...]
    gap: Gap | None
    comments: Listed[Comment]
    links: Listed[Link]
    improvements: Listed[Improvement]
    rules: Listed[Rule]


def fact_sheet(touchpoint: Touchpoint, period: Period | None) -> FactSheet:
    """What is known of a touchpoint on the map, as of that quarter."""
    organisation = touchpoint.organisation
    of = known(organisation)
    before = before_of(organisation, period) if period else None
    shown: Heatmap | None = None
    row: Row | None = None
    if period is not None:
        shown = heatmap(organisation=of, period=period, compare_with=before)
        row = next((one for one in shown.rows() if one.touchpoint.pk == touchpoint.pk), None)
    comments = touchpoint_comments(touchpoint=touchpoint, period=period)
    return FactSheet(
        organisation=organisation,
        touchpoint=touchpoint,
        period=period,
        before=before,
        row=row,
        history=tuple(zip(shown.quarters, row.history, strict=True)) if shown and row else (),
        gap=gaps(shown).get(touchpoint.pk) if shown else None,
        comments=_that_fit(comments),
        links=_first(_weakest(links_by_touchpoint(of, period).get(touchpoint.pk, ())), MOST_LINKS),
        improvements=_first(_improvements(touchpoint), MOST_IMPROVEMENTS),
        rules=_first(list(touchpoint.rules.select_related("improvement")), MOST_RULES),
    )


def _first[T](found: Sequence[T], most: int) -> Listed[T]:
    return Listed(tuple(found[:most]), max(len(found) - most, 0))


def _that_fit(comments: QuerySet[Comment]) -> Listed[Comment]:
    """As many as the page has room for: many short ones, or few long ones."""
    shown: list[Comment] = []
    room = ROOM_FOR_QUOTES
    for one in comments[:MOST_COMMENTS]:
        room -= min(len(one.text), MOST_QUOTED) + LINE
        if room >= 0:
            shown.append(one)
    return Listed(tuple(shown), comments.count() - len(shown))


def _weakest(links: Sequence[Link]) -> list[Link]:
    """Rated ones first, the lowest net on top."""
    return sorted(links, key=lambda link: (link.cell.net is None, link.cell.net or 0.0))


def _improvements(touchpoint: Touchpoint) -> list[Improvement]:
    """Those open, by their due dates, then those finished in the last year."""
    state = Improvement.State
    found = touchpoint.improvements.filter(hand_off=None).select_related("owner__user")
    open_ones = found.filter(state__in=[state.PLANNED, state.UNDER_WAY])
    done = found.filter(state=state.DONE, done_on__gt=today_at(touchpoint.organisation) - YEAR)
    return [*open_ones, *done.order_by("-done_on", "pk")]


def print_fact_sheet(sheet: FactSheet) -> bytes:
    """The PDF, on one page and in the language of the reports. PrintError."""
    organisation = sheet.organisation
    language = spoken(settings_of(organisation).language or organisation.language)
    today = today_at(organisation)
    with translation.override(language):
        html = render_to_string("reports/touchpoint_sheet.html", _context(sheet, today, language))
    at = dt.datetime.combine(today, dt.time(), dt.UTC)
    return print_once(html, organisation=organisation, at=at)


def _gap_words(gap: Gap | None, language: str) -> str:
    """How staff see it beside customers; nothing where either has too few answers."""
    if gap is None:
        return ""
    if not gap.real:
        return words_of(Said("no detectable gap"), language)
    key = "gap.staff_worse" if gap.difference > 0 else "gap.staff_better"
    return words_of(say(key, points=abs(round(gap.difference))), language)


def _context(sheet: FactSheet, today: dt.date, language: str) -> dict[str, Any]:
    at = sheet.touchpoint
    return {
        "sheet": sheet,
        "today": today,
        "name": short(at.name, 90),
        "description": short(" ".join(at.description.split()), 200),
        "standard": short(" ".join(at.service_standard.split()), 140),
        "quotes": [
            {"text": short(" ".join(one.text.split()), MOST_QUOTED), "segment": one.segment}
            for one in sheet.comments.shown
        ],
        "figures": {
            "paper": sheet.organisation.paper,
            "logo": sheet.organisation.logo,
        },
        "for_print": True,
        "gap": _gap_words(sheet.gap, language),
        "printed_day": day(language, today),
        "printed_in": language,
        "direction": direction(language),
    }
