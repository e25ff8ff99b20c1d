"""How much each touchpoint matters: what the organisation says, and what customers' ratings do."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from programme.models import Period
from touchpoints.importance import PairSums, derived, importance
from touchpoints.models import RatingPairs
from touchpoints.queries.known import Known

# Answers of a year: long enough for enough people, short enough to follow them.
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Weight:
    """A touchpoint's importance: as stated, from 1 to 5; the share of what customers say of the
    whole that goes with their ratings of it, in per cent, None where too few answered both; and
    both taken together, on the scale of what is stated."""

    stated: int
    explains: float | None
    taken: float

    @property
    def percent(self) -> str:
        return "" if self.explains is None else f"{self.explains:.0f}"


def weights(of: Known, period: Period) -> Mapping[int, Weight]:
    """Of each touchpoint on the map, by its key, from the year up to that quarter."""
    return of.remember(("weights", period.pk), lambda: _weights(of, period))


def _weights(of: Known, period: Period) -> dict[int, Weight]:
    keys = list(of.touchpoints)
    stated = np.array([one.importance for one in of.touchpoints.values()], dtype=np.int64)
    explained = _explained(of, period, keys)
    taken = importance(stated, explained)
    return {
        pk: Weight(int(own), None if np.isnan(share) else 100 * float(share), float(both))
        for pk, own, share, both in zip(keys, stated, explained, taken, strict=True)
    }


def _explained(of: Known, period: Period, keys: list[int]) -> np.ndarray:
    """The relative weight of each touchpoint, NaN where it is not known."""
    year = [one.pk for one in of.periods if one.quarter <= period.quarter][:_QUARTERS]
    place = {pk: at for at, pk in enumerate(keys, start=1)}
    total: PairSums | None = None
    for pairs in RatingPairs.objects.filter(period__in=year):
        there = [at for at, pk in enumerate(pairs.touchpoints, start=1) if pk in place]
        sums = PairSums.from_json(pairs.sums).chosen([0, *there])
        placed = sums.placed(
            [0, *(place[pairs.touchpoints[at - 1]] for at in there)], len(keys) + 1
        )
        total = total + placed if total else placed
    return derived(total) if total else np.full(len(keys), np.nan)
