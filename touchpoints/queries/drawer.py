"""One cell of the heatmap, opened: what its drawer shows."""

from dataclasses import dataclass

from programme.models import Period
from touchpoints import moments
from touchpoints.models import HandOff, Improvement, Touchpoint
from touchpoints.queries.figures import Cell, Heatmap, Row


@dataclass(frozen=True, slots=True)
class Share:
    """One moment's part of the answers, in per cent, with its 95 % interval."""

    name: str
    css: str
    count: int
    percent: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CellDetail:
    """A cell with its touchpoint's row, its distribution and what hangs on the touchpoint."""

    row: Row
    cell: Cell
    period: Period
    shares: tuple[Share, ...]
    hand_offs: tuple[HandOff, ...]
    improvements: tuple[Improvement, ...]


def cell_detail(
    *, shown: Heatmap, touchpoint: Touchpoint, segment_id: int | None
) -> CellDetail | None:
    """The cell of that touchpoint and segment (None: everyone) on a heatmap, in two queries; None
    where the heatmap does not have it, as for an archived touchpoint."""
    row = next((row for row in shown.rows() if row.touchpoint.pk == touchpoint.pk), None)
    if row is None:
        return None
    cell = next((cell for cell in (*row.cells, row.total) if cell.segment_id == segment_id), None)
    if cell is None:
        return None
    under_way = Improvement.objects.filter(touchpoint=touchpoint).exclude(
        state__in=[Improvement.State.DONE, Improvement.State.DROPPED]
    )
    return CellDetail(
        row=row,
        cell=cell,
        period=shown.period,
        shares=() if cell.hidden else _shares(cell),
        hand_offs=tuple(touchpoint.hand_offs.select_related("giver", "receiver")),
        improvements=tuple(under_way.select_related("owner__user")),
    )


def _shares(cell: Cell) -> tuple[Share, ...]:
    found = []
    for name, count in (
        (moments.MAGIC, cell.magic),
        (moments.MEDIOCRITY, cell.mediocrity),
        (moments.MISERY, cell.misery),
    ):
        low, high = moments.wilson(count, cell.n)
        found.append(
            Share(
                name=name,
                css=f"moment-{name}",
                count=count,
                percent=100 * count / cell.n,
                low=100 * low,
                high=100 * high,
            )
        )
    return tuple(found)
