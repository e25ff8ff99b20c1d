"""Where a touchpoint has been going: its last quarters, and the line through them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from programme.models import Period
from touchpoints import moments
from touchpoints.queries.known import Known
from touchpoints.queries.sums import Counts, Key
from touchpoints.words import signed

QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Trend:
    """Points a quarter with the 95 % interval, None with fewer than three quarters shown; `real`
    after false-discovery control over all touchpoints."""

    quarters: int
    slope: float | None = None
    low: float | None = None
    high: float | None = None
    real: bool = False

    @property
    def words(self) -> str:
        if self.slope is None:
            return "too few quarters to tell a trend"
        if not self.real:
            return "no detectable trend"
        return "rising" if self.slope > 0 else "falling"

    @property
    def slope_words(self) -> str:
        """The slope with its interval: "+3 points a quarter, between +1 and +5"."""
        if self.slope is None or self.low is None or self.high is None:
            return ""
        between = f"between {signed(self.low)} and {signed(self.high)}"
        return f"{signed(self.slope)} points a quarter, {between}"


def last_quarters(of: Known, period: Period) -> list[Period]:
    """Up to eight quarters to `period`, oldest first."""
    earlier = [one for one in of.periods if one.quarter <= period.quarter]
    return earlier[:QUARTERS][::-1]


def trend_of(
    of: Known, touchpoint: int, period: Period, voice: str, segment_id: int | None
) -> Trend:
    """The trend of one cell; no query where the sums of its quarters are known."""
    quarters = last_quarters(of, period)
    sums = of.sums([one.pk for one in quarters])
    counted = [sums[one.pk].of(voice) for one in quarters]
    slopes = of.remember(
        ("trends", period.pk, voice, segment_id),
        lambda: _slopes(of, quarters, counted, segment_id),
    )
    return Trend(len(quarters), *slopes.get(touchpoint, ()))


def _slopes(
    of: Known, quarters: list[Period], counted: list[Mapping[Key, Counts]], segment_id: int | None
) -> dict[int, tuple[float, float, float, bool]]:
    """Of each touchpoint that has one. A quarter that is missing counts as one without answers."""
    newest = quarters[-1].quarter
    places = [
        4 * (newest.year - one.quarter.year) + newest.number - one.quarter.number
        for one in quarters
    ]
    counts = np.zeros((len(of.touchpoints), max(places) + 1, 3), dtype=np.int64)
    for back, now in zip(places, counted, strict=True):
        for row, touchpoint in enumerate(of.touchpoints):
            counts[row, -1 - back] = now.get((touchpoint, segment_id), (0, 0, 0))
    found = moments.trends(counts)
    points = (100 * np.stack([found.slope, found.low, found.high], axis=1)).tolist()
    rows = zip(of.touchpoints, points, found.real.tolist(), strict=True)
    return {pk: (*three, real) for pk, three, real in rows if three[0] == three[0]}
