"""What differs between two editions of one quarter, in sentences."""

from collections.abc import Iterator
from typing import Any

from reports.words import Percent, Points, Said, say

# Part, and what of each of its lines is compared where the editions are not in the same words.
_PARTS = (
    ("changes", ("touchpoint_id", "difference", "low", "high", "n")),
    ("priorities", ("touchpoint_id", "net", "low", "high", "n", "importance", "owner")),
    ("improvements", ("improvement_id", "title", "owner", "late")),
    ("receipts", ("round_id", "title", "invited", "answered", "published")),
    ("mission", ("statement",)),
)
_IN_LANGUAGES = 4  # the layout from which on dates and states are in the report's language


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[Said, ...]:
    """From the figures of the corrected edition and of the new one; never empty."""
    return tuple(_differences(before, after)) or (say("edition.same"),)


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Said]:
    same_words = _words(before) == _words(after)
    if same_words and before["headline"] != after["headline"]:
        yield say("edition.headline", words=before["headline"])
    earlier = {measure["key"]: measure["now"] for measure in before["measures"]}
    for measure in after["measures"]:
        was, now = earlier.get(measure["key"]), measure["now"]
        if was != now:
            yield say(
                "edition.measure",
                title=measure["title"],
                was=_reading(was, measure["unit"]),
                now=_reading(now, measure["unit"]),
            )
    old, new = _cells(before), _cells(after)
    changed = sum(old.get(where) != cell for where, cell in new.items())
    changed += sum(where not in new for where in old)
    if changed:
        yield say("edition.cells", n=changed)
    for key, compared in _PARTS:
        was, now = before[key], after[key]
        if not same_words:
            was, now = _only(was, compared), _only(now, compared)
        if was != now:
            yield say(f"edition.{key}")


def _words(figures: dict[str, Any]) -> tuple[str, bool]:
    return figures["language"], figures.get("layout", 1) >= _IN_LANGUAGES


def _only(part: Any, compared: tuple[str, ...]) -> Any:
    lines = part if isinstance(part, list) else [part or {}]
    return [[line.get(key) for key in compared] for line in lines]


def _reading(reading: dict[str, Any] | None, unit: str) -> Said:
    if reading is None:
        return Said("not measured")
    value = Percent(reading["value"]) if unit == "percent" else Points(reading["value"])
    return say("edition.reading", value=value, n=reading["n"])


def _cells(figures: dict[str, Any]) -> dict[tuple[int, str], dict[str, Any]]:
    """Each cell of the heatmap by its touchpoint and its column."""
    heatmap = figures["heatmap"]
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for stage in heatmap["stages"]:
        for row in stage["rows"]:
            key = row["touchpoint_id"]
            found[key, "all"], found[key, "staff"] = row["total"], row["staff"]
            for segment, cell in zip(heatmap["segments"], row["cells"], strict=True):
                found[key, f"segment {segment}"] = cell
    return found
