"""What came of finished improvements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Sum

from programme.models import Organisation, Period
from touchpoints import moments
from touchpoints.models import Improvement, RatingTally, Voice
from touchpoints.words import signed

type _Rated = tuple[Period, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Effect:
    """The customers' net at the touchpoint in the last quarter that ended before the improvement
    was done, against the latest quarter that began after it; points, with the 95 % interval."""

    before: Period
    after: Period
    difference: float
    low: float
    high: float
    real: bool

    @property
    def words(self) -> str:
        if not self.real:
            return "no detectable change"
        return f"{'up' if self.difference > 0 else 'down'} {abs(round(self.difference))} points"

    @property
    def interval(self) -> str:
        return f"{signed(self.low)} to {signed(self.high)}"


@dataclass(frozen=True, slots=True)
class Reached:
    """The customers' net in the quarter for which one was expected, in points, with its 95 %
    interval."""

    expected: int
    net: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """Reached or missed only where the whole interval says so."""
        if self.low >= self.expected:
            return "reached"
        if self.high < self.expected:
            return "not reached"
        return "cannot be told yet: chance alone could explain the difference"

    @property
    def figures(self) -> str:
        return f"net {signed(self.net)}, interval {signed(self.low)} to {signed(self.high)}"


def expectations(
    *, organisation: Organisation, improvements: Sequence[Improvement]
) -> dict[int, Reached]:
    """For each that expected a net in a quarter which has five ratings or more: what came, by the
    improvement's key, in two queries."""
    asked = [one for one in improvements if one.expected_in and one.touchpoint_id]
    if not asked:
        return {}
    rated = _rated(organisation, {one.touchpoint_id for one in asked})
    there: list[tuple[Improvement, tuple[int, int, int]]] = []
    for one in asked:
        quarters = {period.code: counts for period, counts in rated[one.touchpoint_id or 0]}
        if one.expected_in in quarters:
            there.append((one, quarters[one.expected_in]))
    came = moments.classify(np.array([counts for _, counts in there]).reshape(-1, 3))
    return {
        one.pk: Reached(
            expected=one.expected_net or 0,
            net=100 * float(came.net[at]),
            low=100 * float(came.low[at]),
            high=100 * float(came.high[at]),
        )
        for at, (one, _) in enumerate(there)
    }


def observed_effects(
    *, organisation: Organisation, improvements: Sequence[Improvement]
) -> dict[int, Effect]:
    """The effect of each that is done and has a quarter with five ratings or more on either
    side, by the improvement’s key, in two queries; those left out have no evidence yet. Real ones
    are told with false discoveries controlled over all of them."""
    done = [one for one in improvements if one.done_on and one.touchpoint_id]
    if not done:
        return {}
    rated = _rated(organisation, {one.touchpoint_id for one in done})
    pairs: list[tuple[Improvement, _Rated, _Rated]] = []
    for one in done:
        quarters = rated[one.touchpoint_id or 0]
        before = [it for it in quarters if one.done_on and it[0].ends_on < one.done_on]
        after = [it for it in quarters if one.done_on and it[0].starts_on > one.done_on]
        if before and after:
            pairs.append((one, before[-1], after[-1]))
    changes = moments.changes(
        np.array([before[1] for _, before, _ in pairs], dtype=np.int64).reshape(-1, 3),
        np.array([after[1] for _, _, after in pairs], dtype=np.int64).reshape(-1, 3),
    )
    return {
        one.pk: Effect(
            before=before[0],
            after=after[0],
            difference=100 * float(changes.difference[at]),
            low=100 * float(changes.low[at]),
            high=100 * float(changes.high[at]),
            real=bool(changes.real[at]),
        )
        for at, (one, before, after) in enumerate(pairs)
    }


def _rated(organisation: Organisation, touchpoints: set[int | None]) -> dict[int, list[_Rated]]:
    """Each touchpoint's quarters with enough customers' ratings to show, oldest first."""
    periods = {period.pk: period for period in Period.objects.filter(organisation=organisation)}
    rows = (
        RatingTally.objects.filter(
            organisation=organisation, touchpoint__in=touchpoints, voice=Voice.CUSTOMER
        )
        .values_list("touchpoint_id", "period_id")
        .annotate(ms=Sum("misery"), md=Sum("mediocrity"), mg=Sum("magic"))
        .order_by("period__starts_on")
    )
    found: dict[int, list[_Rated]] = defaultdict(list)
    for touchpoint, period, ms, md, mg in rows:
        if ms + md + mg >= moments.DEFAULT.least_shown:
            found[touchpoint].append((periods[period], (ms, md, mg)))
    return found
