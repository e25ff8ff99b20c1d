"""A report's figures to PDF: the pages by Django's templates, the print by `reports.press`.

The press is a process of its own, so that a print that runs away can be stopped, what it took is
given back, and a machine without Pango still runs everything else.
"""

import datetime as dt
import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string

from programme.printing import why_failed
from programme.tables import write_csv
from reports.words import MOMENT_WORDS, signed

logger = logging.getLogger(__name__)

MOST_SECONDS = 120
MOST_ROWS = 150
MOST_COLUMNS = 9
MOST_STANDING = 36
CHART_LOOK = 4  # raised whenever the charts' drawing changes, so that no old one is taken
KEEP_CHARTS = 30 * 24 * 3600

SECTIONS = (
    ("summary", "Summary"),
    ("changes", "What changed"),
    ("priorities", "Ten priorities"),
    ("improvements", "Improvements"),
    ("assurance", "Assurance"),
    ("heatmap", "Appendix: the heatmap"),
    ("mission", "Appendix: the mission and its decisions"),
    ("definitions", "Appendix: definitions"),
)
MOMENTS = (
    ("magic", "The net is above +20, with a probability of at least 80 %."),
    ("leaning_magic", "More magic than misery, as surely, but how much is not clear."),
    ("mediocrity", "The net lies between −20 and +20, with a probability of at least 80 %."),
    ("leaning_misery", "More misery than magic, as surely, but how much is not clear."),
    ("misery", "The net is below −20, with a probability of at least 80 %."),
    ("split", "Some love it and others hate it: an average would hide both."),
    ("unclear", "The answers do not tell which way it leans."),
    ("hidden", "Fewer than five answers: nothing is shown."),
)
DEFINITIONS = (
    ("Touchpoint", "A place where customers and the organisation touch."),
    ("Moment of magic", "A rating of 9 or 10 of 10, “better than expected”, or 5 of 5."),
    ("Moment of mediocrity", "A rating of 7 or 8 of 10, “as expected”, or 3 to 4 of 5."),
    ("Moment of misery", "A rating of 0 to 6 of 10, “worse than expected”, or 1 to 2 of 5."),
    (
        "Net",
        (
            "The share of magic less the share of misery, from −100 to +100 points; with few "
            "answers, a little nearer to zero."
        ),
    ),
    ("n", "The number of answers behind a figure."),
    ("95 % interval", "The range that holds the true value in 95 of 100 such surveys."),
    ("Real change", "A difference that survives a check over all differences looked at together."),
    ("No detectable change", "The answers cannot tell a change from chance; there may be one."),
    ("Indicative", "From five to nine answers: a hint, never firm, never in the summary."),
    ("Blind spot", "A touchpoint that our own staff rate a class above our customers."),
    ("Must be", "Customers take it for granted and notice it only when it fails."),
)


class PressError(Exception):
    """The print did not come out; its text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Printed:
    pdf: bytes
    pages: int


def print_report(
    figures: dict[str, Any],
    *,
    edition: int,
    built_at: dt.datetime,
    frozen_at: dt.datetime | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Printed:
    """The PDF of those figures; `say` hears "charts" and "pages" as they begin. A report without
    `frozen_at` is marked as a draft. PressError."""
    data = {name: rows for name, rows in _chart_data(figures).items() if rows}
    keys = {name: _chart_key(name, rows) for name, rows in data.items()}
    drawn = drawn_charts(figures)
    job = {
        "static": str((Path(settings.BASE_DIR) / "static").resolve()),
        "html": print_html(figures, edition=edition, built_at=built_at, frozen_at=frozen_at),
        "charts": {name: rows for name, rows in data.items() if name not in drawn},
        "drawn": drawn,
        "attachment": {
            "name": f"heatmap-{figures['period']}.csv",
            "description": "Every figure of the heatmap",
            "content": heatmap_csv(figures),
        },
        "identifier": fingerprint_of(figures),
        "built_at": (frozen_at or built_at).isoformat(),
    }
    with tempfile.TemporaryDirectory(prefix="focusprog-press-") as name:
        folder = Path(name)
        pages = _press({**job, "folder": name}, frozen_at or built_at, say)
        if (made := folder / "charts.json").exists():
            for chart, svg in json.loads(made.read_text()).items():
                cache.set(keys[chart], svg, KEEP_CHARTS)
        return Printed((folder / "report.pdf").read_bytes(), pages)


def print_html(
    figures: dict[str, Any],
    *,
    edition: int,
    built_at: dt.datetime,
    frozen_at: dt.datetime | None,
) -> str:
    """The finished pages, before they are set."""
    return render_to_string(
        "reports/print/report.html",
        {
            "report": figures,
            "edition": edition,
            "built_at": built_at,
            "frozen_at": frozen_at,
            "fingerprint": fingerprint_of(figures),
            "sections": SECTIONS,
            "moments": MOMENTS,
            "definitions": DEFINITIONS,
            "heatmap_parts": list(_heatmap_parts(figures)),
            "heatmap_left_out": max(_row_count(figures) - MOST_ROWS, 0),
            "charts": {
                name: _CHART_TEXTS[name](figures)
                for name, rows in _chart_data(figures).items()
                if rows
            },
        },
    )


def drawn_charts(figures: dict[str, Any]) -> dict[str, str]:
    """The charts of those figures that were drawn before, as SVG, by name."""
    data = {name: rows for name, rows in _chart_data(figures).items() if rows}
    keys = {name: _chart_key(name, rows) for name, rows in data.items()}
    return {name: svg for name, key in keys.items() if (svg := cache.get(key))}


def page_parts(figures: dict[str, Any]) -> dict[str, Any]:
    """What the report's page shows beside the figures; the same as its print, but that a page
    has room for every row."""
    drawn = drawn_charts(figures)
    return {
        "fingerprint": fingerprint_of(figures),
        "sections": SECTIONS,
        "moments": MOMENTS,
        "definitions": DEFINITIONS,
        "charts": {
            name: {"alt": _CHART_TEXTS[name](figures), "drawn": name in drawn}
            for name, rows in _chart_data(figures).items()
            if rows
        },
    }


def fingerprint_of(figures: dict[str, Any]) -> str:
    """The SHA-256 of the figures, in hexadecimal: the same data gives the same."""
    return hashlib.sha256(
        json.dumps(figures, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def _press(job: dict[str, Any], built_at: dt.datetime, say: Callable[[str], None]) -> int:
    """Run the press on one job; its number of pages."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reports.press"],
        cwd=settings.BASE_DIR,
        # Fonts are stamped with this time when they are cut down: the same data, the same bytes.
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(built_at.timestamp()))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    stdin, stdout, stderr = (
        cast("IO[str]", pipe) for pipe in (process.stdin, process.stdout, process.stderr)
    )
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        process.kill()

    # Warnings are read as they come: a full pipe would stall the press.
    complaints: list[str] = []
    reader = threading.Thread(target=lambda: complaints.extend(stderr), daemon=True)
    reader.start()
    clock = threading.Timer(MOST_SECONDS, stop)
    clock.start()
    pages = 0
    try:
        with process:
            try:
                json.dump(job, stdin)
                stdin.close()
            except BrokenPipeError:
                complaints.append("The press ended before it had read its job.")
            for line in stdout:
                word, _, number = line.strip().partition(" ")
                if word == "done":
                    pages = int(number)
                else:
                    say(word)
            reader.join(timeout=10)
    finally:
        clock.cancel()
        if process.poll() is None:
            process.kill()
    if stopped.is_set():
        raise PressError(
            f"Printing took longer than {MOST_SECONDS} seconds and was stopped. "
            "The figures are safe."
        )
    if process.returncode or not pages:
        raise PressError(why_failed("".join(complaints), comfort="The figures are safe."))
    for complaint in complaints[:20]:
        logger.warning("The press: %s", complaint.strip()[:500])
    return pages


# Charts


def _chart_key(name: str, rows: list[dict[str, Any]]) -> str:
    data = json.dumps([CHART_LOOK, name, rows], sort_keys=True)
    return f"chart:{hashlib.sha256(data.encode()).hexdigest()}"


def _chart_data(figures: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"measures": list(_measures_rows(figures)), "standing": _standing_rows(figures)}


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
                "last": code == figures["period"],
                "value": reading and reading["value"],
                "low": reading and reading["low"],
                "high": reading and reading["high"],
            }


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
}


# The heatmap's table


def _row_count(figures: dict[str, Any]) -> int:
    return sum(len(stage["rows"]) for stage in figures["heatmap"]["stages"])


def _heatmap_parts(figures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Tables that fit a page's width: all segments together first, then the segments."""
    heatmap = figures["heatmap"]
    if not _row_count(figures):
        return
    segments = heatmap["segments"]
    staff = ["Staff"] if heatmap["has_staff"] else []
    room = MOST_COLUMNS - 1 - len(staff)
    chunks = [range(at, min(at + room, len(segments))) for at in range(0, len(segments), room)]
    for number, chunk in enumerate(chunks or [range(0)]):
        columns = [] if number else ["All customers", *staff]
        columns += [segments[index] for index in chunk]
        caption = f"Heatmap of {figures['period']}"
        if len(chunks) > 1:
            caption += f", part {number + 1} of {len(chunks)}"
        yield {
            "caption": caption,
            "columns": columns,
            "width": len(columns) + 1,
            "stages": list(_part_stages(heatmap, chunk, totals=not number)),
        }


def _part_stages(
    heatmap: dict[str, Any], chunk: range, *, totals: bool
) -> Iterator[dict[str, Any]]:
    room = MOST_ROWS
    for stage in heatmap["stages"]:
        rows = []
        for row in stage["rows"][:room]:
            first = [row["total"], *([row["staff"]] if heatmap["has_staff"] else [])]
            cells = (first if totals else []) + [row["cells"][index] for index in chunk]
            rows.append({"touchpoint": row["touchpoint"], "cells": cells})
        room -= len(rows)
        if rows:
            yield {"name": stage["name"], "rows": rows}


def heatmap_csv(figures: dict[str, Any]) -> str:
    """Every cell as one line; what looks like a formula is made text."""
    return "".join(write_csv(_CSV_HEADINGS, _csv_rows(figures)))


_CSV_HEADINGS = [
    "period",
    "stage",
    "touchpoint",
    "voice",
    "segment",
    "n",
    "misery",
    "mediocrity",
    "magic",
    "net",
    "low",
    "high",
    "moment",
]


def _csv_rows(figures: dict[str, Any]) -> Iterator[list[Any]]:
    heatmap = figures["heatmap"]
    for stage in heatmap["stages"]:
        for row in stage["rows"]:
            named = [("customer", "", row["total"]), ("staff", "", row["staff"])]
            named += [
                ("customer", segment, cell)
                for segment, cell in zip(heatmap["segments"], row["cells"], strict=True)
            ]
            for voice, segment, cell in named:
                counts = [cell[key] for key in ("n", "misery", "mediocrity", "magic")]
                nets = [cell[key] for key in ("net", "low", "high")]
                where = [figures["period"], stage["name"], row["touchpoint"], voice, segment]
                yield [*where, *counts, *nets, MOMENT_WORDS[cell["label"]]]
