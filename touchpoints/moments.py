"""How a touchpoint's moment is decided: pure arithmetic on counts, for many cells at once.

Counts are integer arrays of shape (n, 3): misery, mediocrity, magic. The net is the share of
magic minus the share of misery, from -1 to 1. The posterior is Dirichlet with Jeffreys' prior.

Sources: Agresti and Caffo (2000) for the adjusted interval, van der Eijk (2001) for agreement,
Benjamini and Hochberg (1995) for false discoveries, Martilla and James (1977) for priority. How
much a touchpoint matters is in `touchpoints.importance`.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Counts = NDArray[np.integer]
type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

MISERY, MEDIOCRITY, MAGIC = "misery", "mediocrity", "magic"
MOMENTS = (MISERY, MEDIOCRITY, MAGIC)

# Version 1 of the cut-points: the highest value that is still misery, the highest mediocrity.
CUT_POINTS_VERSION = 1
CUT_POINTS: dict[str, tuple[int, int, int, int]] = {
    # scale: (lowest value, last of misery, last of mediocrity, highest value)
    "recommend-10": (0, 6, 8, 10),
    "expected-5": (1, 2, 3, 5),
    "satisfaction-5": (1, 2, 4, 5),
}
_Z = 1.959963984540054
_NODES = 32
_TAIL = 1e-9
_NOTHING = 1e-7
_FALSE_DISCOVERIES = 0.05
_LEAST_FOR_A_TREND = 3
_RANKS = {
    MISERY: -1.0,
    "leaning_misery": -0.5,
    MEDIOCRITY: 0.0,
    "leaning_magic": 0.5,
    MAGIC: 1.0,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """An organisation's rules: from which net on it is magic, and how sure one must be."""

    threshold: float = 0.2
    certainty: float = 0.8
    least_shown: int = 5
    least_firm: int = 10
    least_split: int = 20
    split_agreement: float = -0.2


DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Moments:
    """One entry a cell. `net` is the plain share of magic minus that of misery (NaN without
    answers), `low` and `high` the adjusted 95 % interval, all from -1 to 1; `p_...` are posterior
    probabilities of net > threshold, net < -threshold and in between."""

    label: NDArray[np.str_]
    net: Floats
    low: Floats
    high: Floats
    p_magic: Floats
    p_misery: Floats
    p_mediocre: Floats


@dataclass(frozen=True, slots=True)
class Changes:
    """One entry a pair of cells; `real` after false-discovery control over all pairs given."""

    difference: Floats
    low: Floats
    high: Floats
    p: Floats
    real: Flags


@dataclass(frozen=True, slots=True)
class Trends:
    """One entry a touchpoint: how much the net moves in a quarter, from -2 to 2; `real` after
    false-discovery control over all of them."""

    slope: Floats
    low: Floats
    high: Floats
    p: Floats
    real: Flags


@dataclass(frozen=True, slots=True)
class Priorities:
    """`score` is importance x reach x expected shortfall; `top_five` a probability."""

    score: Floats
    top_five: Floats


def moment_of(scale: str, value: int | str) -> str:
    """The moment of one answer. Raises ValueError for a value outside the scale."""
    if scale == "moment-3":
        if value in MOMENTS:
            return str(value)
        raise ValueError(f"“{value}” is none of misery, mediocrity and magic.")
    if scale not in CUT_POINTS:
        raise ValueError(f"“{scale}” is not a scale that we rate on.")
    lowest, last_misery, last_mediocrity, highest = CUT_POINTS[scale]
    if not isinstance(value, int) or not lowest <= value <= highest:
        raise ValueError(f"“{value}” is not from {lowest} to {highest}.")
    if value <= last_misery:
        return MISERY
    return MEDIOCRITY if value <= last_mediocrity else MAGIC


def classify(counts: Counts, *, policy: Policy = DEFAULT, base: Counts | None = None) -> Moments:
    """Class, net with its 95 % interval and probabilities of each cell; shape (n, 3) in. `base`
    says of each cell how many could have answered, 0 where nobody knows."""
    counts = _checked(counts)
    n = counts.sum(axis=1)
    p_magic = probability_above(counts, policy.threshold)
    # A net below -t is one above t with magic and misery exchanged.
    p_misery = probability_above(counts[:, ::-1], policy.threshold)
    p_mediocre = np.clip(1 - p_magic - p_misery, 0, 1)
    p_better = special.betaincc(counts[:, 2] + 0.5, counts[:, 0] + 0.5, 0.5)
    firm = n >= policy.least_firm
    sure = policy.certainty
    label = np.select(
        [
            n < policy.least_shown,
            (n >= policy.least_split) & (agreement(counts) < policy.split_agreement),
            firm & (p_magic >= sure),
            firm & (p_misery >= sure),
            firm & (p_mediocre >= sure),
            p_better >= sure,
            p_better <= 1 - sure,
        ],
        ["hidden", "split", MAGIC, MISERY, MEDIOCRITY, "leaning_magic", "leaning_misery"],
        "unclear",
    )
    adjusted, se = adjusted_net(counts, base=base)
    plain = (counts[:, 2].astype(float) - counts[:, 0]) / np.where(n > 0, n, np.nan)
    return Moments(
        label=label,
        net=plain,
        low=np.maximum(adjusted - _Z * se, -1),
        high=np.minimum(adjusted + _Z * se, 1),
        p_magic=p_magic,
        p_misery=p_misery,
        p_mediocre=p_mediocre,
    )


def probability_above(counts: Counts, threshold: float) -> Floats:
    """P(net > threshold) under the posterior, by Gauss-Legendre over the share that is not
    mediocre, from one far quantile to the other. Two substitutions take away the ends'
    singularities: s = 1 - (1 - t) v^2 that at s = 1, and squared nodes that at s = t. The inner
    tail of magic among them is one incomplete beta at the far end and, between the nodes, its
    density integrated by the same rule: a tenth of the cost of a tail at each node."""
    a_misery, a_mediocre, a_magic = (counts[:, [column]] + 0.5 for column in range(3))
    spread = a_misery + a_magic
    edge = abs(threshold)
    lowest = np.clip(special.betaincinv(spread, a_mediocre, _TAIL), edge, 1)
    highest = np.clip(special.betainccinv(spread, a_mediocre, _TAIL), edge, 1)
    v_from, v_to = (np.sqrt((1 - s) / (1 - edge)) for s in (highest, lowest))
    nodes, weights, onward = _gauss_legendre()
    # Where the share hardly reaches the edge there is nothing to integrate: any width will do.
    reach = np.where(v_to - v_from > _NOTHING, v_to - v_from, 0)
    width = np.where(reach > 0, reach, 0.5)
    v = np.where(reach > 0, v_to, 1) - width * nodes**2
    share = 1 - (1 - edge) * v**2
    log_density = (
        (spread - 1) * np.log(share)
        + (a_mediocre - 1) * np.log(1 - edge)
        + (2 * a_mediocre - 1) * np.log(v)
        - special.betaln(spread, a_mediocre)
    )
    least = (1 + threshold / share) / 2
    log_inner = (
        (a_magic - 1) * np.log(least)
        + (a_misery - 1) * np.log1p(-least)
        - special.betaln(a_magic, a_misery)
    )
    # d(least) / d(node), through s and v.
    slope = -2 * threshold * (1 - edge) * v * width * nodes / share**2
    above = special.betaincc(a_magic, a_misery, np.clip((1 + threshold / highest) / 2, 0, 1))
    above = above + (np.exp(log_inner) * slope) @ onward
    total_above = (np.exp(log_density) * above * 2 * nodes * weights).sum(axis=1)
    found: Floats = total_above * 2 * (1 - edge) * reach[:, 0]
    if threshold < 0:
        found = found + special.betainc(spread, a_mediocre, edge)[:, 0]
    return found.clip(0, 1)


@cache
def _gauss_legendre() -> tuple[Floats, Floats, Floats]:
    """Nodes and weights on 0 to 1, and the matrix that takes a function's values at the nodes
    (as a row) to its integrals from each node to 1."""
    polynomial = np.polynomial.legendre
    nodes, weights = polynomial.leggauss(_NODES)
    series = polynomial.legint(np.eye(_NODES))
    onward = polynomial.legval(np.ones(1), series) - polynomial.legval(nodes, series)
    values = np.linalg.inv(polynomial.legvander(nodes, _NODES - 1))
    return (nodes + 1) / 2, weights / 2, (values.T @ onward) / 2


def adjusted_net(counts: Counts, *, base: Counts | int | None = None) -> tuple[Floats, Floats]:
    """The adjusted net and its standard error: 3/4 added to each end and 3 to n. A small known
    `base` of people who could have answered narrows the error; 0 is a base that nobody knows."""
    counts = _checked(counts)
    n = counts.sum(axis=1)
    p, q = ((counts[:, column] + 0.75) / (n + 3) for column in (2, 0))
    net = p - q
    se = np.sqrt((p + q - net**2) / (n + 3))
    if base is not None:
        known = np.asarray(base, dtype=np.float64)
        left = np.clip((known - n) / np.maximum(known - 1, 1), 0, 1)
        se = se * np.where(known > 1, np.sqrt(left), 1)
    return net, se


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, after Wilson (1927); (0, 1) where nobody answered."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = share + _Z**2 / (2 * n)
    half = _Z * float(np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)))
    scale = 1 + _Z**2 / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def changes(before: Counts, after: Counts, *, policy: Policy = DEFAULT) -> Changes:
    """After minus before, cell by cell. Pairs with a hidden side are not compared: their figures
    are NaN, and they are not among those that false discoveries are controlled over."""
    net_before, se_before = adjusted_net(before)
    net_after, se_after = adjusted_net(after)
    difference = net_after - net_before
    se = np.sqrt(se_before**2 + se_after**2)
    p = 2 * special.ndtr(-np.abs(difference) / se)
    least = np.minimum(_checked(before).sum(axis=1), _checked(after).sum(axis=1))
    compared = least >= policy.least_shown
    real = np.zeros(len(p), dtype=bool)
    real[compared] = discoveries(p[compared])
    nothing = np.where(compared, 0.0, np.nan)
    return Changes(
        difference=difference + nothing,
        low=difference - _Z * se + nothing,
        high=difference + _Z * se + nothing,
        p=p + nothing,
        real=real,
    )


def discoveries(p: Floats) -> Flags:
    """Benjamini-Hochberg: which of these are real at a false-discovery rate of 5 %."""
    order = np.argsort(p)
    passed = np.flatnonzero(p[order] <= _FALSE_DISCOVERIES * np.arange(1, len(p) + 1) / len(p))
    real = np.zeros(len(p), dtype=bool)
    if len(passed):
        real[order[: passed[-1] + 1]] = True
    return real


def trends(history: Counts, *, policy: Policy = DEFAULT) -> Trends:
    """The straight line through each touchpoint's quarters; shape (n, quarters, 3) in, the oldest
    first, evenly spaced. Each adjusted net weighs as its standard error says; hidden quarters count
    for nothing, and with fewer than three that are shown there is no trend but NaN."""
    history = np.asarray(history)
    n, quarters, _ = history.shape
    net, se = (one.reshape(n, quarters) for one in adjusted_net(history.reshape(-1, 3)))
    shown = history.sum(axis=2) >= policy.least_shown
    weight = np.where(shown, se**-2.0, 0)
    told = shown.sum(axis=1) >= _LEAST_FOR_A_TREND
    total = np.where(told, weight.sum(axis=1), 1)
    when = np.arange(quarters) - (weight @ np.arange(quarters) / total)[:, None]
    spread = np.where(told, (weight * when**2).sum(axis=1), np.nan)
    slope = (weight * when * net).sum(axis=1) / spread
    error = spread**-0.5
    p = 2 * special.ndtr(-np.abs(slope) / error)
    real = np.zeros(n, dtype=bool)
    real[told] = discoveries(p[told])
    return Trends(slope=slope, low=slope - _Z * error, high=slope + _Z * error, p=p, real=real)


def rank(labels: NDArray[np.str_]) -> Floats:
    """Classes on one line, from -1 for misery to 1 for magic; NaN for those that are no class."""
    return np.select([labels == name for name in _RANKS], list(_RANKS.values()), np.nan)


def blind_spots(inside: NDArray[np.str_], outside: NDArray[np.str_]) -> Flags:
    """Where staff see it a class better than customers do; labels as `classify` gives them."""
    return np.asarray(rank(inside) - rank(outside) >= 1)


def shells(inside: NDArray[np.str_], outside: NDArray[np.str_]) -> Flags:
    """Where customers find it good and the staff behind it do not."""
    return np.asarray((rank(outside) > 0) & (rank(inside) < 0))


def priorities(
    counts: Counts,
    importance: Floats,
    reach: Floats,
    *,
    target: float = 0.5,
    draws: int = 1000,
    seed: int = 20_260,
) -> Priorities:
    """Where mending is worth most: importance x reach x E[max(0, target - net)], and how often
    each is among the first five in seeded draws from the posterior."""
    counts = _checked(counts)
    rng = np.random.default_rng(seed)
    gammas = rng.standard_gamma(counts + 0.5, size=(draws, *counts.shape))
    nets = (gammas[:, :, 2] - gammas[:, :, 0]) / gammas.sum(axis=2)
    worth = np.asarray(importance) * np.asarray(reach)
    shortfall = np.maximum(0, target - nets) * worth
    first = min(5, len(counts))
    leading = np.argpartition(-shortfall, first - 1, axis=1)[:, :first]
    top_five = np.bincount(leading.ravel(), minlength=len(counts)) / draws
    return Priorities(score=shortfall.mean(axis=0), top_five=top_five)


def agreement(counts: Counts) -> Floats:
    """Van der Eijk's A of ordered categories, from -1 (two camps) to 1 (all in one); any number
    of columns, 1 where there are no answers. The counts are peeled off in even layers."""
    left = np.asarray(counts, dtype=np.float64).copy()
    n = left.sum(axis=1)
    found = np.zeros(len(left))
    by_pattern = _pattern_agreement(left.shape[1])
    bits = 1 << np.arange(left.shape[1])
    for _ in range(left.shape[1]):
        present = left > 0
        layer = np.where(present, left, np.inf).min(axis=1)
        layer = np.where(np.isfinite(layer), layer, 0)
        weight = layer * present.sum(axis=1)
        found += weight * by_pattern[(present * bits).sum(axis=1)]
        left -= layer[:, None] * present
    return np.where(n > 0, found / np.maximum(n, 1), 1.0)


@cache
def _pattern_agreement(columns: int) -> Floats:
    """The agreement of each pattern of present categories, by its bits."""
    table = np.ones(1 << columns)
    for pattern in range(1, 1 << columns):
        present = [pattern >> column & 1 for column in range(columns)]
        triples = [tuple(present[i] for i in where) for where in combinations(range(columns), 3)]
        together = triples.count((1, 1, 0)) + triples.count((0, 1, 1))
        apart = triples.count((1, 0, 1))
        size = sum(present)
        if size > 1 and together + apart:
            unimodal = ((columns - 2) * together - (columns - 1) * apart) / (
                (columns - 2) * (together + apart)
            )
            table[pattern] = unimodal * (1 - (size - 1) / (columns - 1))
        elif size == columns:
            table[pattern] = 0.0
    return table


def _checked(counts: Counts) -> Counts:
    found = np.atleast_2d(np.asarray(counts))
    if found.size == 0:
        return np.zeros((0, 3), dtype=np.int64)
    if found.shape[1] != 3 or found.min() < 0:
        raise ValueError("Counts are rows of misery, mediocrity and magic, none below zero.")
    return found
