"""Where teams and arrows lie in a drawing of the delivery chain. Pure; cycles are allowed."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

BOX_WIDTH, BOX_HEIGHT = 150, 48
_GAP, _ROW = 110, 26
_MARGIN, _LANE, _ASIDE = 28, 22, 18
_LINE_LENGTH, _MOST_LINES = 19, 2
_CHIP_WIDTH, _CHIP_HEIGHT = 46, 22
# Where along its last bend a label lies: the first of these at which it covers no other.
_ALONG = (0.5, 0.38, 0.62, 0.28, 0.72, 0.2)


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its upper left corner in pixels, and its name in lines that fit."""

    key: Hashable
    x: float
    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge: the path of an SVG, and the middle of its label. `number` is its place among the
    edges that were asked for."""

    number: int
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole drawing, in pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def lay_out(names: Mapping[Any, str], edges: Sequence[tuple[Hashable, Hashable]]) -> Layout:
    """Layers from left to right: whoever hands over stands left of whoever receives. An arrow that
    closes a cycle runs back below. `names` are of the nodes; those without edges are left out.
    An edge from a node to itself is not drawn."""
    forward, backward = _without_cycles(edges)
    layer = _layers(forward)
    rows = _rows(forward, layer)
    tallest = max((len(row) for row in rows), default=0)
    height = tallest * (BOX_HEIGHT + _ROW)
    place: dict[Hashable, tuple[float, float]] = {}
    for at, row in enumerate(rows):
        top = _MARGIN + (height - len(row) * (BOX_HEIGHT + _ROW)) / 2 + _ROW / 2
        for number, key in enumerate(row):
            place[key] = (
                _MARGIN + at * (BOX_WIDTH + _GAP),
                top + number * (BOX_HEIGHT + _ROW),
            )
    taken: list[tuple[float, float]] = []
    arrows = [
        _forward(number, [place[key] for key in _stations(number, edge, layer)], taken)
        for number, edge in forward
    ]
    floor = _MARGIN + height
    for lane, (number, (giver, receiver)) in enumerate(backward, 1):
        arrows.append(_back(number, place[giver], place[receiver], floor + lane * _LANE))
    columns = len(rows)
    return Layout(
        width=2 * _MARGIN + max(0, columns * (BOX_WIDTH + _GAP) - _GAP),
        height=floor + _MARGIN + len(backward) * _LANE,
        boxes=tuple(
            Box(key, *place[key], _lines(names[key])) for key in layer if not _is_dummy(key)
        ),
        arrows=tuple(sorted(arrows, key=lambda arrow: arrow.number)),
    )


type _Numbered = list[tuple[int, tuple[Hashable, Hashable]]]


@dataclass(frozen=True, slots=True)
class _Dummy:
    """A place that a long arrow keeps free in a layer that it crosses."""

    edge: int
    layer: int


def _is_dummy(key: Hashable) -> bool:
    return isinstance(key, _Dummy)


def _without_cycles(
    edges: Sequence[tuple[Hashable, Hashable]],
) -> tuple[_Numbered, _Numbered]:
    """Those that can all point forward, and the rest; found depth first, without recursion."""
    after: dict[Hashable, list[tuple[int, Hashable]]] = {}
    for number, (giver, receiver) in enumerate(edges):
        if giver != receiver:
            after.setdefault(giver, []).append((number, receiver))
            after.setdefault(receiver, [])
    back: set[int] = set()
    done: set[Hashable] = set()
    for start in list(after):
        if start in done:
            continue
        open_now, stack = {start}, [(start, iter(after[start]))]
        while stack:
            here, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                stack.pop()
                open_now.discard(here)
                done.add(here)
            elif step[1] in open_now:
                back.add(step[0])
            elif step[1] not in done:
                open_now.add(step[1])
                stack.append((step[1], iter(after[step[1]])))
    whole = [(number, edge) for number, edge in enumerate(edges) if edge[0] != edge[1]]
    return [one for one in whole if one[0] not in back], [one for one in whole if one[0] in back]


@dataclass(slots=True)
class _Node:
    layer: int = 0
    waiting: int = 0
    after: list[Hashable] = field(default_factory=list)


def _layers(forward: _Numbered) -> dict[Hashable, int]:
    """Each node's layer: one right of the farthest of those that hand to it. Dummies included, so
    that every step leads from a layer into the next."""
    nodes: dict[Hashable, _Node] = {}
    for _, (giver, receiver) in forward:
        nodes.setdefault(giver, _Node()).after.append(receiver)
        nodes.setdefault(receiver, _Node()).waiting += 1
    ready = [key for key, node in nodes.items() if not node.waiting]
    for key in ready:
        for other in nodes[key].after:
            node = nodes[other]
            node.layer = max(node.layer, nodes[key].layer + 1)
            node.waiting -= 1
            if not node.waiting:
                ready.append(other)
    found = {key: node.layer for key, node in nodes.items()}
    for number, (giver, receiver) in forward:
        for at in range(found[giver] + 1, found[receiver]):
            found[_Dummy(number, at)] = at
    return found


def _stations(
    number: int, edge: tuple[Hashable, Hashable], layer: dict[Hashable, int]
) -> list[Hashable]:
    between = [_Dummy(number, at) for at in range(layer[edge[0]] + 1, layer[edge[1]])]
    return [edge[0], *between, edge[1]]


def _rows(forward: _Numbered, layer: dict[Hashable, int]) -> list[list[Hashable]]:
    """The nodes of each layer from top to bottom, near those that they are tied to."""
    rows: list[list[Hashable]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for key, at in layer.items():
        rows[at].append(key)
    before: dict[Hashable, list[Hashable]] = {}
    after: dict[Hashable, list[Hashable]] = {}
    for number, edge in forward:
        for one, two in pairwise(_stations(number, edge, layer)):
            before.setdefault(two, []).append(one)
            after.setdefault(one, []).append(two)
    for _ in range(4):
        for tied, order in ((before, rows), (after, rows[::-1])):
            place: dict[Hashable, float] = {}
            for row in order:
                middle = {
                    key: sum(place[other] for other in tied[key]) / len(tied[key])
                    if key in tied
                    else float(row.index(key))
                    for key in row
                }
                row.sort(key=lambda key, middle=middle: middle[key])  # type: ignore[misc]
                place |= {key: float(number) for number, key in enumerate(row)}
    return rows


def _forward(
    number: int, stations: list[tuple[float, float]], taken: list[tuple[float, float]]
) -> Arrow:
    parts = []
    y = stations[0][1] + BOX_HEIGHT / 2
    x = stations[0][0] + BOX_WIDTH
    parts.append(f"M{x:g} {y:g}")
    start, end = (x, y), (x, y)
    for at, (left, top) in enumerate(stations[1:], 1):
        start, end = (x, y), (left, top + BOX_HEIGHT / 2)
        if at == len(stations) - 1:
            end = (left - 7, end[1])
        bend = (end[0] - x) / 2
        parts.append(f"C{x + bend:g} {y:g} {end[0] - bend:g} {end[1]:g} {end[0]:g} {end[1]:g}")
        x, y = end
        if at < len(stations) - 1:
            x += BOX_WIDTH
            parts.append(f"H{x:g}")
    spots = [_on_bend(start, end, along) for along in _ALONG]
    label = next((spot for spot in spots if not _covers(spot, taken)), spots[0])
    taken.append(label)
    return Arrow(number, "".join(parts), *label)


def _on_bend(start: tuple[float, float], end: tuple[float, float], t: float) -> tuple[float, float]:
    eased = 3 * t**2 - 2 * t**3
    middle = (start[0] + end[0]) / 2
    x = (
        (1 - t) ** 3 * start[0]
        + 3 * (1 - t) ** 2 * t * middle
        + 3 * (1 - t) * t**2 * middle
        + t**3 * end[0]
    )
    return round(x, 1), round(start[1] + (end[1] - start[1]) * eased, 1)


def _covers(spot: tuple[float, float], taken: list[tuple[float, float]]) -> bool:
    return any(abs(spot[0] - x) < _CHIP_WIDTH and abs(spot[1] - y) < _CHIP_HEIGHT for x, y in taken)


def _back(
    number: int, giver: tuple[float, float], receiver: tuple[float, float], lane: float
) -> Arrow:
    """Out of the giver's right side, along a lane of its own below all boxes, into the receiver's
    left side; up and down only between the columns."""
    x1, y1 = giver[0] + BOX_WIDTH, giver[1] + BOX_HEIGHT * 0.75
    x2, y2 = receiver[0] - 7, receiver[1] + BOX_HEIGHT * 0.75
    out, back = x1 + _ASIDE, x2 - _ASIDE + 7
    path = f"M{x1:g} {y1:g}H{out - 6:g}Q{out:g} {y1:g} {out:g} {y1 + 6:g}"
    path += f"V{lane - 8:g}Q{out:g} {lane:g} {out - 8:g} {lane:g}"
    path += f"H{back + 8:g}Q{back:g} {lane:g} {back:g} {lane - 8:g}"
    path += f"V{y2 + 6:g}Q{back:g} {y2:g} {back + 6:g} {y2:g}H{x2:g}"
    return Arrow(number, path, round((x1 + x2) / 2, 1), lane)


def _lines(name: str) -> tuple[str, ...]:
    """In lines of a box's width, the last shortened where there is more."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= _LINE_LENGTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    shown = lines[:_MOST_LINES]
    return tuple(
        f"{line[: _LINE_LENGTH - 1]}…"
        if len(line) > _LINE_LENGTH or (at == _MOST_LINES - 1 and len(lines) > _MOST_LINES)
        else line
        for at, line in enumerate(shown)
    )
