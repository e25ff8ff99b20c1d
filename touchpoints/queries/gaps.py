"""Inside and outside: how staff see each touchpoint beside how customers do."""

from dataclasses import dataclass

import numpy as np

from touchpoints import moments
from touchpoints.queries.figures import Heatmap, Row


@dataclass(frozen=True, slots=True)
class Gap:
    """The customers' net minus the staff's, in points, with its 95 % interval; `real` after
    false-discovery control over all touchpoints."""

    difference: float
    low: float
    high: float
    real: bool

    @property
    def words(self) -> str:
        if not self.real:
            return "no detectable gap"
        points = f"{abs(round(self.difference))} points"
        return f"staff see it {points} {'worse' if self.difference > 0 else 'better'}"


def gaps(shown: Heatmap) -> dict[int, Gap]:
    """The gap of each touchpoint of a customers' heatmap that both have rated, by its key."""
    rows: list[Row] = [row for row in shown.rows() if not row.total.hidden and not row.staff.hidden]
    found = moments.changes(
        np.array([_counts(row, inside=True) for row in rows], dtype=np.int64).reshape(-1, 3),
        np.array([_counts(row, inside=False) for row in rows], dtype=np.int64).reshape(-1, 3),
    )
    return {
        row.touchpoint.pk: Gap(
            difference=100 * float(found.difference[at]),
            low=100 * float(found.low[at]),
            high=100 * float(found.high[at]),
            real=bool(found.real[at]),
        )
        for at, row in enumerate(rows)
    }


def _counts(row: Row, *, inside: bool) -> tuple[int, int, int]:
    cell = row.staff if inside else row.total
    return cell.misery, cell.mediocrity, cell.magic
