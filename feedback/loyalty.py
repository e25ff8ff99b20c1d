"""Loyalty against retention: what customers feel beside what they do, in four named corners (after
Dick and Basu 1994). Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

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
