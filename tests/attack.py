"""What someone who sees every published figure can work out about one person or one small group.

An answer is a place on the question's scale, 0 to the last. Whoever attacks knows who is in which
group and how many of them answered, and adds and subtracts all figures: a linear programme finds
the lowest and the highest answer, or mean answer of a group, that agrees with all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog


@dataclass(frozen=True, slots=True)
class Seen:
    """One figure: how many people of these groups, taken together, gave each answer."""

    groups: frozenset[int | None]
    counts: tuple[int, ...]


def bounds(
    sizes: dict[int | None, int],
    seen: Iterable[Seen],
    scale: int,
    of: Sequence[tuple[int | None, int]],
) -> tuple[float, float]:
    """Between which means the answers of some people may lie: `of` says how many of each group.

    `sizes` says how many answered in each group (those who are in it and in none below). People of
    one group are alike to whoever attacks, so the programme has, for each group, the people asked
    about and the rest, each as so many for each answer.
    """
    wanted = dict(of)
    parts = [(group, True, wanted[group]) for group in sizes if group in wanted]
    parts += [(group, False, sizes[group] - wanted.get(group, 0)) for group in sizes]
    width = len(parts) * scale
    rows, values = [], []
    for place, (_, _, size) in enumerate(parts):
        row = np.zeros(width)
        row[place * scale : (place + 1) * scale] = 1
        rows.append(row)
        values.append(size)
    for figure in seen:
        for answer, count in enumerate(figure.counts):
            row = np.zeros(width)
            for place, (group, _, _) in enumerate(parts):
                if group in figure.groups:
                    row[place * scale + answer] = 1
            rows.append(row)
            values.append(count)
    aim = np.zeros(width)
    people = sum(wanted.values())
    for place, (_, asked, _) in enumerate(parts):
        if asked:
            aim[place * scale : (place + 1) * scale] = np.arange(scale) / people
    ends = []
    for sign in (1, -1):
        found = linprog(sign * aim, A_eq=np.array(rows), b_eq=np.array(values), method="highs")
        assert found.status == 0, found.message
        ends.append(sign * float(found.fun))
    return ends[0], ends[1]


def is_pinned(low: float, high: float, scale: int, *, ordered: bool) -> bool:
    """Whether that tells too much: within one scale point, or half of a scale of three. Answers
    without an order, or only two, are pinned where only one is possible."""
    if not ordered or scale < 3:
        return high - low < 1e-6
    return high - low < 1 - 1e-6 if scale == 3 else high - low <= 1 + 1e-6
