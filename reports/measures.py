"""The summary's four measures, with intervals that do not flatter.

One person answers about several touchpoints, so the answers behind an average over touchpoints
are not independent, and how they hang together is not kept. The half-width of such an average is
therefore taken as the mean of the half-widths: right if every touchpoint's error had the same
sign, too wide otherwise, never too narrow.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import erfc, hypot, sqrt
from typing import TYPE_CHECKING

import numpy as np

from reports.contents import Measure, Reading
from reports.words import Points, Said, say
from touchpoints import moments
from touchpoints.moments import adjusted_net, wilson

if TYPE_CHECKING:
    from touchpoints.queries import Cell

Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value as counted, the centre and half-width of its 95 % interval, and its answers."""

    value: float
    centre: float
    half_width: float
    n: int


type Estimates = dict[int, Estimate]
"""By touchpoint: one quarter's estimates."""

ONE = 0  # the key of a measure that is not an average over touchpoints


def net_estimate(misery: int, mediocrity: int, magic: int) -> Estimate:
    """The net in points as counted, with its adjusted Wald interval."""
    net, error = adjusted_net(np.array([[misery, mediocrity, magic]]))
    counted = 100 * (magic - misery) / (misery + mediocrity + magic)
    return Estimate(
        counted, 100 * float(net[0]), 100 * Z95 * float(error[0]), misery + mediocrity + magic
    )


def share_estimate(part: int, n: int) -> Estimate:
    """A share in percent, with Wilson's interval."""
    low, high = wilson(part, n)
    return Estimate(100 * part / n, 50 * (low + high), 50 * (high - low), n)


def cell_nets(cells: Mapping[int, "Cell"]) -> Estimates:
    """The nets of the cells that may be shown, as the heatmap shows them."""
    return {
        key: net_estimate(cell.misery, cell.mediocrity, cell.magic)
        for key, cell in cells.items()
        if cell.net is not None
    }


def cell_misery(cells: Mapping[int, "Cell"]) -> Estimates:
    """The shares of misery of the cells that may be shown."""
    return {
        key: share_estimate(cell.misery, cell.n)
        for key, cell in cells.items()
        if cell.net is not None
    }


def average(period: str, estimates: Estimates, *, lowest: float, highest: float) -> Reading | None:
    """The mean over touchpoints, each weighing the same; `n` counts all their answers."""
    if not estimates:
        return None
    found = list(estimates.values())
    value = sum(e.value for e in found) / len(found)
    low = sum(e.centre - e.half_width for e in found) / len(found)
    high = sum(e.centre + e.half_width for e in found) / len(found)
    return Reading(
        period=period,
        value=round(value, 1),
        low=round(max(low, lowest), 1),
        high=round(min(high, highest), 1),
        n=sum(e.n for e in found),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two averages over the touchpoints that both quarters measured."""

    value: float
    half_width: float

    @property
    def p(self) -> float:
        return erfc(abs(self.value) / (self.half_width / Z95) / sqrt(2))


def difference(before: Estimates, after: Estimates) -> Difference | None:
    """Like with like: only touchpoints measured both times count."""
    both = before.keys() & after.keys()
    if not both:
        return None
    return Difference(
        sum(after[key].centre - before[key].centre for key in both) / len(both),
        sum(hypot(after[key].half_width, before[key].half_width) for key in both) / len(both),
    )


def discoveries(p_values: Sequence[float]) -> list[bool]:
    """Which of these differences may be called real."""
    return [bool(real) for real in moments.discoveries(np.array(p_values, dtype=np.float64))]


@dataclass(frozen=True, slots=True)
class Series:
    """What a measure is made from: its words, and eight quarters of estimates, oldest first."""

    key: str
    title: Said
    explains: Said
    unit: str
    quarters: tuple[Estimates, ...]


def measure_all(series: Sequence[Series], codes: Sequence[str]) -> tuple[Measure, ...]:
    """The measures, their changes judged together since last quarter and since last year."""
    found: dict[tuple[str, int], Difference] = {}
    for one in series:
        for back in (1, 4):
            changed = difference(one.quarters[-1 - back], one.quarters[-1])
            if changed is not None:
                found[one.key, back] = changed
    real = dict(zip(found, discoveries([d.p for d in found.values()]), strict=True))

    def since(one: Series, back: int) -> Said:
        key = (one.key, back)
        if key not in found:
            return Said("nothing to compare with")
        return _change(found[key], one.unit) if real[key] else Said("no detectable change")

    return tuple(_measure(one, codes, since) for one in series)


def _measure(one: Series, codes: Sequence[str], since: Callable[[Series, int], Said]) -> Measure:
    lowest = 0.0 if one.unit == "percent" else -100.0
    history = tuple(
        average(code, estimates, lowest=lowest, highest=100.0)
        for code, estimates in zip(codes, one.quarters, strict=True)
    )
    return Measure(
        key=one.key,
        title=one.title,
        explains=one.explains,
        unit=one.unit,
        now=history[-1],
        last_quarter=history[-2],
        last_year=history[-5],
        since_quarter=since(one, 1),
        since_year=since(one, 4),
        history=history,
    )


def _change(changed: Difference, unit: str) -> Said:
    """`unit` is points or percent."""
    return say(
        f"since.{unit}_{'up' if changed.value > 0 else 'down'}",
        points=round(abs(changed.value)),
        low=Points(changed.value - changed.half_width),
        high=Points(changed.value + changed.half_width),
    )
