"""Figures as earlier releases froze them, brought to the shape that pages and prints read today.

They hold English sentences, days and short words; the short words and the days were put into the
report's language when it was printed, and still are, here. What was frozen is never changed. Pure.
"""

import copy
import datetime as dt
from typing import Any

from reports import languages, phrases

IN_LANGUAGES = 4  # the layout from which on figures hold all of their words in their language


def in_todays_shape(figures: dict[str, Any]) -> dict[str, Any]:
    """The same figures where they are of this shape already; else a copy that is."""
    if not in_english(figures):
        return figures
    found, language = copy.deepcopy(figures), figures["language"]
    for one in found["measures"]:
        _say(language, one, "title", "explains", "since_quarter", "since_year")
    for one in found.get("loyalty", ()):
        _say(language, one, "title", "explains")
    for one in (found.get("inside") or {}).get("rows", ()):
        _say(language, one, "gap_words", "mark")
    for one in found["improvements"]:
        _say(language, one, "state")
    for one in found.get("coverage", ()):
        _say(language, one, "what")
    mission = found["mission"] or {}
    for one in mission.get("decisions", ()):
        to = "to the" if one["fit"] == "Neutral" else "the"
        one["fit"] = phrases.said(language, f"{one['fit']} {to} mission")
    for lines, key in (
        (found["priorities"], "due_on"),
        ((found.get("chain") or {}).get("links", ()), "due_on"),
        (found["improvements"], "due_on"),
        (found.get("rules", ()), "lifted_on"),
        (mission.get("decisions", ()), "decided_on"),
        ([mission] if mission else (), "adopted_on"),
        ([mission] if mission else (), "review_on"),
        ([found], "period_words"),
    ):
        for line in lines:
            line[key] = _dated(language, line[key])
    return found


def in_english(figures: dict[str, Any]) -> bool:
    """Whether the sentences of those figures are in English, whatever their language."""
    return bool(figures) and figures.get("layout", 1) < IN_LANGUAGES


def _say(language: str, line: dict[str, Any], *keys: str) -> None:
    for key in keys:
        line[key] = phrases.said(language, line[key])


def _dated(language: str, words: str) -> str:
    """ "3 May 2026" or "April to June 2026" or "November 2016 to January 2017"."""
    ends = [_moment(end.split()) for end in words.split(" to ")] if words else []
    if not ends or None in ends:
        return words
    first, last = ends[0], ends[-1]
    if len(ends) == 1:
        return languages.day(language, dt.date(last[2], last[1], last[0]))
    year = first[2] or last[2]
    return languages.months(language, dt.date(year, first[1], 1), dt.date(last[2], last[1], 1))


def _moment(words: list[str]) -> Any:
    """Day, month and year of such words, those that are missing as nothing."""
    months = languages.month_names("en")
    named = next((word for word in words if word in months), None)
    if named is None:
        return None
    numbers = [int(word) for word in words if word.isdigit()]
    year = next((number for number in numbers if number > 31), 0)
    day = next((number for number in numbers if number <= 31), 1)
    return day, months.index(named) + 1, year
