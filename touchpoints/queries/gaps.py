"""Inside and outside: how staff see each touchpoint beside how customers do."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from programme.models import Period
from touchpoints import moments
from touchpoints.models import Voice
from touchpoints.queries.cells import Cell
from touchpoints.queries.figures import Heatmap
from touchpoints.queries.known import Known
from touchpoints.queries.sums import Counts


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
    pairs = {
        row.touchpoint.pk: (_counts(row.staff), _counts(row.total))
        for row in shown.rows()
        if not row.total.hidden and not row.staff.hidden
    }
    return _between(pairs)


def gaps_of(of: Known, period: Period) -> Mapping[int, Gap]:
    """The same of a quarter, from what is known of the map."""
    sums = of.sums([period.pk])[period.pk]
    inside, outside = sums.of(Voice.STAFF), sums.of(Voice.CUSTOMER)
    both = [pk for pk in of.touchpoints if (pk, None) in inside and (pk, None) in outside]
    pairs = {pk: (inside[pk, None], outside[pk, None]) for pk in both}
    return of.remember(("gaps", period.pk), lambda: _between(pairs))


def _between(pairs: Mapping[int, tuple[Counts, Counts]]) -> dict[int, Gap]:
    """The gap of each touchpoint from the staff's counts and the customers'."""
    found = moments.changes(
        np.array([inside for inside, _ in pairs.values()], dtype=np.int64).reshape(-1, 3),
        np.array([outside for _, outside in pairs.values()], dtype=np.int64).reshape(-1, 3),
    )
    return {
        pk: Gap(
            difference=100 * float(found.difference[at]),
            low=100 * float(found.low[at]),
            high=100 * float(found.high[at]),
            real=bool(found.real[at]),
        )
        for at, pk in enumerate(pairs)
    }


def _counts(cell: Cell) -> Counts:
    return cell.misery, cell.mediocrity, cell.magic
