"""The heatmap: touchpoints by segments for one quarter, read from tallies alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from programme.models import Organisation, Period, Segment
from touchpoints import moments
from touchpoints.models import Stage, Touchpoint, Voice
from touchpoints.queries.cells import Cell, Change, cells, changes, is_above, is_shell
from touchpoints.queries.chain import weak_touchpoints
from touchpoints.queries.known import Known, known
from touchpoints.queries.sums import Counts, Key
from touchpoints.queries.trends import last_quarters
from touchpoints.queries.weights import Weight, weights


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """One touchpoint's cells: one a segment, everyone together, the staff's view, and the last
    quarters, oldest first, None where nobody rated. The same figures are one and the same object
    for as long as they are remembered."""

    cells: tuple[Cell, ...]
    total: Cell
    staff: Cell
    history: tuple[Cell | None, ...]
    blind_spot: bool
    weak_link: bool = False
    shell: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One touchpoint with its figures, and how much mending it is worth."""

    touchpoint: Touchpoint
    figures: Figures
    priority: float | None
    top_five: float | None

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.figures.cells

    @property
    def total(self) -> Cell:
        return self.figures.total

    @property
    def staff(self) -> Cell:
        return self.figures.staff

    @property
    def history(self) -> tuple[Cell | None, ...]:
        return self.figures.history

    @property
    def blind_spot(self) -> bool:
        return self.figures.blind_spot


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


def heatmap(
    *,
    organisation: Organisation | Known,
    period: Period,
    compare_with: Period | None = None,
    voice: str = Voice.CUSTOMER,
) -> Heatmap:
    """Everything that the heatmap shows, in ten queries at most, whatever is stored; in one
    where it was asked for before and nothing changed, in none from what is known already."""
    of = organisation if isinstance(organisation, Known) else known(organisation)
    return of.remember(
        ("heatmap", period.pk, compare_with and compare_with.pk, voice),
        lambda: _heatmap(of, period, compare_with, voice),
    )


def _heatmap(of: Known, period: Period, compare_with: Period | None, voice: str) -> Heatmap:
    touchpoints = of.touchpoints
    segments = of.segments if voice == Voice.CUSTOMER else {}
    quarters = last_quarters(of, period)
    sums = of.sums(
        [one.pk for one in (*quarters, period, *([compare_with] if compare_with else []))]
    )
    now = sums[period.pk].of(voice)
    inside = sums[period.pk].of(staff_or_customers(voice))
    keys: list[Key] = [(pk, segment) for pk in touchpoints for segment in (*segments, None)]
    totals: list[Key] = [(pk, None) for pk in touchpoints]
    shown = cells(keys, now, changed(of, period, compare_with, voice))
    staff = cells(totals, inside)
    past = [sums[one.pk].of(voice) for one in quarters]
    history = [cells([key for key in totals if key in one], one) for one in past]
    weak = weak_touchpoints(of, period)
    priority = _priorities(touchpoints, shown, weights(of, period))
    rows: dict[Stage, list[Row]] = defaultdict(list)
    for pk, touchpoint in touchpoints.items():
        total = shown[pk, None]
        figures = Figures(
            cells=tuple(shown[pk, segment] for segment in segments),
            total=total,
            staff=staff[pk, None],
            history=tuple(quarter.get((pk, None)) for quarter in history),
            blind_spot=voice == Voice.CUSTOMER and is_above(staff[pk, None], total),
            weak_link=pk in weak,
            shell=voice == Voice.CUSTOMER and is_shell(staff[pk, None], total),
        )
        rows[touchpoint.stage].append(Row(touchpoint, figures, *priority.get(pk, (None, None))))
    return Heatmap(
        period=period,
        compare_with=compare_with,
        voice=voice,
        quarters=tuple(quarters),
        segments=tuple(segments.values()),
        stages=tuple(StageRows(stage, tuple(found)) for stage, found in rows.items()),
    )


def changed(
    of: Known, period: Period, compare_with: Period | None, voice: str
) -> Mapping[Key, Change]:
    """What changed since `compare_with`, on the whole map; nothing without it."""
    if compare_with is None:
        return {}
    sums = of.sums([period.pk, compare_with.pk])
    before, now = sums[compare_with.pk].of(voice), sums[period.pk].of(voice)
    return of.remember(
        ("changes", period.pk, compare_with.pk, voice),
        lambda: changes(before, now, of.touchpoints.keys()),
    )


def staff_or_customers(voice: str) -> Voice:
    """The other voice."""
    return Voice.STAFF if voice == Voice.CUSTOMER else Voice.CUSTOMER


def _priorities(
    touchpoints: Iterable[int], shown: Mapping[Key, Cell], weight: Mapping[int, Weight]
) -> dict[int, tuple[float, float]]:
    """Score and P(top five) of each touchpoint whose total is shown."""
    rated = [pk for pk in touchpoints if not shown[pk, None].hidden]
    totals = [shown[pk, None] for pk in rated]
    found = _ranked(
        tuple((cell.misery, cell.mediocrity, cell.magic) for cell in totals),
        tuple(weight[pk].taken for pk in rated),
    )
    return dict(zip(rated, found, strict=True))


@lru_cache(maxsize=64)
def _ranked(counts: tuple[Counts, ...], importance: tuple[float, ...]) -> list[tuple[float, float]]:
    """Score and P(top five) of each; the draws are seeded, so the last few maps are remembered."""
    if not counts:
        return []
    answers = np.array(counts, dtype=np.int64)
    n = answers.sum(axis=1)
    found = moments.priorities(answers, np.array(importance, dtype=np.float64), n / n.max())
    return list(zip(found.score.tolist(), found.top_five.tolist(), strict=True))
