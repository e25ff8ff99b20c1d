"""Inside against outside, and loyalty against retention: what customers and staff feel, and what
customers do."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from reports.contents import Corner, HeatmapCell, InsidePart, InsideRow
from reports.known import Known
from reports.measures import share_estimate
from touchpoints.moments import shells

if TYPE_CHECKING:
    from touchpoints.queries import Cell

MOST_ROWS = 12
FEWEST = 5
BLIND_SPOT, SHELL = "blind spot", "shell"
# loyal, stayed: title, what it means
CORNERS = {
    (True, True): ("Loyal", "would recommend us, and stayed"),
    (False, True): ("Stays by convenience", "would not recommend us, and stayed"),
    (True, False): ("Lost though loyal", "would recommend us, and left"),
    (False, False): ("Gone", "would not recommend us, and left"),
}


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
                    gap_words=_gap_words(gap.difference) if gap.real else "no detectable gap",
                    mark=mark,
                    touchpoint_id=row.touchpoint.pk,
                )
            )
    found.sort(key=lambda row: (not row.mark, -abs(row.gap)))
    return InsidePart(compared=compared, rows=tuple(found[:MOST_ROWS]))


def _mark(staff: str, customers: str, *, blind_spot: bool) -> str:
    if blind_spot:
        return BLIND_SPOT
    return SHELL if bool(shells(np.array([staff]), np.array([customers]))[0]) else ""


def _gap_words(difference: float) -> str:
    return f"staff see it {abs(difference):.0f} points {'worse' if difference > 0 else 'better'}"


def corners(known: Known) -> tuple[Corner, ...]:
    """The four, or none where nobody's feeling and staying are both known. A corner of fewer than
    five has no figures; nor has the next smallest, which a total would give away."""
    counted = {(one.loyal, one.stayed): one for one in known.corners}
    total = sum(one.n for one in counted.values())
    if total < FEWEST:
        return ()
    sizes = {key: counted[key].n if key in counted else 0 for key in CORNERS}
    hidden = _hidden(sizes)
    found = []
    for key, (title, explains) in CORNERS.items():
        name = f"{'loyal' if key[0] else 'not_loyal'}_{'stayed' if key[1] else 'left'}"
        if key in hidden:
            found.append(Corner(name, title, explains, None, None, None, None, None))
            continue
        share = share_estimate(sizes[key], total)
        found.append(
            Corner(
                key=name,
                title=title,
                explains=explains,
                n=sizes[key],
                share=round(share.value, 1),
                low=round(max(share.centre - share.half_width, 0.0), 1),
                high=round(min(share.centre + share.half_width, 100.0), 1),
                value=round(counted[key].value) if key in counted else 0,
            )
        )
    return tuple(found)


def _hidden(sizes: dict[tuple[bool, bool], int]) -> set[tuple[bool, bool]]:
    few = {key for key, n in sizes.items() if 0 < n < FEWEST}
    if len(few) == 1:
        rest: Iterable[tuple[bool, bool]] = (key for key, n in sizes.items() if n >= FEWEST)
        smallest = min(rest, key=lambda key: sizes[key], default=None)
        few |= {smallest} if smallest is not None else set()
    return few
