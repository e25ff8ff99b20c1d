"""How much each touchpoint matters: what the organisation says, and what answers say.

What answers say are Johnson's (2000) relative weights: how much of the variance of an outcome
(would they recommend us?) each touchpoint's ratings account for, where ratings go together. They
are made from sums over people who answered both of two questions, which add up over rounds and
name nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from touchpoints.moments import Floats

# Below so many people who answered both of two questions, their correlation says too little.
LEAST_PEOPLE = 100
_NO_DIRECTION = 1e-6


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over people who answered both questions of a pair, each of shape (k, k): how many there
    are, the first question's values, their squares, and the products of both. Values lie between 0
    and 1 on their scale. Two rounds' sums of the same questions add up."""

    n: Floats
    values: Floats
    squares: Floats
    products: Floats

    def __add__(self, other: "PairSums") -> "PairSums":
        return PairSums(
            self.n + other.n,
            self.values + other.values,
            self.squares + other.squares,
            self.products + other.products,
        )

    def as_json(self) -> dict[str, list[list[float]]]:
        """As `from_json` reads it; rounded far below what matters."""
        return {
            field.name: np.round(getattr(self, field.name), 6).tolist() for field in fields(self)
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, list[list[float]]]) -> Self:
        return cls(**{name: np.array(rows, dtype=np.float64) for name, rows in stored.items()})

    def chosen(self, places: Sequence[int]) -> "PairSums":
        """Of the questions at these places alone."""
        at = np.ix_(places, places)
        return PairSums(*(getattr(self, field.name)[at] for field in fields(self)))

    def placed(self, places: Sequence[int], size: int) -> "PairSums":
        """The same among `size` questions, each at its place."""
        at = np.ix_(places, places)

        def spread(rows: Floats) -> Floats:
            found = np.zeros((size, size))
            found[at] = rows
            return found

        return PairSums(*(spread(getattr(self, field.name)) for field in fields(self)))


def pair_sums(answers: Floats) -> PairSums:
    """Of answers of shape (people, k), NaN where somebody did not answer."""
    given = ~np.isnan(answers)
    values, there = np.where(given, answers, 0), given.astype(np.float64)
    return PairSums(
        n=there.T @ there,
        values=values.T @ there,
        squares=(values**2).T @ there,
        products=values.T @ values,
    )


def correlations(sums: PairSums) -> Floats:
    """Pearson's r of each pair, shape (k, k); NaN where fewer than `LEAST_PEOPLE` answered both, or
    all of them the same."""
    enough = np.where(sums.n >= LEAST_PEOPLE, sums.n, np.nan)
    spread = sums.squares - sums.values**2 / enough
    spread = np.where(spread > _NO_DIRECTION, spread, np.nan)
    together = sums.products - sums.values * sums.values.T / enough
    return np.asarray(together / np.sqrt(spread * spread.T))


def relative_weights(between: Floats, outcome: Floats) -> Floats:
    """Johnson's relative weights from the predictors' correlations, shape (k, k), and theirs with
    the outcome, shape (k,). They sum to R squared. Predictors that say the same share its weight;
    where pairs come from different people, directions that cannot be are left out."""
    values, vectors = np.linalg.eigh(between)
    kept = values > _NO_DIRECTION
    roots = np.sqrt(np.where(kept, values, 0))
    loadings = (vectors * roots) @ vectors.T
    inverse = (vectors * np.where(kept, 1 / np.where(kept, roots, 1), 0)) @ vectors.T
    betas = inverse @ outcome
    weights = loadings**2 @ betas**2
    r_squared = min(1.0, float(betas @ betas))
    total = float(weights.sum())
    return np.asarray(weights * (r_squared / total)) if total > 0 else np.zeros(len(outcome))


def derived(sums: PairSums) -> Floats:
    """The relative weight of each touchpoint from sums whose first question is the outcome; NaN
    for those whose correlations are not all known. The touchpoint with the fewest is left out
    first, so that one new question does not silence the others."""
    r = correlations(sums)
    count = len(r) - 1
    kept = [at for at in range(1, count + 1) if not np.isnan(r[0, at])]
    while kept:
        unknown = np.isnan(r[np.ix_(kept, kept)]).sum(axis=1)
        if not unknown.any():
            break
        kept.pop(int(unknown.argmax()))
    found = np.full(count, np.nan)
    if kept:
        at = np.array(kept)
        found[at - 1] = relative_weights(r[np.ix_(at, at)], r[0, at])
    return found


def importance(stated: NDArray[np.integer], weights: Floats) -> Floats:
    """The mean of both, on the scale of what is stated (1 to 5). The relative weights, NaN where
    there are none, share out the same sum as the stated weights of the same touchpoints; without
    any, what is stated stands."""
    own = np.asarray(stated, dtype=np.float64)
    known = ~np.isnan(weights)
    total = float(weights[known].sum()) if known.any() else 0.0
    if total <= 0:
        return own
    said = np.where(known, weights, 0) * own[known].sum() / total
    return np.where(known, (own + said) / 2, own)
