"""What someone who sees every published figure can work out about one person or one small group.

An answer is a place on the question's scale, 0 to the last. Whoever attacks knows who is in which
group and how many of them answered, and adds and subtracts all figures: a linear programme finds
the lowest and the highest answer, or mean answer of a group, that agrees with all of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

type Sizes = Mapping[int | None, int]
"""How many answered in each group: those who are in it and in none below it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One figure: so many people of these groups, together, gave one of these answers; exactly, or
    at most."""

    groups: frozenset[int | None]
    answers: frozenset[int]
    n: int
    at_most: bool = False


def counted(groups: frozenset[int | None], counts: Sequence[int]) -> list[Seen]:
    """The figures of a whole histogram."""
    return [Seen(groups, frozenset({answer}), n) for answer, n in enumerate(counts)]


def bounds(
    sizes: Sizes, seen: Sequence[Seen], scale: int, of: Sequence[tuple[int | None, int]]
) -> tuple[float, float] | None:
    """Between which means the answers of some people may lie: `of` says how many of each group.
    None where the figures contradict one another.

    People of one group are alike to whoever attacks, so the programme has, for each group, the
    people asked about and the rest, each as so many for each answer.
    """
    wanted = dict(of)
    parts = [(group, True, wanted[group]) for group in sizes if group in wanted]
    parts += [(group, False, sizes[group] - wanted.get(group, 0)) for group in sizes]

    def row(groups: frozenset[int | None], answers: frozenset[int]) -> NDArray[np.float64]:
        made = np.zeros((len(parts), scale))
        for place, (group, _, _) in enumerate(parts):
            if group in groups:
                made[place, list(answers)] = 1
        return made.ravel()

    equal: list[NDArray[np.float64]] = []
    totals: list[float] = []
    for place, (_, _, size) in enumerate(parts):
        made = np.zeros((len(parts), scale))
        made[place] = 1
        equal.append(made.ravel())
        totals.append(size)
    below: list[NDArray[np.float64]] = []
    limits: list[float] = []
    for figure in seen:
        (below if figure.at_most else equal).append(row(figure.groups, figure.answers))
        (limits if figure.at_most else totals).append(figure.n)
    aim = np.zeros((len(parts), scale))
    for place, (_, asked, _) in enumerate(parts):
        if asked:
            aim[place] = np.arange(scale) / sum(wanted.values())
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(
            sign * aim.ravel(),
            A_ub=np.array(below) if below else None,
            b_ub=np.array(limits) if below else None,
            A_eq=np.array(equal),
            b_eq=np.array(totals),
            method="highs",
        )
        if found.status == 2:
            return None
        assert found.fun is not None, found.message
        ends.append(sign * float(found.fun))
    return ends[0], ends[1]


def is_pinned(low: float, high: float, scale: int, *, ordered: bool) -> bool:
    """Whether that tells too much: within one scale point, or half of a scale of three. Answers
    without an order, or only two, are pinned where only one is possible."""
    if not ordered or scale < 3:
        return high - low < 1e-6
    return high - low < 1 - 1e-6 if scale == 3 else high - low <= 1 + 1e-6


def pinned(
    sizes: Sizes,
    cases: Sequence[Sequence[Seen]],
    *,
    scale: int,
    ordered: bool,
    small: Sequence[Sequence[int | None]] = (),
) -> list[str]:
    """Whom the figures give away: a person of some group, or one of the `small` groups, each given
    as the groups that it consists of.

    `cases` are the figures in all ways in which what was said in words can be true.
    """
    people: list[list[tuple[int | None, int]]] = [[(group, 1)] for group, n in sizes.items() if n]
    if ordered:
        people += [[(group, sizes[group]) for group in groups if sizes[group]] for groups in small]
    found = []
    for of in people:
        possible = [ends for seen in cases if (ends := bounds(sizes, seen, scale, of))]
        assert possible, "the figures contradict one another"
        low, high = min(ends[0] for ends in possible), max(ends[1] for ends in possible)
        if is_pinned(low, high, scale, ordered=ordered):
            found.append(f"{of}: {low:.2f} to {high:.2f}")
    return found


def band_cases(
    groups: frozenset[int | None], first: int, last: int, scale: int
) -> list[list[Seen]]:
    """How "nearly everyone" can be true: all within the band, or all but one alike."""
    outside = frozenset(range(scale)) - frozenset(range(first, last + 1))
    cases = [[Seen(groups, outside, 0, at_most=True)]]
    for answer in range(first, last + 1):
        others = frozenset(range(scale)) - {answer}
        cases.append([Seen(groups, others, 1, at_most=True)])
    return cases


def known_together(
    options: Sequence[str],
    n: int,
    possible: Sequence[Sequence[int]],
    answers: Collection[frozenset[str]],
) -> list[str]:
    """What someone who took part works out of a question of several: each of `n` people chose one
    or more of the options, and `possible` are the counts, option by option, that agree with all
    that is told. Whoever chose one of `answers` subtracts themselves; the others are alike to them,
    so an option is known of each of them where all or none of them must have chosen it.

    Of the others, whose counts are left, each has at least one option: that can be where no count
    is below nothing or above all of them, and all counts together are as many as they are.
    """
    found = []
    others = n - 1
    for own in answers:
        left = [
            [count - (option in own) for option, count in zip(options, counts, strict=True)]
            for counts in possible
        ]
        worlds = [
            counts
            for counts in left
            if min(counts) >= 0 and max(counts) <= others and sum(counts) >= others
        ]
        assert worlds, "the figures contradict one another"
        for place, option in enumerate(options):
            counts_of = {counts[place] for counts in worlds}
            if counts_of in ({0}, {others}):
                found.append(f"{sorted(own)} knows {option} of everyone: {counts_of} to {others}")
    return found
