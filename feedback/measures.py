"""The figures of one question with their 95 % intervals, and the difference of two. Pure.

A net and a share are in points, -100 to 100 and 0 to 100; a mean is on its question's own scale.
Counts map a value to how many gave it; where several may be chosen they do not add up to n.

Sources: Wilson (1927) for shares, Agresti and Caffo (2000) for their differences, Welch (1947) for
those of means; nets as in `touchpoints.moments`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from feedback import kinds
from touchpoints.moments import MOMENTS, adjusted_net, moment_of, wilson

type Counts = Mapping[str, int]

NET, MEAN, SHARE = "net", "mean", "share"
# Fewer on either side are not compared.
LEAST_COMPARED = 5
_CERTAIN = 0.975
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing to tell of a question: its net, its mean, or the share that gave `value`."""

    what: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; no interval where there is too little to tell it from."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The second minus the first, adjusted for small numbers, with its interval and the
    probability of one as large where there is none."""

    difference: float
    low: float
    high: float
    p: float


def measures_of(kind: str, values: Sequence[str]) -> list[Measure]:
    """What is told of a question of this kind; of texts nothing."""
    if kind in kinds.RATING:
        return [Measure(NET)]
    if kind in kinds.NUMBERS:
        return [Measure(MEAN)]
    if kind == kinds.YES_NO:
        return [Measure(SHARE, "yes")]
    if kind == kinds.RANKING:
        return [Measure(SHARE, f"{value}:1") for value in values]
    return [Measure(SHARE, value) for value in values]


def moments_of(kind: str, counts: Counts) -> tuple[int, int, int]:
    """How many of each moment, misery first."""
    found = dict.fromkeys(MOMENTS, 0)
    scale = "moment-3" if kind == kinds.MOMENT else kind
    for value, n in counts.items():
        found[moment_of(scale, value if kind == kinds.MOMENT else int(value))] += n
    return found[MOMENTS[0]], found[MOMENTS[1]], found[MOMENTS[2]]


def estimate(measure: Measure, kind: str, counts: Counts, n: int) -> Estimate | None:
    """The figure; None where nobody answered."""
    if not n:
        return None
    if measure.what == NET:
        misery, _, magic = found = moments_of(kind, counts)
        net, se = _adjusted(found)
        low, high = max(net - _Z * se, -1), min(net + _Z * se, 1)
        return Estimate(100 * (magic - misery) / n, 100 * low, 100 * high)
    if measure.what == MEAN:
        mean, squares = _mean(counts)
        if n == 1:
            return Estimate(mean, None, None)
        lowest, highest = (int(str(kinds.VALUES[kind][place])) for place in (0, -1))
        half = float(special.stdtrit(n - 1, _CERTAIN)) * math.sqrt(squares / (n - 1) / n)
        return Estimate(mean, max(mean - half, lowest), min(mean + half, highest))
    chosen = counts.get(measure.value, 0)
    low, high = wilson(chosen, n)
    return Estimate(100 * chosen / n, 100 * low, 100 * high)


def difference(
    measure: Measure, kind: str, first: tuple[int, Counts], second: tuple[int, Counts]
) -> Difference | None:
    """How the second's figure differs from the first's, each given as n and counts; None where
    either has too few answers, or where nobody differs from anybody."""
    (n, counts), (m, others) = first, second
    if min(n, m) < LEAST_COMPARED:
        return None
    if measure.what == NET:
        both = np.array([moments_of(kind, counts), moments_of(kind, others)])
        nets, errors = adjusted_net(both)
        return _normal(100 * float(nets[1] - nets[0]), 100 * float(math.hypot(*errors)))
    if measure.what == SHARE:
        # Agresti and Caffo: one success and one failure more on either side.
        p, q = (
            (given.get(measure.value, 0) + 1) / (size + 2)
            for given, size in ((counts, n), (others, m))
        )
        error = math.sqrt(p * (1 - p) / (n + 2) + q * (1 - q) / (m + 2))
        return _normal(100 * (q - p), 100 * error)
    (mean, squares), (other, other_squares) = _mean(counts), _mean(others)
    one, two = squares / (n - 1) / n, other_squares / (m - 1) / m
    if one + two == 0:
        return None
    freedom = (one + two) ** 2 / (one**2 / (n - 1) + two**2 / (m - 1))
    error, apart = math.sqrt(one + two), other - mean
    half = float(special.stdtrit(freedom, _CERTAIN)) * error
    p = 2 * float(special.stdtr(freedom, -abs(apart) / error))
    return Difference(apart, apart - half, apart + half, p)


@lru_cache(maxsize=4096)
def _adjusted(moments: tuple[int, int, int]) -> tuple[float, float]:
    """The adjusted net and its error; a page asks for the same again each time it is looked at."""
    net, se = adjusted_net(np.array([moments]))
    return float(net[0]), float(se[0])


def _normal(apart: float, error: float) -> Difference:
    p = 2 * float(special.ndtr(-abs(apart) / error))
    return Difference(apart, apart - _Z * error, apart + _Z * error, p)


def _mean(counts: Counts) -> tuple[float, float]:
    """The mean, and the sum of squared distances from it."""
    n = sum(counts.values())
    mean = sum(int(value) * count for value, count in counts.items()) / n
    return mean, sum(count * (int(value) - mean) ** 2 for value, count in counts.items())
