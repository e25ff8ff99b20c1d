"""What of a confidential round may be seen: its answers, divided into pieces that are each safe.

Pure arithmetic on counts. Whatever is shown later is a sum of pieces, and so is every difference of
two things shown; a piece never tells what one person, or a group too small to be shown, answered.
The rules and their proof: docs/decisions/0025-one-door-for-confidential-figures.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

type Counts = tuple[int, ...]
"""How many gave each answer, in the scale's order."""

# So many at least must differ from the commonest answer.
DIFFERING = 2
# Two answers are no scale, and three are one in which a point is half of it all.
_COARSEST = 3
_MORE_THAN_A_POINT = 1.0 + 1e-9


@dataclass(frozen=True, slots=True)
class Group:
    """One node of a tree of groups, with the counts of those who are in it and in none below it.
    The root's key is None."""

    key: int | None
    own: Counts
    below: tuple["Group", ...] = ()

    def whole(self) -> Counts:
        """Everyone in it and below it."""
        return _sum([self.own, *(group.whole() for group in self.below)])

    def sizes(self) -> Iterator[int]:
        """How many answered in each group that someone may know of: itself, those below, and
        those who are in it alone."""
        yield sum(self.whole())
        if self.below:
            yield sum(self.own)
        for group in self.below:
            yield from group.sizes()


@dataclass(frozen=True, slots=True)
class Published:
    """What may be seen of one question.

    `pieces` maps a group's key to the counts of those in it who are in no shown group below; the
    root's key is None. Empty where nothing may be counted: then `band` holds the places, in the
    scale's order, of the first and the last of the answers that nearly everyone gave, and `n` how
    many answered, or both are None.
    """

    pieces: Mapping[int | None, Counts]
    n: int | None = None
    band: tuple[int, int] | None = None

    def whole(self) -> Counts:
        """Everyone's counts; empty where there are none to be seen."""
        return _sum(list(self.pieces.values()))


def publish(root: Group, *, ordered: bool, least: int) -> Published:
    """Divide a question's answers into safe pieces.

    `ordered` says whether neighbouring answers mean nearly the same (a scale) or not (a choice).
    `least` is k: no piece has fewer answers.
    """
    whole = root.whole()
    if sum(whole) < least:
        return Published({})

    def safe(counts: Counts, hidden: list[int]) -> bool:
        return _safe(counts, _largest(hidden, least), ordered=ordered, least=least)

    if safe(whole, list(root.sizes())):
        pieces = dict(_split(root, safe))
        return Published(pieces, n=sum(whole))
    if _largest_hidden(root, least) > 1:
        return Published({})
    return Published({}, n=sum(whole), band=_band(whole, ordered=ordered))


def divide(root: Group, *, enough: Callable[[Counts], bool]) -> dict[int | None, Counts]:
    """The pieces of answers that are nobody's secret, each with enough of them; all of it where
    that is not enough."""
    return dict(_split(root, lambda counts, _: enough(counts)))


def _split(
    group: Group, safe: Callable[[Counts, list[int]], bool]
) -> Iterator[tuple[int | None, Counts]]:
    """The pieces of a group that is safe as a whole. Whether counts are safe depends on them, and
    on the sizes of the groups inside that are not shown."""
    rest, hidden, shown = group.own, [sum(group.own)], []
    for below in group.below:
        if safe(below.whole(), list(below.sizes())):
            shown.append(below)
        else:
            rest = _sum([rest, below.whole()])
            hidden += below.sizes()
    shown.sort(key=lambda below: (sum(below.whole()), below.key or 0), reverse=True)
    while sum(rest) and not safe(rest, hidden):
        if not shown:
            break
        smallest = shown.pop()
        rest = _sum([rest, smallest.whole()])
        hidden += smallest.sizes()
    if sum(rest):
        yield group.key, rest
    for below in shown:
        yield from _split(below, safe)


def _safe(counts: Counts, largest_hidden: int, *, ordered: bool, least: int) -> bool:
    n = sum(counts)
    if n < least or n - max(counts) < DIFFERING:
        return False
    if not ordered or len(counts) < _COARSEST:
        return True
    apart = 1.0 if len(counts) == _COARSEST else _MORE_THAN_A_POINT
    return _spread(counts, 1) >= apart and _spread(counts, largest_hidden) >= apart


def _spread(counts: Counts, size: int) -> float:
    """Between which means, in points, `size` of these people may lie, as the distance of the two;
    a larger group lies closer."""
    return (_sum_of_highest(counts, size) + _sum_of_highest(counts[::-1], size)) / size - (
        len(counts) - 1
    )


def _sum_of_highest(counts: Counts, size: int) -> int:
    total, left = 0, size
    for value in range(len(counts) - 1, -1, -1):
        taken = min(left, counts[value])
        total += taken * value
        left -= taken
    return total


def _largest_hidden(group: Group, least: int) -> int:
    """The largest group under `least` that is part of this one; a person is a group of one."""
    return _largest(list(group.sizes()), least)


def _largest(sizes: list[int], least: int) -> int:
    return max((size for size in sizes if 0 < size < least), default=1)


def _band(counts: Counts, *, ordered: bool) -> tuple[int, int]:
    """The commonest answer, or the two neighbours that together are commonest on a finer scale."""
    width = 2 if ordered and len(counts) > _COARSEST else 1
    first = max(
        range(len(counts) - width + 1), key=lambda place: sum(counts[place : place + width])
    )
    return first, first + width - 1


def _sum(counts: list[Counts]) -> Counts:
    return tuple(map(sum, zip(*counts, strict=True)))
