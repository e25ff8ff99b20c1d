"""A report's charts: their data and their words from its figures, drawn once for the same data."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.cache import cache

from programme.printing import print_apart, static_folder
from reports import pictures
from reports.phrases import direction, said
from reports.words import figure, signed

MOST_STANDING = 36
MOST_SECONDS = 60
CHART_LOOK = 9  # raised whenever the charts' drawing changes, so that no old one is taken
KEEP_CHARTS = 30 * 24 * 3600


def drawn_charts(figures: dict[str, Any]) -> dict[str, str]:
    """The charts of those figures that were drawn before, as SVG, by name."""
    keys = {name: _chart_key(name, rows) for name, rows in _chart_data(figures).items() if rows}
    found = cache.get_many(keys.values())
    return {name: found[key] for name, key in keys.items() if found.get(key)}


def draw_charts(
    figures: dict[str, Any], *, at: dt.datetime, say: Callable[[str], None]
) -> dict[str, str]:
    """All charts of those figures as SVG, by name; `say` hears "charts" where one is new.
    PrintError."""
    drawn = drawn_charts(figures)
    new = {name: rows for name, rows in _chart_data(figures).items() if rows and name not in drawn}
    if new:
        say("charts")
        made = print_apart(
            "reports.charts",
            {"fonts": str(static_folder() / "fonts"), "charts": new},
            at=at,
            seconds=MOST_SECONDS,
            comfort="The figures are safe.",
        )
        for name, svg in json.loads(made).items():
            drawn[name] = svg
            cache.set(_chart_key(name, new[name]), svg, KEEP_CHARTS)
    return drawn


def chart_words(figures: dict[str, Any]) -> dict[str, str]:
    """What each chart shows, in words, for those that the figures suffice for."""
    return {
        name: _CHART_TEXTS[name](figures) for name, rows in _chart_data(figures).items() if rows
    }


def _chart_key(name: str, rows: list[dict[str, Any]]) -> str:
    data = json.dumps([CHART_LOOK, name, rows], sort_keys=True)
    return f"chart:{hashlib.sha256(data.encode()).hexdigest()}"


def _chart_data(figures: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
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
                "measure": _title(figures, measure),
                "unit": measure["unit"],
                "period": code,
                "last": code == figures["period"],
                "value": reading and reading["value"],
                "low": reading and reading["low"],
                "high": reading and reading["high"],
                "said": figure(reading["value"], measure["unit"]) if reading else "",
            }


def _title(figures: dict[str, Any], measure: dict[str, Any]) -> str:
    """In English beside Arabic: the press sets a drawing's letters one by one, unjoined."""
    language, title = figures["language"], str(measure["title"])
    return said(language, title) if direction(language) == "ltr" else title


def _standing_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The lowest and the highest where there are too many for a page; a name's second bearer
    takes its stage's name along, since the axis tells rows apart by their words."""
    rows, names = [], set()
    for stage in figures["heatmap"]["stages"]:
        for row in stage["rows"]:
            total = row["total"]
            if total["net"] is None or total["indicative"]:
                continue
            name = row["touchpoint"]
            if name in names:
                name = f"{name} ({stage['name']})"
            names.add(name)
            rows.append(
                {
                    "touchpoint": name,
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


def _measures_text(figures: dict[str, Any]) -> str:
    said = []
    for measure in figures["measures"]:
        values = [
            f"{reading['period']} {signed(reading['value'])}"
            for reading in measure["history"]
            if reading
        ]
        if values:
            said.append(f"{measure['title']}: {', '.join(values)}.")
    return "Chart of the measures over eight quarters. " + " ".join(said)


def _standing_text(figures: dict[str, Any]) -> str:
    rows = _standing_rows(figures)
    lowest, highest = rows[0], rows[-1]
    return (
        f"Chart of {len(rows)} touchpoints by net, from {lowest['touchpoint']} "
        f"({signed(lowest['net'])}) to {highest['touchpoint']} ({signed(highest['net'])}). "
        "The figures are in the table of the heatmap appendix."
    )


_CHART_TEXTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "measures": _measures_text,
    "standing": _standing_text,
    "chain": pictures.chain_text,
    "loyalty": pictures.loyalty_text,
    "inside": pictures.inside_text,
    "improvements": pictures.improvements_text,
}
