"""What differs between two editions of one quarter, in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reports.terms import SECTIONS
from reports.words import Names, Passage, Percent, Points, Said, say


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the figures: where it is, what of its lines is compared where the editions are not
    in the same words, the key of a line and its name, and the section that an older edition may
    lack."""

    name: str
    path: tuple[str, ...]
    compared: tuple[str, ...]
    key: str = ""
    called: str = ""
    section: str = ""


_RATED = ("low", "high", "n")
_PARTS = (
    _Part("asks", ("asks",), ()),
    _Part(
        "changes", ("changes",), ("difference", *_RATED), key="touchpoint_id", called="touchpoint"
    ),
    _Part(
        "priorities",
        ("priorities",),
        ("rank", "net", *_RATED, "importance", "owner"),
        key="touchpoint_id",
        called="touchpoint",
    ),
    _Part(
        "chain",
        ("chain", "links"),
        ("rank", "giver", "receiver", "cell", "owner"),
        key="name",
        called="name",
        section="chain",
    ),
    _Part("loyalty", ("loyalty",), ("n", "share", "low", "high", "value"), section="loyalty"),
    _Part(
        "inside",
        ("inside", "rows"),
        ("customers", "staff", "gap", "low", "high"),
        key="touchpoint_id",
        called="touchpoint",
        section="loyalty",
    ),
    _Part(
        "improvements",
        ("improvements",),
        ("title", "owner", "late"),
        key="improvement_id",
        called="title",
    ),
    _Part("rules", ("rules",), ("name", "hampered"), key="rule_id", called="name"),
    _Part(
        "receipts",
        ("receipts",),
        ("title", "invited", "answered", "published"),
        key="round_id",
        called="title",
    ),
    _Part("mission", ("mission",), ("statement",)),
)
_MOST_NAMED = 5
_IN_LANGUAGES = 4  # the layout from which on dates and states are in the report's language


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[Said | Passage, ...]:
    """From the figures of the corrected edition and of the new one; never empty."""
    return tuple(_differences(before, after)) or (say("edition.same"),)


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Said | Passage]:
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
    lacked: set[str] = set()
    for part in _PARTS:
        if part.section and part.section not in before:
            if part.section not in lacked:
                lacked.add(part.section)
                yield say("edition.lacked", part=Said(dict(SECTIONS)[part.section]))
            continue
        was, now = _at(before, part.path), _at(after, part.path)
        if not same_words:
            was, now = _only(was, part.compared), _only(now, part.compared)
        if was != now:
            yield _which(part, before, after, same_words=same_words)


def _which(
    part: _Part, before: dict[str, Any], after: dict[str, Any], *, same_words: bool
) -> Said | Passage:
    """That the part changed, and which of its lines did where they have names."""
    changed = say(f"edition.{part.name}")
    if not part.called:
        return changed
    old, new = (
        {
            line.get(part.key): (
                line[part.called],
                line if same_words else [line.get(each) for each in part.compared],
            )
            for line in _at(figures, part.path)
        }
        for figures in (before, after)
    )
    names = [name for key, (name, line) in new.items() if old.get(key, ("", None))[1] != line]
    names += [name for key, (name, _) in old.items() if key not in new]
    if not names:
        return changed
    return Passage((changed, say("edition.which", names=Names(tuple(names), _MOST_NAMED))))


def _at(figures: dict[str, Any], path: tuple[str, ...]) -> Any:
    """What is there; an empty list where an older edition has nothing there."""
    found: Any = figures
    for key in path:
        found = (found or {}).get(key)
    return [] if found is None else found


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
