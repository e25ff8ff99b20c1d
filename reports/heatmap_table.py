"""The heatmap of a report's figures as tables that fit a page, and as CSV."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from programme.tables import write_csv
from reports import languages
from reports.earlier import in_english
from reports.phrases import said
from reports.wording import words_of
from reports.words import MOMENT_WORDS, say

MOST_ROWS = 150
MOST_COLUMNS = 10
# From so many rows on, the letters are smaller, so that sixty of them are a page.
DENSE_FROM = 40
ON_A_PAGE = 62


def row_count(figures: dict[str, Any]) -> int:
    return sum(len(stage["rows"]) for stage in figures["heatmap"]["stages"])


def heatmap_parts(
    figures: dict[str, Any], *, most_rows: int | None = MOST_ROWS, most_columns: int = MOST_COLUMNS
) -> Iterator[dict[str, Any]]:
    """Tables of at most so many columns of figures: all segments together first, then the
    segments; `most_rows` of None takes every row."""
    heatmap = figures["heatmap"]
    if not row_count(figures):
        return
    language = figures["language"]
    period = languages.quarter(language, figures["period"])
    totals = [{"name": said(language, "All customers"), "voice": "customer", "segment": "all"}]
    if heatmap["has_staff"]:
        totals.append({"name": said(language, "Staff"), "voice": "staff", "segment": "all"})
    segments = [
        {"name": name, "voice": "customer", "segment": key}
        for name, key in zip_longest(heatmap["segments"], heatmap.get("segment_ids") or ())
    ]
    room = most_columns - len(totals)
    chunks = [range(at, min(at + room, len(segments))) for at in range(0, len(segments), room)]
    for number, chunk in enumerate(chunks or [range(0)]):
        words = "Heatmap of {period}"
        if len(chunks) > 1:
            words = "Heatmap of {period}, part {number} of {parts}"
        columns = [*([] if number else totals), *segments[chunk.start : chunk.stop]]
        yield {
            "caption": words_of(
                say(words, period=period, number=number + 1, parts=len(chunks)), language
            ),
            "columns": columns,
            "width": len(columns) + 1,
            "dense": row_count(figures) >= DENSE_FROM,
            "whole": row_count(figures) <= ON_A_PAGE,
            "stages": list(_part_stages(heatmap, chunk, most_rows, totals=not number)),
        }


def _part_stages(
    heatmap: dict[str, Any], chunk: range, most_rows: int | None, *, totals: bool
) -> Iterator[dict[str, Any]]:
    room = most_rows
    for stage in heatmap["stages"]:
        rows = []
        for row in stage["rows"][:room]:
            first = [row["total"], *([row["staff"]] if heatmap["has_staff"] else [])]
            cells = (first if totals else []) + [row["cells"][index] for index in chunk]
            key = row.get("touchpoint_id")
            rows.append({"touchpoint": row["touchpoint"], "touchpoint_id": key, "cells": cells})
        if room is not None:
            room -= len(rows)
        if rows:
            yield {"name": stage["name"], "rows": rows}


def heatmap_csv(figures: dict[str, Any]) -> str:
    """Every cell as one line; what looks like a formula is made text."""
    language = "en" if in_english(figures) else figures["language"]
    headings = [said(language, heading) for heading in _CSV_HEADINGS]
    return "".join(write_csv(headings, _csv_rows(figures, language)))


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


def _csv_rows(figures: dict[str, Any], language: str) -> Iterator[list[Any]]:
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
                where = [figures["period"], stage["name"], row["touchpoint"]]
                said_words = [said(language, voice), segment]
                moment = said(language, MOMENT_WORDS[cell["label"]])
                yield [*where, *said_words, *counts, *nets, moment]
