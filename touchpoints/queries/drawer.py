"""One cell of the heatmap, opened: what its drawer shows."""

from dataclasses import dataclass

from programme.models import Period, Segment
from touchpoints import moments
from touchpoints.models import Improvement, Touchpoint, Voice
from touchpoints.queries.cells import Cell, cells, is_above, is_shell
from touchpoints.queries.chain import Link, links_by_touchpoint
from touchpoints.queries.figures import changed, staff_or_customers
from touchpoints.queries.gaps import Gap, gaps_of
from touchpoints.queries.known import Known
from touchpoints.queries.sums import Key
from touchpoints.queries.trends import Trend, last_quarters, trend_of
from touchpoints.queries.weights import Weight, weights


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
    """A cell beside everyone's total and the other voice's, its distribution, and what hangs on
    the touchpoint. `gap` is set only for everyone's total in the customers' voice."""

    touchpoint: Touchpoint
    cell: Cell
    segment: Segment | None
    total: Cell
    staff: Cell
    blind_spot: bool
    shell: bool
    gap: Gap | None
    trend: Trend
    shares: tuple[Share, ...]
    weight: Weight
    links: tuple[Link, ...]
    improvements: tuple[Improvement, ...]


def cell_detail(
    *,
    of: Known,
    touchpoint: int,
    period: Period,
    compare_with: Period | None,
    voice: str,
    segment_id: int | None,
) -> CellDetail | None:
    """The cell of that touchpoint and segment (None: everyone); None where the heatmap does not
    have it, as for an archived touchpoint. Whether a change is real depends on how many are
    compared, so it is looked up among the whole map's."""
    customers = voice == Voice.CUSTOMER
    segment = of.segments.get(segment_id) if segment_id is not None and customers else None
    if touchpoint not in of.touchpoints or (segment_id is not None and segment is None):
        return None
    # In one query all that is read below.
    shown = [period, *last_quarters(of, period), *([compare_with] if compare_with else [])]
    sums = of.sums([one.pk for one in shown])[period.pk]
    everyone: Key = (touchpoint, None)
    chosen: Key = (touchpoint, segment_id)
    found = cells({everyone, chosen}, sums.of(voice), changed(of, period, compare_with, voice))
    cell, total = found[chosen], found[everyone]
    staff = cells([everyone], sums.of(staff_or_customers(voice)))[everyone]
    between = customers and segment_id is None
    return CellDetail(
        touchpoint=of.touchpoints[touchpoint],
        cell=cell,
        segment=segment,
        total=total,
        staff=staff,
        blind_spot=customers and is_above(staff, total),
        shell=customers and is_shell(staff, total),
        gap=gaps_of(of, period).get(touchpoint) if between else None,
        trend=trend_of(of, touchpoint, period, voice, segment_id),
        shares=() if cell.hidden else _shares(cell),
        weight=weights(of, period)[touchpoint],
        links=links_by_touchpoint(of, period).get(touchpoint, ()),
        improvements=of.under_way.get(touchpoint, ()),
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
