"""Loyalty against retention: what customers feel beside what they do, in four named corners (after
Dick and Basu 1994). Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from feedback.publishing import Group, divide
from touchpoints.moments import wilson

FEWEST = 5

type Key = tuple[bool, bool]
"""Whether they are loyal, and whether they stayed."""

# Title, and what it means.
CORNERS: dict[Key, tuple[str, str]] = {
    (True, True): ("Loyal", "would recommend us, and stayed"),
    (False, True): ("Stays by convenience", "would not recommend us, and stayed"),
    (True, False): ("Lost though loyal", "would recommend us, and left"),
    (False, False): ("Gone", "would not recommend us, and left"),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """Customers who feel and do the same: `loyal` who would recommend us, `stayed` who are still
    customers; how many, their yearly value, and of how many that is known."""

    loyal: bool
    stayed: bool
    n: int
    value: float
    valued: int = 0


@dataclass(frozen=True, slots=True)
class Corner:
    """One of the four corners of loyalty and retention: how many customers, their share of all in
    percent with its interval, and their yearly value, with of how many it is known; without figures
    where too few are in it."""

    key: str
    title: str
    explains: str
    n: int | None
    share: float | None
    low: float | None
    high: float | None
    value: float | None
    valued: int | None = None

    @property
    def side(self) -> str:
        """The side of a square whose area is the share, in percent of the largest."""
        return f"{10 * math.sqrt(self.share or 0):.1f}"


def corners_of(counted: Iterable[Counted]) -> tuple[Corner, ...]:
    """The four, or none where fewer than five are known of. A corner of fewer than five has no
    figures; where it is the only one, nor has the next smallest, which a total would give away."""
    by_key = {(one.loyal, one.stayed): one for one in counted}
    total = sum(one.n for one in by_key.values())
    if total < FEWEST:
        return ()
    nobody = Counted(loyal=False, stayed=False, n=0, value=0)
    found = {key: by_key.get(key, nobody) for key in CORNERS}
    hidden = _hidden({key: one.n for key, one in found.items()})
    return tuple(_corner(key, None if key in hidden else found[key], total) for key in CORNERS)


def corners_by_group(
    counted: Iterable[tuple[int | None, Counted]],
) -> dict[int, tuple[Corner, ...]]:
    """The four corners of each group that can be shown by itself; None is whoever is in no group.

    Groups are divided as the answers of a named round are, and a corner of fewer than five has no
    figures. Since groups make up the whole, which is shown too (`corners_of`), a figure is left out
    besides wherever a difference of those shown would give away one that is not.
    """
    by_group: dict[int | None, dict[Key, Counted]] = {}
    for group, one in counted:
        by_group.setdefault(group, {})[one.loyal, one.stayed] = one
    below = [Group(group, _sizes(rows)) for group, rows in by_group.items() if group is not None]
    whole = Group(None, _sizes(by_group.get(None, {})), tuple(below))
    pieces = divide(whole, enough=lambda counts: sum(counts) >= FEWEST)
    if len(pieces) < 2:
        return {}
    parts = {group: dict(zip(CORNERS, counts, strict=True)) for group, counts in pieces.items()}
    hidden = _hidden_parts(parts, _hidden(dict(zip(CORNERS, whole.whole(), strict=True))))
    return {
        group: tuple(
            _corner(
                key,
                None if (group, key) in hidden else _counted(by_group[group], key),
                sum(sizes.values()),
            )
            for key in CORNERS
        )
        for group, sizes in parts.items()
        if group is not None
    }


def _counted(rows: Mapping[Key, Counted], key: Key) -> Counted:
    return rows.get(key, Counted(*key, n=0, value=0))


def _sizes(rows: Mapping[Key, Counted]) -> tuple[int, ...]:
    return tuple(_counted(rows, key).n for key in CORNERS)


type _Cell = tuple[int | None, Key]


def _hidden_parts(
    parts: Mapping[int | None, Mapping[Key, int]], hidden_of_whole: set[Key]
) -> set[_Cell]:
    """Which corners of which groups have no figures. A group's corners add up to its customers, and
    a corner's groups to the whole's: where one of a sum is hidden, so is another."""
    sizes = {(group, key): n for group, row in parts.items() for key, n in row.items()}
    hidden = {cell for cell, n in sizes.items() if 0 < n < FEWEST}
    while lone := next(_lone(sizes, hidden, hidden_of_whole), None):
        hidden.add(min(lone, key=lambda cell: (not sizes[cell], sizes[cell])))
    return hidden


def _lone(
    sizes: Mapping[_Cell, int], hidden: set[_Cell], hidden_of_whole: set[Key]
) -> Iterator[list[_Cell]]:
    """Of each sum with one hidden figure, those that could be hidden as well."""
    for group in {group for group, _ in sizes}:
        row = [(group, key) for key in CORNERS]
        yield from _others(row, hidden, 0)
    for key in CORNERS:
        column = [(group, of) for group, of in sizes if of == key]
        yield from _others(column, hidden, int(key in hidden_of_whole))


def _others(line: list[_Cell], hidden: set[_Cell], already: int) -> Iterator[list[_Cell]]:
    if already + sum(cell in hidden for cell in line) == 1 and (
        shown := [cell for cell in line if cell not in hidden]
    ):
        yield shown


def _corner(key: Key, counted: Counted | None, total: int) -> Corner:
    title, explains = CORNERS[key]
    name = f"{'loyal' if key[0] else 'not_loyal'}_{'stayed' if key[1] else 'left'}"
    if counted is None:
        return Corner(name, title, explains, None, None, None, None, None)
    low, high = wilson(counted.n, total)
    return Corner(
        key=name,
        title=title,
        explains=explains,
        n=counted.n,
        share=round(100 * counted.n / total, 1),
        low=round(100 * low, 1),
        high=round(100 * high, 1),
        value=round(counted.value),
        valued=counted.valued,
    )


def _hidden(sizes: dict[Key, int]) -> set[Key]:
    few = {key for key, n in sizes.items() if 0 < n < FEWEST}
    if len(few) == 1:
        rest = (key for key, n in sizes.items() if n >= FEWEST)
        smallest = min(rest, key=lambda key: sizes[key], default=None)
        few |= {smallest} if smallest is not None else set()
    return few
