"""A report's charts: their data and their words from its figures, drawn once for the same data."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.cache import cache

from programme.periods import Quarter
from programme.printing import print_apart, static_folder
from reports import languages, pictures
from reports.earlier import in_english, in_todays_shape
from reports.wording import words_of
from reports.words import Passage, Percent, Points, Run, Said, say

MOST_STANDING = 36
MOST_SECONDS = 60
CHART_LOOK = 15  # raised whenever the charts' drawing changes, so that no old one is taken
KEEP_CHARTS = 30 * 24 * 3600


def drawn_charts(figures: dict[str, Any]) -> dict[str, str]:
    """The charts of those figures that were drawn before, as SVG, by name."""
    way = languages.direction(figures["language"])
    data = _chart_data(figures)
    keys = {name: _chart_key(name, rows, way) for name, rows in data.items() if rows}
    found = cache.get_many(keys.values())
    return {name: found[key] for name, key in keys.items() if found.get(key)}


def draw_charts(
    figures: dict[str, Any], *, at: dt.datetime, say: Callable[[str], None]
) -> dict[str, str]:
    """All charts of those figures as SVG, by name; `say` hears "charts" where one is new.
    PrintError."""
    drawn = drawn_charts(figures)
    way = languages.direction(figures["language"])
    new = {name: rows for name, rows in _chart_data(figures).items() if rows and name not in drawn}
    if new:
        say("charts")
        made = print_apart(
            "reports.charts",
            {"static": str(static_folder()), "direction": way, "charts": new},
            at=at,
            seconds=MOST_SECONDS,
            comfort="The figures are safe.",
        )
        for name, svg in json.loads(made).items():
            drawn[name] = svg
            cache.set(_chart_key(name, new[name], way), svg, KEEP_CHARTS)
    return drawn


def chart_words(figures: dict[str, Any]) -> dict[str, str]:
    """What each chart shows, in words, for those that the figures suffice for."""
    language = "en" if in_english(figures) else figures["language"]
    return {
        name: words_of(_CHART_TEXTS[name](figures), language)
        for name, rows in _chart_data(figures).items()
        if rows
    }


def _chart_key(name: str, rows: list[dict[str, Any]], way: str) -> str:
    data = json.dumps([CHART_LOOK, way, name, rows], sort_keys=True)
    return f"chart:{hashlib.sha256(data.encode()).hexdigest()}"


def _chart_data(figures: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    figures = in_todays_shape(figures)
    return {
        "measures": list(_measures_rows(figures)),
        "standing": _standing_rows(figures),
        "chain": pictures.chain_rows(figures),
        "loyalty": pictures.loyalty_rows(figures),
        "inside": pictures.inside_rows(figures),
        "improvements": pictures.improvement_rows(figures),
    }


def _measures_rows(figures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Nothing while fewer than two quarters were measured: there is no line to draw."""
    measured = {
        reading["period"] for m in figures["measures"] for reading in m["history"] if reading
    }
    if len(measured) < 2:
        return
    for measure in figures["measures"]:
        if not any(measure["history"]):
            continue
        for code, reading in zip(figures["quarters"], measure["history"], strict=True):
            yield {
                "measure": measure["title"],
                "unit": measure["unit"],
                "period": code,
                "quarter": languages.short_quarter(figures["language"], code),
                "last": code == figures["period"],
                "value": reading and reading["value"],
                "low": reading and reading["low"],
                "high": reading and reading["high"],
                "said": _said(figures["language"], reading, measure["unit"]),
            }


def _said(language: str, reading: dict[str, Any] | None, unit: str) -> str:
    write = languages.percent if unit == "percent" else languages.points
    return write(language, reading["value"]) if reading else ""


def _standing_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The lowest and the highest where there are too many for a page; a name's second bearer
    takes its stage's name along, since the axis tells rows apart by their words."""
    rows: list[dict[str, Any]] = []
    names: set[str] = set()
    for stage in figures["heatmap"]["stages"]:
        for row in stage["rows"]:
            total = row["total"]
            if total["net"] is None or total["indicative"]:
                continue
            name = pictures.axis_name(row["touchpoint"], stage["name"], names)
            rows.append(
                {
                    "touchpoint": languages.isolated("en", name),
                    "net": total["net"],
                    "low": total["low"],
                    "high": total["high"],
                    "label": total["label"],
                }
            )
    rows.sort(key=lambda row: row["net"])
    if len(rows) > MOST_STANDING:
        rows = rows[: MOST_STANDING // 2] + rows[-MOST_STANDING // 2 :]
    return rows


def _measures_text(figures: dict[str, Any]) -> Passage:
    said = [say("alt.measures")]
    for measure in figures["measures"]:
        unit = Percent if measure["unit"] == "percent" else Points
        readings = [
            say(
                "alt.reading",
                quarter=Quarter.parse(reading["period"]),
                value=unit(reading["value"]),
            )
            for reading in measure["history"]
            if reading
        ]
        if readings:
            said.append(say("alt.measure", title=measure["title"], readings=Run(tuple(readings))))
    return Passage(tuple(said))


def _standing_text(figures: dict[str, Any]) -> Said:
    rows = _standing_rows(figures)
    lowest, highest = rows[0], rows[-1]
    return say(
        "alt.standing",
        n=len(rows),
        lowest=lowest["touchpoint"],
        low=Points(lowest["net"]),
        highest=highest["touchpoint"],
        high=Points(highest["net"]),
    )


_CHART_TEXTS: dict[str, Callable[[dict[str, Any]], Said | Passage]] = {
    "measures": _measures_text,
    "standing": _standing_text,
    "chain": pictures.chain_text,
    "loyalty": pictures.loyalty_text,
    "inside": pictures.inside_text,
    "improvements": pictures.improvements_text,
}
