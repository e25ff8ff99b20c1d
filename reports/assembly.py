"""One quarter's report from what is known: no database, no web, the same answer every time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from feedback import loyalty
from programme.periods import Quarter
from reports import findings, narrative
from reports.assurance import cannot_say, coverage, receipt
from reports.chain import chain_part
from reports.contents import (
    Corner,
    HeatmapCell,
    HeatmapRow,
    HeatmapStage,
    HeatmapTable,
    ImprovementLine,
    Measure,
    Report,
)
from reports.inside import inside_part
from reports.known import QUARTERS, Known
from reports.measures import (
    ONE,
    Estimates,
    Series,
    cell_misery,
    cell_nets,
    difference,
    discoveries,
    measure_all,
    net_estimate,
)
from reports.words import Points, Said, say, signed

if TYPE_CHECKING:
    from touchpoints.queries import Cell, Heatmap

MOST_IMPROVEMENTS = 40
FEWEST = 5


def assemble(known: Known) -> Report:
    """The whole report of one quarter."""
    measures = _measures(known)
    changed = findings.changes(known)
    gains, gains_note = findings.gains(known.customers, known.before)
    worries, worries_note = findings.worries(known.customers, known.before)
    ranked = findings.priorities(known)
    chain = chain_part(known, _cell)
    corners = tuple(_corner(one) for one in loyalty.corners_of(known.corners))
    inside = inside_part(known, _cell)
    improvements = _improvements(known)
    receipts = tuple(receipt(one, known.quarter.code) for one in known.receipts)
    covered = tuple(coverage(known))
    limits = tuple(cannot_say(known))
    compared = sum(row.total.difference is not None for row in known.customers.rows())
    return Report(
        organisation=known.organisation,
        language=known.language,
        period=known.quarter.code,
        period_words=known.period_words,
        compared_with=known.before.code if known.before else "",
        headline=findings.headline(known, changed),
        standfirst=findings.standfirst(known, measures),
        passages={
            "changes": narrative.changes(known, changed, compared),
            "priorities": narrative.priorities(ranked),
            "chain": narrative.chain(chain, known.quarter.code),
            "loyalty": narrative.loyalty(corners, inside),
            "improvements": narrative.improvements(improvements, known.rules),
            "assurance": narrative.assurance(receipts, covered),
            "mission": narrative.mission(known.mission),
        },
        measures=measures,
        quarters=known.codes(),
        gains=gains,
        gains_note=gains_note,
        worries=worries,
        worries_note=worries_note,
        asks=findings.asks(known, worries, chain.links),
        as_of=say("ask.as_of", day=known.today) if improvements else None,
        sure=narrative.sure(receipts, covered, limits),
        changes=changed,
        priorities=ranked,
        chain=chain,
        loyalty=corners,
        inside=inside,
        heatmap=heatmap_table(known.customers),
        improvements=improvements[:MOST_IMPROVEMENTS],
        improvements_left_out=max(len(improvements) - MOST_IMPROVEMENTS, 0),
        rules=tuple(known.rules),
        coverage=covered,
        receipts=receipts,
        cannot_say=limits,
        mission=known.mission,
        timezone=known.timezone,
    )


# Measures


def _measures(known: Known) -> tuple[Measure, ...]:
    customers = _by_quarter(known.customers, known)
    staff = _by_quarter(known.staff, known)
    recommend: list[Estimates] = []
    for one in known.recommend:
        counts = (one.detractors, one.passives, one.promoters) if one else (0, 0, 0)
        recommend.append({ONE: net_estimate(*counts)} if sum(counts) >= FEWEST else {})
    return measure_all(
        (
            Series(
                "recommend",
                Said("Would recommend us"),
                Said("Customers who answer 9 or 10 of 10, less those who answer 0 to 6"),
                "points",
                tuple(recommend),
            ),
            Series(
                "experience",
                Said("Customers’ experience"),
                Said("Moments of magic less moments of misery, averaged over the touchpoints"),
                "points",
                tuple(cell_nets(cells) for cells in customers),
            ),
            Series(
                "misery",
                Said("Moments of misery"),
                Said(
                    "The share of ratings that were a misery, averaged over the touchpoints; "
                    "less is better"
                ),
                "percent",
                tuple(cell_misery(cells) for cells in customers),
            ),
            Series(
                "inside",
                Said("As staff see it"),
                Said("The same touchpoints rated by our own people: magic less misery"),
                "points",
                tuple(cell_nets(cells) for cells in staff),
            ),
        ),
        known.codes(),
    )


def _by_quarter(heatmap: "Heatmap", known: Known) -> list[dict[int, "Cell"]]:
    """For each of the eight quarters: the total cell of each touchpoint that has one."""
    by_code: dict[str, dict[int, Cell]] = {code: {} for code in known.codes()}
    for row in heatmap.rows():
        for quarter, cell in zip(known.history, row.history, strict=True):
            if cell is not None and quarter.code in by_code:
                by_code[quarter.code][row.touchpoint.pk] = cell
    return list(by_code.values())


# Loyalty


def _corner(one: loyalty.Corner) -> Corner:
    return Corner(
        key=one.key,
        title=Said(one.title),
        explains=Said(one.explains),
        n=one.n,
        share=one.share,
        low=one.low,
        high=one.high,
        value=one.value,
        valued=one.valued,
    )


# The heatmap


def heatmap_table(heatmap: "Heatmap") -> HeatmapTable:
    """The appendix of that quarter's ratings."""
    return HeatmapTable(
        segments=tuple(segment.name for segment in heatmap.segments),
        stages=tuple(
            HeatmapStage(
                stage.stage.name,
                tuple(
                    HeatmapRow(
                        touchpoint=row.touchpoint.name,
                        cells=tuple(_cell(cell) for cell in row.cells),
                        total=_cell(row.total),
                        staff=_cell(row.staff),
                        blind_spot=row.blind_spot,
                        touchpoint_id=row.touchpoint.pk,
                    )
                    for row in stage.rows
                ),
            )
            for stage in heatmap.stages
        ),
        has_staff=any(row.staff.net is not None for row in heatmap.rows()),
        segment_ids=tuple(segment.pk for segment in heatmap.segments),
    )


def _cell(cell: "Cell") -> HeatmapCell:
    if cell.net is None or cell.low is None or cell.high is None:
        return HeatmapCell(label="hidden")
    change = ""
    if cell.real_change and cell.difference is not None:
        change = signed(cell.difference)
    return HeatmapCell(
        label=cell.label,
        net=round(cell.net, 1),
        low=round(cell.low, 1),
        high=round(cell.high, 1),
        n=cell.n,
        misery=cell.misery,
        mediocrity=cell.mediocrity,
        magic=cell.magic,
        indicative=cell.indicative,
        change=change,
    )


# Improvements


def _improvements(known: Known) -> tuple[ImprovementLine, ...]:
    """Late ones first, then by what is under way, planned and done."""
    found = list(zip(_observed(known), _effects(known), strict=True))
    order = {"doing": 1, "planned": 2, "done": 3}
    lines = sorted(
        zip(known.improvements, found, strict=True),
        key=lambda pair: 0 if pair[0].late(known.today) else order.get(pair[0].state, 3),
    )
    return tuple(
        ImprovementLine(
            title=one.title,
            touchpoint=one.touchpoint,
            cause=one.cause,
            state=one.state_words,
            owner=one.owner,
            due_on=one.due_on,
            late=one.late(known.today),
            expected=one.expected,
            observed=observed,
            done=one.state == "done",
            improvement_id=one.improvement_id,
            **effect,
        )
        for one, (observed, effect) in lines
    )


def _effects(known: Known) -> list[dict[str, float | None]]:
    """For each improvement at a touchpoint that is measured now: that net with its interval, the
    last one before it was finished, and the one to reach."""
    quarters = [cell_nets(cells) for cells in _by_quarter(known.customers, known)]
    found: list[dict[str, float | None]] = []
    for one in known.improvements:
        key = one.touchpoint_id
        if key is None or one.hand_off_id is not None or key not in quarters[-1]:
            found.append({})
            continue
        now, before = quarters[-1][key], None
        if one.done_on is not None:
            done = Quarter.containing(one.done_on, first_month=known.first_month)
            before = _last_before(quarters, key, done, known.quarter).get(key)
        found.append(
            {
                "before": None if before is None else round(before.value, 1),
                "now": round(now.value, 1),
                "low": round(now.centre - now.half_width, 1),
                "high": round(now.centre + now.half_width, 1),
                "plan": one.expected_net,
            }
        )
    return found


def _observed(known: Known) -> list[Said | None]:
    """What finished improvements changed: the touchpoint's last quarter before, against now."""
    quarters = [cell_nets(cells) for cells in _by_quarter(known.customers, known)]
    found: list[Said | None] = []
    differences = {}
    for index, one in enumerate(known.improvements):
        found.append(say("improvements.not_measured") if one.state == "done" else None)
        if one.touchpoint_id is None or one.done_on is None:
            continue
        done = Quarter.containing(one.done_on, first_month=known.first_month)
        before = _last_before(quarters, one.touchpoint_id, done, known.quarter)
        now = {key: e for key, e in quarters[-1].items() if key == one.touchpoint_id}
        changed = difference(before, now) if done <= known.quarter else None
        if changed is not None:
            differences[index] = (before[one.touchpoint_id], now[one.touchpoint_id], changed)
    real = discoveries([changed.p for _, _, changed in differences.values()])
    for (index, (before_it, now_it, _)), is_real in zip(differences.items(), real, strict=True):
        found[index] = say(
            "improvements.measured_real" if is_real else "improvements.measured_unsure",
            before=Points(before_it.value),
            now=Points(now_it.value),
        )
    return found


def _last_before(
    quarters: Sequence[Estimates], touchpoint_id: int, done: Quarter, now: Quarter
) -> Estimates:
    for back in range(1, QUARTERS):
        if now.shift(-back) < done and touchpoint_id in quarters[-1 - back]:
            return {touchpoint_id: quarters[-1 - back][touchpoint_id]}
    return {}
