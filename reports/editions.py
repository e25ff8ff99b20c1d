"""What differs between two editions of one quarter, in sentences."""

from collections.abc import Iterator
from typing import Any

from reports.words import counted, sentence, signed

_PARTS = (
    ("changes", "The real changes"),
    ("priorities", "The ten priorities"),
    ("improvements", "The improvements"),
    ("receipts", "The receipts of the rounds"),
    ("mission", "The mission or its decisions"),
)


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """From the figures of the corrected edition and of the new one; never empty."""
    return tuple(_differences(before, after)) or (
        "No figure differs from those of the earlier edition.",
    )


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    if before["headline"] != after["headline"]:
        yield f"The headline read: {before['headline']}"
    earlier = {measure["key"]: measure["now"] for measure in before["measures"]}
    for measure in after["measures"]:
        was, now = earlier.get(measure["key"]), measure["now"]
        if was != now:
            yield f"{measure['title']}: {_reading(was, measure)}, now {_reading(now, measure)}."
    old, new = _cells(before), _cells(after)
    changed = sum(old.get(where) != cell for where, cell in new.items())
    changed += sum(where not in new for where in old)
    if changed:
        yield sentence(f"{counted(changed, 'cell')} of the heatmap changed.")
    for key, title in _PARTS:
        if before[key] != after[key]:
            yield f"{title} changed."


def _reading(reading: dict[str, Any] | None, measure: dict[str, Any]) -> str:
    if reading is None:
        return "not measured"
    value = reading["value"]
    said = f"{value:.0f} %" if measure["unit"] == "percent" else signed(value)
    return f"{said} (n {reading['n']:,})"


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
