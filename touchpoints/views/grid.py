"""The heatmap as its page shows it: sorted, filtered, grouped and linked as asked."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from programme.models import Membership, Organisation
from touchpoints.models import Stage
from touchpoints.queries import Gap, Heatmap, Row, gaps
from touchpoints.views.asked import NOBODY, Asked
from touchpoints.views.markup import Markup

_DENSE = 30  # rows from which the print is set smaller
_MANY = 8  # segments beyond which the table scrolls sideways


@dataclass(frozen=True, slots=True)
class GridRow:
    """One touchpoint's line: its table row, or what the list needs instead."""

    row: Row
    gap: Gap | None
    html: SafeString
    href: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading: a stage, or all of them where they are sorted otherwise."""

    stage: Stage | None
    rows: tuple[GridRow, ...]
    closed: bool = False
    toggle: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """What the table, or the list, consists of."""

    groups: tuple[Group, ...]
    columns: int
    shown: int
    of: int
    real_changes: int
    owners: tuple[Membership, ...]
    stages: tuple[Stage, ...]
    dense: bool
    many: bool


def chosen_rows(shown: Heatmap, asked: Asked, between: dict[int, Gap]) -> list[tuple[Stage, Row]]:
    """The rows that pass the filters, sorted as asked."""
    kept = [
        (stage.stage, row)
        for stage in shown.stages
        for row in stage.rows
        if _passes(stage.stage, row, asked)
    ]
    if asked.sort != "map":
        kept.sort(key=lambda pair: _order(pair[1], asked, between))
    return kept


def grid(*, organisation: Organisation, shown: Heatmap, asked: Asked) -> Grid:
    """The whole of it."""
    index = reverse("touchpoints:index", kwargs={"organisation": organisation.slug})
    between = gaps(shown) if asked.show == "gap" else {}
    markup = Markup(index, shown, asked)
    as_table = asked.view != "list"

    def line(row: Row) -> GridRow:
        gap = between.get(row.touchpoint.pk)
        html = markup.row(row, gap) if as_table else SafeString("")
        return GridRow(row, gap, html, markup.href(row.total), markup.sentence(row))

    kept = chosen_rows(shown, asked, between)
    if asked.sort == "map":
        by_stage: dict[Stage, list[GridRow]] = {}
        for stage, row in kept:
            by_stage.setdefault(stage, []).append(line(row))
        groups = tuple(
            Group(
                stage,
                tuple(lines),
                closed=stage.pk in asked.closed,
                toggle=f"{index}?{asked.toggled(stage.pk).query()}",
            )
            for stage, lines in by_stage.items()
        )
    else:
        groups = (Group(None, tuple(line(row) for _, row in kept)),) if kept else ()
    every = list(shown.rows())
    owners = {row.touchpoint.owner for row in every if row.touchpoint.owner}
    return Grid(
        groups=groups,
        columns=4 if asked.show == "gap" else len(shown.segments) + 4,
        shown=len(kept),
        of=len(every),
        real_changes=sum(_changed(row) for _, row in kept),
        owners=tuple(sorted(owners, key=lambda one: str(one.user).casefold())),
        stages=tuple(stage.stage for stage in shown.stages),
        dense=len(kept) > _DENSE,
        many=asked.show != "gap" and len(shown.segments) > _MANY,
    )


def _passes(stage: Stage, row: Row, asked: Asked) -> bool:
    if asked.owner == NOBODY and row.touchpoint.owner_id is not None:
        return False
    if asked.owner not in {None, NOBODY, row.touchpoint.owner_id}:
        return False
    if asked.stage not in {None, stage.pk}:
        return False
    if asked.moment and row.total.label != asked.moment:
        return False
    return not asked.only_changes or _changed(row)


def _changed(row: Row) -> bool:
    return any(cell.real_change for cell in (*row.cells, row.total))


def _order(row: Row, asked: Asked, between: dict[int, Gap]) -> tuple[bool, float]:
    """Worst, weightiest or most changed first; what has no figure comes last."""
    if asked.sort == "priority":
        return row.priority is None, -(row.priority or 0)
    if asked.sort == "net":
        return row.total.net is None, row.total.net or 0
    gap = between.get(row.touchpoint.pk)
    change = gap.difference if gap else row.total.difference
    if asked.show == "gap" and gap is None:
        change = None
    return change is None, -abs(change or 0)
