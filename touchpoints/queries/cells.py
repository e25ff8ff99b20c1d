"""Cells of the heatmap: the verdicts on what was counted, and what changed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from touchpoints import moments
from touchpoints.queries.sums import Counts, Key
from touchpoints.words import CUES, WORDS, signed

_LEAST_FIRM = moments.DEFAULT.least_firm
_MOST_REMEMBERED = 50_000
type Change = tuple[float | None, float | None, float | None, bool]
"""A difference of nets with its bounds, in points, and whether it is real."""
_UNCOMPARED: Change = (None, None, None, False)
type _Verdict = tuple[str, float, float, float]
"""Class, and net with its bounds in points."""
# The same counts always get the same verdict, whoever they are of; all have the default policy.
_remembered: dict[Counts, _Verdict] = {}


@dataclass(frozen=True, slots=True)
class Cell:
    """One touchpoint in one slice. Nets, bounds and differences are points from -100 to 100. A
    hidden cell has `n` 0 and no figure at all, whether few answered or none did."""

    touchpoint_id: int
    segment_id: int | None
    n: int
    misery: int
    mediocrity: int
    magic: int
    label: str
    net: float | None
    low: float | None
    high: float | None
    indicative: bool
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    real_change: bool = False

    @property
    def hidden(self) -> bool:
        return self.label == "hidden"

    @property
    def word(self) -> str:
        return WORDS[self.label]

    @property
    def cue(self) -> str:
        return CUES[self.label]

    @property
    def css(self) -> str:
        """The class of the stylesheet that colours this moment."""
        return f"moment-{self.label.replace('_', '-')}"

    @property
    def points(self) -> str:
        """The net as people read it: +12, −42; nothing where hidden."""
        return "" if self.net is None else signed(self.net)

    @property
    def low_points(self) -> str:
        return "" if self.low is None else signed(self.low)

    @property
    def high_points(self) -> str:
        return "" if self.high is None else signed(self.high)

    @property
    def difference_words(self) -> str:
        """The difference with its interval: "+36, between −1 and +74"."""
        if self.difference is None or self.difference_low is None or self.difference_high is None:
            return ""
        between = f"between {signed(self.difference_low)} and {signed(self.difference_high)}"
        return f"{signed(self.difference)}, {between}"

    @property
    def change(self) -> str:
        """The change in words; nothing where there is nothing to compare with."""
        if self.difference is None:
            return ""
        if not self.real_change:
            return "no detectable change"
        better = self.difference > 0
        return f"{'up' if better else 'down'} {abs(round(self.difference))} points"


def cells(
    keys: Iterable[Key],
    now: Mapping[Key, Counts],
    changed: Mapping[Key, Change] | None = None,
) -> dict[Key, Cell]:
    """A cell for each key, classified together; those missing in `now` are hidden."""
    keys = list(keys)
    verdicts = _verdicts({now[key] for key in keys if key in now})
    changed = changed or {}
    return {
        key: _cell(key, counts, verdicts[counts], changed.get(key, _UNCOMPARED))
        if (counts := now.get(key))
        else _hidden(key)
        for key in keys
    }


def _cell(key: Key, counts: Counts, verdict: _Verdict, change: Change) -> Cell:
    n = counts[0] + counts[1] + counts[2]
    return Cell(key[0], key[1], n, *counts, *verdict, n < _LEAST_FIRM, *change)  # type: ignore[arg-type]


def _hidden(key: Key) -> Cell:
    return Cell(*key, 0, 0, 0, 0, "hidden", None, None, None, indicative=False)


def changes(
    before: Mapping[Key, Counts], now: Mapping[Key, Counts], touchpoints: Collection[int]
) -> dict[Key, Change]:
    """Now against before wherever both are shown, false discoveries controlled over all cells of
    these touchpoints, whichever of them a page shows."""
    compared = [key for key in now if key in before and key[0] in touchpoints]
    found = moments.changes(
        np.array([before[key] for key in compared], dtype=np.int64).reshape(-1, 3),
        np.array([now[key] for key in compared], dtype=np.int64).reshape(-1, 3),
    )
    points = (100 * np.stack([found.difference, found.low, found.high], axis=1)).tolist()
    return {
        key: (*three, real)
        for key, three, real in zip(compared, points, found.real.tolist(), strict=True)
    }


def _verdicts(wanted: Collection[Counts]) -> dict[Counts, _Verdict]:
    """Of each counts; what was classified before, in this process, costs nothing."""
    found = {one: known for one in wanted if (known := _remembered.get(one))}
    fresh = [one for one in wanted if one not in found]
    if fresh:
        told = moments.classify(np.array(fresh, dtype=np.int64))
        points = (100 * np.stack([told.net, told.low, told.high], axis=1)).tolist()
        new: dict[Counts, _Verdict] = {
            one: (str(label), *three)
            for one, label, three in zip(fresh, told.label, points, strict=True)
        }
        if len(_remembered) + len(new) > _MOST_REMEMBERED:
            _remembered.clear()
        _remembered.update(new)
        found |= new
    return found


def is_above(staff: Cell, customers: Cell) -> bool:
    """Whether staff see it a class better than customers do."""
    return _apart(staff.label, customers.label)[0]


def is_shell(staff: Cell, customers: Cell) -> bool:
    """Whether customers find it good and the staff behind it do not."""
    return _apart(staff.label, customers.label)[1]


@cache
def _apart(inside: str, outside: str) -> tuple[bool, bool]:
    """Whether it is a blind spot, and whether it is a shell."""
    labels = np.array([inside]), np.array([outside])
    return bool(moments.blind_spots(*labels)[0]), bool(moments.shells(*labels)[0])
