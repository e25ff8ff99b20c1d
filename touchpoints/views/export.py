"""The heatmap as lines of a table file: one a cell, hidden ones without any figure."""

from collections.abc import Iterable, Iterator

from touchpoints.models import Stage, Touchpoint, Voice
from touchpoints.queries import Cell, Gap, Heatmap, Row

HEATMAP_HEADINGS = (
    *("Quarter", "Whose view", "Journey", "Stage", "Touchpoint", "Owner", "Segment"),
    *("Class", "Net", "Net, low", "Net, high", "Answers", "Misery", "Mediocrity", "Magic"),
    *("Compared with", "Change", "Change, low", "Change, high", "Real change", "Priority"),
    *("Gap to staff", "Gap, low", "Gap, high", "Real gap"),
)
type Line = list[str | int | float]


def heatmap_lines(
    rows: Iterable[tuple[Stage, Row]], shown: Heatmap, between: dict[int, Gap]
) -> Iterator[Line]:
    """Each row's segments, everyone's total, and beside the gaps the staff; points, rounded to
    tenths."""
    segments: dict[int | None, str] = {one.pk: one.name for one in shown.segments}
    for stage, row in rows:
        gap = between.get(row.touchpoint.pk)
        for cell in (*row.cells, row.total):
            total = cell is row.total
            yield [
                *_where(shown, shown.voice, stage, row.touchpoint),
                "All" if total else segments[cell.segment_id],
                *_figures(cell, shown),
                round(10 * row.priority, 1) if total and row.priority is not None else "",
                *(_gap(gap) if total else _gap(None)),
            ]
        if between:
            yield [
                *_where(shown, Voice.STAFF, stage, row.touchpoint),
                "All",
                *_figures(row.staff, shown),
                "",
                *_gap(None),
            ]


def _where(shown: Heatmap, voice: str, stage: Stage, at: Touchpoint) -> Line:
    owner = str(at.owner.user) if at.owner else ""
    return [shown.period.code, Voice(voice).label, stage.journey.name, stage.name, at.name, owner]


def _figures(cell: Cell, shown: Heatmap) -> Line:
    if cell.hidden:
        return [cell.word, *[""] * 12]
    compared = cell.difference is not None and shown.compare_with is not None
    return [
        cell.word + (", indicative" if cell.indicative else ""),
        *map(_tenths, (cell.net, cell.low, cell.high)),
        *(cell.n, cell.misery, cell.mediocrity, cell.magic),
        shown.compare_with.code if compared and shown.compare_with else "",
        *map(_tenths, (cell.difference, cell.difference_low, cell.difference_high)),
        ("yes" if cell.real_change else "no") if compared else "",
    ]


def _gap(gap: Gap | None) -> Line:
    if gap is None:
        return [""] * 4
    return [*map(_tenths, (gap.difference, gap.low, gap.high)), "yes" if gap.real else "no"]


def _tenths(points: float | None) -> float | str:
    return "" if points is None else round(points, 1)
