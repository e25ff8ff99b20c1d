"""One cell of the heatmap, opened: what its drawer shows."""

from dataclasses import dataclass

from programme.models import Organisation, Period, Segment
from touchpoints import moments
from touchpoints.models import HandOff, Improvement, Touchpoint, Voice
from touchpoints.queries.cells import Cell, Key, cells, changes, counted, is_above, suppressed
from touchpoints.queries.figures import staff_or_customers
from touchpoints.queries.gaps import Gap, gaps_between


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

    cell: Cell
    segment: Segment | None
    total: Cell
    staff: Cell
    blind_spot: bool
    gap: Gap | None
    shares: tuple[Share, ...]
    hand_offs: tuple[HandOff, ...]
    improvements: tuple[Improvement, ...]


def cell_detail(
    *,
    organisation: Organisation,
    touchpoint: Touchpoint,
    period: Period,
    compare_with: Period | None,
    voice: str,
    segment_id: int | None,
) -> CellDetail | None:
    """The cell of that touchpoint and segment (None: everyone), in five queries at most; None
    where the heatmap does not have it, as for an archived touchpoint. All the other touchpoints'
    counts are read too, since whether a change is real depends on how many are compared."""
    current = Touchpoint.objects.filter(organisation=organisation).current()
    ids = list(current.values_list("pk", flat=True))
    segment = None
    if segment_id is not None and voice == Voice.CUSTOMER:
        segment = Segment.objects.filter(organisation=organisation, pk=segment_id).first()
    if touchpoint.pk not in ids or (segment_id is not None and segment is None):
        return None
    by_period = counted(organisation, [one for one in (period, compare_with) if one])
    now = suppressed(by_period[period.pk, voice])
    before = suppressed(by_period[compare_with.pk, voice]) if compare_with else {}
    inside = suppressed(by_period[period.pk, staff_or_customers(voice)])
    there = set(ids)
    keys = [key for key in now if key[0] in there]
    everyone: Key = (touchpoint.pk, None)
    chosen: Key = (touchpoint.pk, segment_id)
    found = cells({everyone, chosen}, now, changes(keys, before, now))
    cell, total = found[chosen], found[everyone]
    staff = cells([everyone], inside)[everyone]
    between = voice == Voice.CUSTOMER and segment_id is None
    both = [pk for pk in ids if between and (pk, None) in now and (pk, None) in inside]
    gaps = gaps_between({pk: (inside[pk, None], now[pk, None]) for pk in both})
    under_way = Improvement.objects.filter(touchpoint=touchpoint).exclude(
        state__in=[Improvement.State.DONE, Improvement.State.DROPPED]
    )
    return CellDetail(
        cell=cell,
        segment=segment,
        total=total,
        staff=staff,
        blind_spot=voice == Voice.CUSTOMER and is_above(staff, total),
        gap=gaps.get(touchpoint.pk),
        shares=() if cell.hidden else _shares(cell),
        hand_offs=tuple(
            touchpoint.hand_offs.filter(archived_at=None).select_related("giver", "receiver")
        ),
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
