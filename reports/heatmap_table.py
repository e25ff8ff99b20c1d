"""The heatmap of a report's figures as tables that fit a page, and as CSV."""

from collections.abc import Iterator
from typing import Any

from programme.tables import write_csv
from reports.phrases import said
from reports.words import MOMENT_WORDS

MOST_ROWS = 150
MOST_COLUMNS = 9


def row_count(figures: dict[str, Any]) -> int:
    return sum(len(stage["rows"]) for stage in figures["heatmap"]["stages"])


def heatmap_parts(figures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Tables that fit a page's width: all segments together first, then the segments."""
    heatmap = figures["heatmap"]
    if not row_count(figures):
        return
    segments = heatmap["segments"]
    language, period = figures["language"], figures["period"]
    staff = [said(language, "Staff")] if heatmap["has_staff"] else []
    room = MOST_COLUMNS - 1 - len(staff)
    chunks = [range(at, min(at + room, len(segments))) for at in range(0, len(segments), room)]
    for number, chunk in enumerate(chunks or [range(0)]):
        columns = [] if number else [said(language, "All customers"), *staff]
        columns += [segments[index] for index in chunk]
        words = "Heatmap of {period}"
        if len(chunks) > 1:
            words = "Heatmap of {period}, part {number} of {parts}"
        caption = said(language, words).format(period=period, number=number + 1, parts=len(chunks))
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
