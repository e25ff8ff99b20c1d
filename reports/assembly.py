"""One quarter's report from what is known: no database, no web, the same answer every time."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

from programme.periods import Quarter
from reports import findings
from reports.contents import (
    HeatmapCell,
    HeatmapRow,
    HeatmapStage,
    HeatmapTable,
    ImprovementLine,
    Measure,
    Reading,
    ReceiptLine,
    Report,
)
from reports.known import QUARTERS, Known, KnownReceipt
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
    share_estimate,
)
from reports.words import counted, day, sentence, signed

if TYPE_CHECKING:
    from touchpoints.queries import Cell, Heatmap

MOST_IMPROVEMENTS = 40
# The smallest change in a net that shows four times in five, in points, is about this divided
# by the square root of the answers a quarter: 58 at 30, 45 at 50, 32 at 100.
SMALLEST_CHANGE = 319
FEWEST = 5


def assemble(known: Known) -> Report:
    """The whole report of one quarter."""
    measures = _measures(known)
    changed = findings.changes(known)
    gains, gains_note = findings.gains(known.customers, known.before)
    worries, worries_note = findings.worries(known.customers, known.before)
    improvements = _improvements(known)
    return Report(
        organisation=known.organisation,
        language=known.language,
        period=known.quarter.code,
        period_words=known.period_words,
        compared_with=known.before.code if known.before else "",
        headline=findings.headline(known, changed),
        standfirst=findings.standfirst(known, measures),
        measures=measures,
        quarters=known.codes(),
        gains=gains,
        gains_note=gains_note,
        worries=worries,
        worries_note=worries_note,
        asks=findings.asks(known, worries),
        changes=changed,
        priorities=findings.priorities(known),
        heatmap=_heatmap(known.customers),
        improvements=improvements[:MOST_IMPROVEMENTS],
        improvements_left_out=max(len(improvements) - MOST_IMPROVEMENTS, 0),
        receipts=tuple(_receipt(one, known.quarter) for one in known.receipts),
        cannot_say=tuple(_cannot_say(known)),
        mission=known.mission,
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
                "Would recommend us",
                "Customers who answer 9 or 10 of 10, less those who answer 0 to 6",
                "points",
                tuple(recommend),
            ),
            Series(
                "experience",
                "Customers’ experience",
                "Moments of magic less moments of misery, averaged over the touchpoints",
                "points",
                tuple(cell_nets(cells) for cells in customers),
            ),
            Series(
                "misery",
                "Moments of misery",
                "The share of customers’ ratings that were a misery; less is better",
                "percent",
                tuple(cell_misery(cells) for cells in customers),
            ),
            Series(
                "inside",
                "As staff see it",
                "The same touchpoints rated by our own people: magic less misery",
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


# The heatmap


def _heatmap(heatmap: "Heatmap") -> HeatmapTable:
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
    observed = _observed(known)
    order = {"doing": 1, "planned": 2, "done": 3}
    lines = sorted(
        zip(known.improvements, observed, strict=True),
        key=lambda pair: 0 if pair[0].late(known.today) else order.get(pair[0].state, 3),
    )
    return tuple(
        ImprovementLine(
            title=one.title,
            touchpoint=one.touchpoint,
            cause=one.cause,
            state=one.state_words,
            owner=one.owner,
            due_on=day(one.due_on),
            late=one.late(known.today),
            expected=one.expected,
            observed=words,
            improvement_id=one.improvement_id,
        )
        for one, words in lines
    )


def _observed(known: Known) -> list[str]:
    """What finished improvements changed: the touchpoint's last quarter before, against now."""
    quarters = [cell_nets(cells) for cells in _by_quarter(known.customers, known)]
    found: list[str] = []
    differences = {}
    for index, one in enumerate(known.improvements):
        found.append("" if one.state != "done" else "not measured yet")
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
        moved = f"from {signed(before_it.value)} to {signed(now_it.value)}"
        found[index] = f"{moved}: a real change" if is_real else f"{moved}: no detectable change"
    return found


def _last_before(
    quarters: Sequence[Estimates], touchpoint_id: int, done: Quarter, now: Quarter
) -> Estimates:
    for back in range(1, QUARTERS):
        if now.shift(-back) < done and touchpoint_id in quarters[-1 - back]:
            return {touchpoint_id: quarters[-1 - back][touchpoint_id]}
    return {}


# Assurance


def _receipt(one: KnownReceipt, quarter: Quarter) -> ReceiptLine:
    rate = None
    if one.invited and one.answered is not None and one.answered <= one.invited:
        share = share_estimate(one.answered, one.invited)
        rate = Reading(
            period=quarter.code,
            value=round(share.value, 1),
            low=round(max(share.centre - share.half_width, 0.0), 1),
            high=round(min(share.centre + share.half_width, 100.0), 1),
            n=one.invited,
        )
    return ReceiptLine(
        title=one.title,
        audience=one.audience,
        confidential=one.confidential,
        invited=one.invited,
        held_back=one.held_back,
        sent=one.sent,
        failed=one.failed,
        answered=one.answered,
        published=one.published,
        rate=rate,
        round_id=one.round_id,
    )


def _cannot_say(known: Known) -> Iterator[str]:
    """Sentences on the limits of this quarter's figures."""
    rows = list(known.customers.rows())
    shown = [row.total for row in rows if row.total.net is not None]
    silent = len(rows) - len(shown)
    if silent:
        yield sentence(
            f"{counted(silent, 'touchpoint')} of {len(rows)} had fewer than five customers’ "
            "ratings, so nothing is shown for " + ("it." if silent == 1 else "them.")
        )
    hidden = sum(cell.net is None for row in rows for cell in row.cells)
    if hidden and known.customers.segments:
        yield sentence(
            f"{counted(hidden, 'cell')} of the heatmap by segment had too few answers to show."
        )
    indicative = sum(cell.indicative for cell in shown)
    if indicative:
        yield sentence(
            f"{counted(indicative, 'touchpoint')} had five to nine answers: indicative only, and "
            "left out of the summary."
        )
    firm = [cell.n for cell in shown if not cell.indicative]
    if firm and known.before is not None:
        middle = median(firm)
        least = SMALLEST_CHANGE / middle**0.5
        yield (
            f"With {middle:,.0f} answers at the middle touchpoint, a change of less than about "
            f"{least:.0f} points would mostly go unseen. “No detectable change” does not mean "
            "that nothing changed."
        )
    if known.before is None:
        yield "No earlier quarter has ratings, so no change can be judged."
    elif known.before != known.quarter.shift(-1):
        yield (
            f"{known.quarter.shift(-1).code} has no ratings: changes are against "
            f"{known.before.code}, the latest quarter that has."
        )
    if not any(row.staff.net is not None for row in rows):
        yield "Staff did not rate these touchpoints, so inside and outside cannot be compared."
    if not any(one.invited for one in known.receipts):
        yield (
            "How many people were asked is not known here, so no response rate can be given and "
            "those who did not answer may think otherwise."
        )
    else:
        yield "Those who did not answer may think otherwise than those who did."
