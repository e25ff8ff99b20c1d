"""The delivery chain as a picture: what its template draws."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from touchpoints.chain_layout import BOX_HEIGHT, BOX_WIDTH, Box, Layout, lay_out
from touchpoints.queries import Cell, Pair

_END = "customers"


@dataclass(frozen=True, slots=True)
class DrawnPair:
    """An arrow of the drawing: all that one team hands to another."""

    pair: Pair
    path: str
    x: float
    y: float

    @property
    def cell(self) -> Cell:
        return self.pair.lowest.cell

    @property
    def sentence(self) -> str:
        what = "; ".join(link.sentence for link in self.pair.links)
        return f"{self.pair.number}. {what}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and arrows; `last` are the arrows from the chain's ends to the touchpoint."""

    layout: Layout
    arrows: tuple[DrawnPair, ...]
    last: tuple[str, ...]
    end: Box | None
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def drawing(pairs: Sequence[Pair], *, touchpoint: str = "") -> Drawing:
    """Teams and who hands to whom; with a `touchpoint`, those who hand on to nobody lead to it."""
    names: dict[Hashable, str] = {}
    edges: list[tuple[Hashable, Hashable]] = []
    for pair in pairs:
        names[pair.giver.pk], names[pair.receiver.pk] = pair.giver.name, pair.receiver.name
        edges.append((pair.giver.pk, pair.receiver.pk))
    known = len(edges)
    if touchpoint and edges:
        names[_END] = touchpoint
        givers = {giver for giver, _ in edges}
        ends = [key for key in names if key not in givers and key != _END]
        # In a circle nobody is last: then the chain ends with whoever receives last.
        edges += [(key, _END) for key in ends or [edges[-1][1]]]
    laid = lay_out(names, edges)
    return Drawing(
        layout=laid,
        arrows=tuple(
            DrawnPair(pairs[arrow.number], arrow.path, arrow.x, arrow.y)
            for arrow in laid.arrows
            if arrow.number < known
        ),
        last=tuple(arrow.path for arrow in laid.arrows if arrow.number >= known),
        end=next((box for box in laid.boxes if box.key == _END), None),
    )
