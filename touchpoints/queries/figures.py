"""The heatmap: touchpoints by segments for one quarter, read from tallies alone."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import Q, Sum

from programme.models import Organisation, Period, Segment
from touchpoints import moments
from touchpoints.models import RatingTally, Stage, Touchpoint, Voice
from touchpoints.words import CUES, WORDS, signed

HISTORY_QUARTERS = 8
_LEAST_SHOWN = moments.DEFAULT.least_shown
_LEAST_FIRM = moments.DEFAULT.least_firm
_CLASS_RANK = {
    "misery": -1.0,
    "leaning_misery": -0.5,
    "mediocrity": 0.0,
    "leaning_magic": 0.5,
    "magic": 1.0,
}

type _Counts = tuple[int, int, int]
# None among the segments is everyone's total.
type _Key = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One touchpoint in one slice. Nets, bounds and differences are points from -100 to 100. A
    hidden cell has `n` 0 and no figure at all, whether few answered or none did."""

    touchpoint_id: int
    segment_id: int | None
    n: int
    misery: int
    mediocrity: int
    magic: int
    label: str
    net: float | None
    low: float | None
    high: float | None
    indicative: bool
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    real_change: bool = False

    @property
    def hidden(self) -> bool:
        return self.label == "hidden"

    @property
    def word(self) -> str:
        return WORDS[self.label]

    @property
    def cue(self) -> str:
        return CUES[self.label]

    @property
    def css(self) -> str:
        """The class of the stylesheet that colours this moment."""
        return f"moment-{self.label.replace('_', '-')}"

    @property
    def points(self) -> str:
        """The net as people read it: +12, −42; nothing where hidden."""
        return "" if self.net is None else signed(self.net)

    @property
    def low_points(self) -> str:
        return "" if self.low is None else signed(self.low)

    @property
    def high_points(self) -> str:
        return "" if self.high is None else signed(self.high)

    @property
    def difference_words(self) -> str:
        """The difference with its interval: "+36, between −1 and +74"."""
        if self.difference is None or self.difference_low is None or self.difference_high is None:
            return ""
        between = f"between {signed(self.difference_low)} and {signed(self.difference_high)}"
        return f"{signed(self.difference)}, {between}"

    @property
    def change(self) -> str:
        """The change in words; nothing where there is nothing to compare with."""
        if self.difference is None:
            return ""
        if not self.real_change:
            return "no detectable change"
        better = self.difference > 0
        return f"{'up' if better else 'down'} {abs(round(self.difference))} points"


@dataclass(frozen=True, slots=True)
class Row:
    """One touchpoint: a cell a segment, everyone together, the staff's view, the last quarters
    (oldest first, None where nobody rated) and how much mending it is worth."""

    touchpoint: Touchpoint
    cells: tuple[Cell, ...]
    total: Cell
    staff: Cell
    history: tuple[Cell | None, ...]
    priority: float | None
    top_five: float | None
    blind_spot: bool


@dataclass(frozen=True, slots=True)
class StageRows:
    """A stage and its touchpoints' rows."""

    stage: Stage
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Heatmap:
    """One quarter in one voice; staff have no segments, so their map has totals only."""

    period: Period
    compare_with: Period | None
    voice: str
    segments: tuple[Segment, ...]
    stages: tuple[StageRows, ...]

    def rows(self) -> Iterator[Row]:
        for stage in self.stages:
            yield from stage.rows


def periods_with_ratings(organisation: Organisation) -> list[Period]:
    """The quarters that have ratings, newest first."""
    rated = RatingTally.objects.filter(organisation=organisation).values("period")
    return list(Period.objects.filter(pk__in=rated))


def heatmap(
    *,
    organisation: Organisation,
    period: Period,
    compare_with: Period | None = None,
    voice: str = Voice.CUSTOMER,
) -> Heatmap:
    """Everything that the heatmap shows, in four queries whatever is stored."""
    touchpoints = list(
        Touchpoint.objects.filter(organisation=organisation)
        .current()
        .select_related("stage__journey", "owner__user", "team")
    )
    segments = (
        tuple(Segment.objects.filter(organisation=organisation)) if voice == Voice.CUSTOMER else ()
    )
    quarters = _last_quarters(organisation, period)
    counted = _counts(organisation, {period, *quarters, *([compare_with] if compare_with else [])})
    now = _suppressed(counted[period.pk, voice])
    before = _suppressed(counted[compare_with.pk, voice]) if compare_with else {}
    other = Voice.STAFF if voice == Voice.CUSTOMER else Voice.CUSTOMER
    inside = _suppressed(counted[period.pk, other])
    past = {quarter.pk: _suppressed(counted[quarter.pk, voice]) for quarter in quarters}

    ids = [touchpoint.pk for touchpoint in touchpoints]
    keys: list[_Key] = [
        (pk, segment) for pk in ids for segment in (*(s.pk for s in segments), None)
    ]
    cells = _cells(keys, now, before if compare_with else None)
    staff = _cells([(pk, None) for pk in ids], inside, None)
    history = {
        quarter.pk: _cells([(pk, None) for pk in ids], past[quarter.pk], None)
        for quarter in quarters
    }
    priority = _priorities(touchpoints, cells)
    rows: dict[int, list[Row]] = defaultdict(list)
    for touchpoint in touchpoints:
        pk = touchpoint.pk
        total, score = cells[pk, None], priority.get(pk)
        rows[touchpoint.stage_id].append(
            Row(
                touchpoint=touchpoint,
                cells=tuple(cells[pk, segment.pk] for segment in segments),
                total=total,
                staff=staff[pk, None],
                history=tuple(
                    history[quarter.pk][pk, None] if (pk, None) in past[quarter.pk] else None
                    for quarter in quarters
                ),
                priority=score[0] if score else None,
                top_five=score[1] if score else None,
                blind_spot=voice == Voice.CUSTOMER and _is_above(staff[pk, None], total),
            )
        )
    stages = {touchpoint.stage_id: touchpoint.stage for touchpoint in touchpoints}
    return Heatmap(
        period=period,
        compare_with=compare_with,
        voice=voice,
        segments=segments,
        stages=tuple(StageRows(stage, tuple(rows[pk])) for pk, stage in stages.items()),
    )


def _last_quarters(organisation: Organisation, period: Period) -> list[Period]:
    """Up to eight quarters to `period`, oldest first."""
    earlier = Period.objects.filter(organisation=organisation).filter(
        Q(year__lt=period.year) | Q(year=period.year, number__lte=period.number)
    )
    return list(earlier[:HISTORY_QUARTERS])[::-1]


def _counts(
    organisation: Organisation, periods: set[Period]
) -> dict[tuple[int, str], dict[_Key, _Counts]]:
    """Sums over sources, by period and voice, then by touchpoint and segment or total."""
    rows = (
        RatingTally.objects.filter(organisation=organisation, period__in=periods)
        .values_list("period_id", "voice", "touchpoint_id", "segment_id")
        .annotate(ms=Sum("misery"), md=Sum("mediocrity"), mg=Sum("magic"))
        .order_by()
    )
    found: dict[tuple[int, str], dict[_Key, _Counts]] = defaultdict(dict)
    for period, voice, touchpoint, segment, ms, md, mg in rows:
        of = found[period, voice]
        of[touchpoint, None] = _plus(of.get((touchpoint, None), (0, 0, 0)), (ms, md, mg))
        if segment is not None:
            of[touchpoint, segment] = (ms, md, mg)
    return found


def _plus(one: _Counts, other: _Counts) -> _Counts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _suppressed(counts: dict[_Key, _Counts]) -> dict[_Key, _Counts]:
    """Without what must stay hidden: slices under five, and as many more, the smallest first, as
    keep the total minus what is shown from telling about fewer than five."""
    shown = {key: value for key, value in counts.items() if sum(value) >= _LEAST_SHOWN}
    by_touchpoint: dict[int, list[_Key]] = defaultdict(list)
    for key in shown:
        if key[1] is not None:
            by_touchpoint[key[0]].append(key)
    for touchpoint, keys in by_touchpoint.items():
        rest = sum(counts[touchpoint, None]) - sum(sum(shown[key]) for key in keys)
        for key in sorted(keys, key=lambda key: sum(shown[key])):
            if not 0 < rest < _LEAST_SHOWN:
                break
            rest += sum(shown.pop(key))
    return shown


def _cells(
    keys: list[_Key], now: dict[_Key, _Counts], before: dict[_Key, _Counts] | None
) -> dict[_Key, Cell]:
    """A cell for each key, classified together; compared with `before` where both are shown."""
    found = {key: _hidden_cell(*key) for key in keys if key not in now}
    shown = [key for key in keys if key in now]
    counts = np.array([now[key] for key in shown], dtype=np.int64).reshape(-1, 3)
    classes = moments.classify(counts)
    compared = [key for key in shown if before and key in before]
    changes = moments.changes(
        np.array([(before or {})[key] for key in compared], dtype=np.int64).reshape(-1, 3),
        np.array([now[key] for key in compared], dtype=np.int64).reshape(-1, 3),
    )
    place = {key: number for number, key in enumerate(compared)}
    for number, key in enumerate(shown):
        misery, mediocrity, magic = now[key]
        n = misery + mediocrity + magic
        at = place.get(key)
        found[key] = Cell(
            touchpoint_id=key[0],
            segment_id=key[1],
            n=n,
            misery=misery,
            mediocrity=mediocrity,
            magic=magic,
            label=str(classes.label[number]),
            net=100 * float(classes.net[number]),
            low=100 * float(classes.low[number]),
            high=100 * float(classes.high[number]),
            indicative=n < _LEAST_FIRM,
            difference=None if at is None else 100 * float(changes.difference[at]),
            difference_low=None if at is None else 100 * float(changes.low[at]),
            difference_high=None if at is None else 100 * float(changes.high[at]),
            real_change=at is not None and bool(changes.real[at]),
        )
    return found


def _hidden_cell(touchpoint_id: int, segment_id: int | None) -> Cell:
    return Cell(touchpoint_id, segment_id, 0, 0, 0, 0, "hidden", None, None, None, False)


def _priorities(
    touchpoints: list[Touchpoint], cells: dict[_Key, Cell]
) -> dict[int, tuple[float, float]]:
    """Score and P(top five) of each touchpoint whose total is shown."""
    rated = [one for one in touchpoints if not cells[one.pk, None].hidden]
    if not rated:
        return {}
    totals = [cells[one.pk, None] for one in rated]
    most = max(cell.n for cell in totals)
    found = moments.priorities(
        np.array([(cell.misery, cell.mediocrity, cell.magic) for cell in totals]),
        np.array([one.importance for one in rated], dtype=np.float64),
        np.array([cell.n / most for cell in totals]),
    )
    return {
        one.pk: (float(found.score[number]), float(found.top_five[number]))
        for number, one in enumerate(rated)
    }


def _is_above(staff: Cell, customers: Cell) -> bool:
    """Whether staff see it a class better than customers do."""
    ours, theirs = _CLASS_RANK.get(staff.label), _CLASS_RANK.get(customers.label)
    return ours is not None and theirs is not None and ours - theirs >= 1
