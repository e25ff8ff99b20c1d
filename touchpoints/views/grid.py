"""The heatmap as its page shows it: every cell a link named by a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from programme.models import Organisation
from touchpoints.models import Stage, Voice
from touchpoints.queries import Cell, Gap, Heatmap, Row, gaps
from touchpoints.views.asked import Asked

# From this probability on, a touchpoint is marked as one of the five to mend first.
_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class GridCell:
    """One link. `mark` is ↑ or ↓ where the change is real."""

    cell: Cell
    href: str
    sentence: str
    css: str
    mark: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One touchpoint's line."""

    row: Row
    cells: tuple[GridCell, ...]
    total: GridCell
    other: GridCell
    gap: Gap | None
    trend: str
    priority: str
    likely_top: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading: a stage, or all of them where they are sorted otherwise."""

    stage: Stage | None
    rows: tuple[GridRow, ...]
    count: int
    closed: bool
    toggle: str


@dataclass(frozen=True, slots=True)
class Grid:
    """What the table, or the list, consists of."""

    groups: tuple[Group, ...]
    columns: int
    with_other: bool
    shown: int
    real_changes: int


def grid(*, organisation: Organisation, shown: Heatmap, asked: Asked) -> Grid:
    """The heatmap sorted, filtered and linked as asked."""
    index = reverse("touchpoints:index", kwargs={"organisation": organisation.slug})
    between = gaps(shown) if asked.show == "gap" else {}
    make = _Maker(index, shown, asked, between)
    every = [(stage.stage, row) for stage in shown.stages for row in stage.rows]
    kept = [pair for pair in every if not asked.only_changes or _changed(pair[1])]
    if asked.sort == "map":
        groups = tuple(
            _stage_group(index, asked, make, stage.stage, [r for s, r in kept if s == stage.stage])
            for stage in shown.stages
        )
        groups = tuple(group for group in groups if group.count)
    else:
        rows = sorted((row for _, row in kept), key=lambda row: _order(row, asked, between))
        groups = (Group(None, tuple(map(make.row, rows)), len(rows), False, ""),) if rows else ()
    # A column for the other voice only where it has said something this quarter.
    with_other = any(not row.staff.hidden for _, row in every)
    return Grid(
        groups=groups,
        columns=4 if asked.show == "gap" else len(shown.segments) + 4 + with_other,
        with_other=with_other,
        shown=len(kept),
        real_changes=sum(_changed(row) for _, row in every),
    )


def _stage_group(index: str, asked: Asked, make: "_Maker", stage: Stage, rows: list[Row]) -> Group:
    closed = stage.pk in asked.closed
    toggle = f"{index}?{asked.toggled(stage.pk).query()}"
    made = () if closed else tuple(make.row(row) for row in rows)
    return Group(stage, made, len(rows), closed, toggle)


def _changed(row: Row) -> bool:
    return any(cell.real_change for cell in (*row.cells, row.total))


def _order(row: Row, asked: Asked, between: dict[int, Gap]) -> tuple[bool, float]:
    """Worst, weightiest or most changed first; what has no figure comes last."""
    if asked.sort == "priority":
        return row.priority is None, -(row.priority or 0)
    if asked.sort == "net":
        return row.total.net is None, row.total.net or 0
    gap = between.get(row.touchpoint.pk)
    change = gap.difference if gap else row.total.difference
    if asked.show == "gap" and gap is None:
        change = None
    return change is None, -abs(change or 0)


class _Maker:
    """Makes rows; holds what is the same for all of them."""

    def __init__(self, index: str, shown: Heatmap, asked: Asked, between: dict[int, Gap]) -> None:
        self.index, self.between = index, between
        self.names = {segment.pk: segment.name for segment in shown.segments}
        self.since = asked.compare_with.code if asked.compare_with else ""
        quarters = f"period={asked.period.code}&compare={self.since or 'none'}"
        other = Voice.CUSTOMER if asked.voice == Voice.STAFF else Voice.STAFF
        self.queries = {True: f"{quarters}{_said(asked.voice)}", False: f"{quarters}{_said(other)}"}
        self.everyone = "all customers" if asked.voice == Voice.CUSTOMER else "all staff"
        self.others = "all staff" if asked.voice == Voice.CUSTOMER else "all customers"

    def row(self, row: Row) -> GridRow:
        name = row.touchpoint.name
        return GridRow(
            row=row,
            cells=tuple(
                self.cell(cell, name, self.names[cell.segment_id or 0]) for cell in row.cells
            ),
            total=self.cell(row.total, name, self.everyone),
            other=self.cell(row.staff, name, self.others, ours=False),
            gap=self.between.get(row.touchpoint.pk),
            trend=_trend(row.history),
            priority="" if row.priority is None else f"{10 * row.priority:.0f}",
            likely_top=row.top_five is not None and row.top_five >= _LIKELY,
        )

    def cell(self, cell: Cell, name: str, slice_name: str, *, ours: bool = True) -> GridCell:
        segment = f"&segment={cell.segment_id}" if cell.segment_id else ""
        words = [cell.word]
        if not cell.hidden:
            words.append(f"net {cell.points}")
            words.append(f"{cell.n} answers" + (", indicative" if cell.indicative else ""))
        mark = ""
        if cell.real_change and cell.difference is not None:
            words.append(f"{cell.change} since {self.since}")
            mark = "↑" if cell.difference > 0 else "↓"
        return GridCell(
            cell=cell,
            href=f"{self.index}{cell.touchpoint_id}/cell/?{self.queries[ours]}{segment}",
            sentence=f"{name}, {slice_name}: {', '.join(words)}",
            css=f"{cell.css} few" if cell.indicative else cell.css,
            mark=mark,
        )


def _said(voice: str) -> str:
    return "" if voice == Voice.CUSTOMER else f"&voice={voice}"


def _trend(history: Iterable[Cell | None]) -> str:
    """The strip in words: where it came from and where it is."""
    known = [cell for cell in history if cell is not None]
    if not known:
        return "No quarter with enough answers"
    quarters = f"{len(known)} quarters with ratings" if len(known) > 1 else "One quarter"
    return f"{quarters}: {known[0].word} first, {known[-1].word} last"
