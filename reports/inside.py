"""Inside against outside: what customers and staff feel."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from reports.contents import HeatmapCell, InsidePart, InsideRow
from reports.known import Known
from reports.words import Said, say
from touchpoints.moments import shells

if TYPE_CHECKING:
    from touchpoints.queries import Cell

MOST_ROWS = 12
BLIND_SPOT, SHELL = Said("blind spot"), Said("shell")


def inside_part(known: Known, cell: "Callable[[Cell], HeatmapCell]") -> InsidePart:
    """Blind spots and shells first, then the widest real gaps."""
    found = []
    compared = 0
    for stage in known.customers.stages:
        for row in stage.rows:
            gap = known.gaps.get(row.touchpoint.pk)
            if gap is None:
                continue
            compared += 1
            firm = not (row.total.indicative or row.staff.indicative)
            mark = _mark(row.staff.label, row.total.label, blind_spot=row.blind_spot)
            if not (firm and (mark or gap.real)):
                continue
            found.append(
                InsideRow(
                    touchpoint=row.touchpoint.name,
                    stage=stage.stage.name,
                    customers=cell(row.total),
                    staff=cell(row.staff),
                    gap=round(gap.difference, 1),
                    low=round(gap.low, 1),
                    high=round(gap.high, 1),
                    gap_words=_gap_words(gap.difference) if gap.real else Said("no detectable gap"),
                    mark=mark,
                    touchpoint_id=row.touchpoint.pk,
                    real=gap.real,
                )
            )
    found.sort(key=lambda row: (not row.mark, -abs(row.gap)))
    return InsidePart(compared=compared, rows=tuple(found[:MOST_ROWS]))


def _mark(staff: str, customers: str, *, blind_spot: bool) -> Said | None:
    if blind_spot:
        return BLIND_SPOT
    return SHELL if bool(shells(np.array([staff]), np.array([customers]))[0]) else None


def _gap_words(difference: float) -> Said:
    way = "gap.staff_worse" if difference > 0 else "gap.staff_better"
    return say(way, points=round(abs(difference)))
