"""The heatmap: touchpoints by segments for one quarter, read from tallies alone."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db.models import Exists, OuterRef, Q

from programme.models import Organisation, Period, Segment
from touchpoints import moments
from touchpoints.models import RatingTally, Stage, Touchpoint, Voice
from touchpoints.queries.cells import (
    Cell,
    Counts,
    Key,
    cells,
    changes,
    counted,
    counted_totals,
    is_above,
    suppressed,
)

HISTORY_QUARTERS = 8


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
    """One quarter in one voice; staff have no segments, so their map has totals only. `quarters`
    are those of the rows' histories."""

    period: Period
    compare_with: Period | None
    voice: str
    quarters: tuple[Period, ...]
    segments: tuple[Segment, ...]
    stages: tuple[StageRows, ...]

    def rows(self) -> Iterator[Row]:
        for stage in self.stages:
            yield from stage.rows


def periods_with_ratings(organisation: Organisation) -> list[Period]:
    """The quarters that have ratings, newest first."""
    rated = RatingTally.objects.filter(organisation=organisation, period=OuterRef("pk"))
    return list(Period.objects.filter(Exists(rated), organisation=organisation))


def heatmap(
    *,
    organisation: Organisation,
    period: Period,
    compare_with: Period | None = None,
    voice: str = Voice.CUSTOMER,
) -> Heatmap:
    """Everything that the heatmap shows, in six queries whatever is stored."""
    stages = {
        stage.pk: stage
        for stage in Stage.objects.filter(organisation=organisation).select_related("journey")
    }
    touchpoints = list(
        Touchpoint.objects.filter(organisation=organisation)
        .current()
        .select_related("owner__user", "team")
    )
    segments = (
        tuple(Segment.objects.filter(organisation=organisation)) if voice == Voice.CUSTOMER else ()
    )
    quarters = _last_quarters(organisation, period)
    by_period = counted(organisation, [one for one in (period, compare_with) if one])
    now = suppressed(by_period[period.pk, voice])
    before = suppressed(by_period[compare_with.pk, voice]) if compare_with else {}
    inside = suppressed(by_period[period.pk, staff_or_customers(voice)])
    past = counted_totals(organisation, quarters, voice)

    ids = [touchpoint.pk for touchpoint in touchpoints]
    slices = (*(segment.pk for segment in segments), None)
    keys: list[Key] = [(pk, segment) for pk in ids for segment in slices]
    totals: list[Key] = [(pk, None) for pk in ids]
    shown = cells(keys, now, changes(keys, before, now))
    staff = cells(totals, inside)
    history = [
        cells([key for key in totals if key in past[one.pk]], past[one.pk]) for one in quarters
    ]
    priority = _priorities(touchpoints, shown)
    rows: dict[int, list[Row]] = defaultdict(list)
    for touchpoint in touchpoints:
        touchpoint.stage = stages[touchpoint.stage_id]
        pk = touchpoint.pk
        total = shown[pk, None]
        score, top_five = priority.get(pk, (None, None))
        rows[touchpoint.stage_id].append(
            Row(
                touchpoint=touchpoint,
                cells=tuple(shown[pk, segment] for segment in slices[:-1]),
                total=total,
                staff=staff[pk, None],
                history=tuple(quarter.get((pk, None)) for quarter in history),
                priority=score,
                top_five=top_five,
                blind_spot=voice == Voice.CUSTOMER and is_above(staff[pk, None], total),
            )
        )
    return Heatmap(
        period=period,
        compare_with=compare_with,
        voice=voice,
        quarters=tuple(quarters),
        segments=segments,
        stages=tuple(StageRows(stages[pk], tuple(found)) for pk, found in rows.items()),
    )


def staff_or_customers(voice: str) -> Voice:
    """The other voice."""
    return Voice.STAFF if voice == Voice.CUSTOMER else Voice.CUSTOMER


def _last_quarters(organisation: Organisation, period: Period) -> list[Period]:
    """Up to eight quarters to `period`, oldest first."""
    earlier = Period.objects.filter(organisation=organisation).filter(
        Q(year__lt=period.year) | Q(year=period.year, number__lte=period.number)
    )
    return list(earlier[:HISTORY_QUARTERS])[::-1]


def _priorities(
    touchpoints: list[Touchpoint], shown: dict[Key, Cell]
) -> dict[int, tuple[float, float]]:
    """Score and P(top five) of each touchpoint whose total is shown."""
    rated = [one for one in touchpoints if not shown[one.pk, None].hidden]
    totals = [shown[one.pk, None] for one in rated]
    found = _ranked(
        tuple((cell.misery, cell.mediocrity, cell.magic) for cell in totals),
        tuple(one.importance for one in rated),
    )
    return {one.pk: of for one, of in zip(rated, found, strict=True)}


@lru_cache(maxsize=64)
def _ranked(counts: tuple[Counts, ...], importance: tuple[int, ...]) -> list[tuple[float, float]]:
    """Score and P(top five) of each; the draws are seeded, so the last few maps are remembered."""
    if not counts:
        return []
    answers = np.array(counts, dtype=np.int64)
    n = answers.sum(axis=1)
    found = moments.priorities(answers, np.array(importance, dtype=np.float64), n / n.max())
    return list(zip(found.score.tolist(), found.top_five.tolist(), strict=True))
