"""What the summary may claim, by rules.

A change is named only where it is real (it passed the false-discovery control over all cells
compared). A touchpoint is called magic or misery only where its class is firm. Figures from 5 to
9 answers are indicative and stay out; under 5 there is no figure at all.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from programme.periods import Quarter
from reports.causes import causes
from reports.contents import Ask, ChainLink, Change, Finding, Measure, Priority
from reports.known import Known, KnownImprovement
from reports.words import MOMENT_WORDS, Names, Passage, Points, Said, say, short

if TYPE_CHECKING:
    from touchpoints.queries import Cell, Heatmap, Row

    type Rows = Sequence[tuple[Row, str]]

MOST_FINDINGS = 3
MOST_PRIORITIES = 10
MOST_ASKS = 4
NAMES_IN_HEADLINE, LETTERS_IN_HEADLINE = 2, 34


def firm_rows(heatmap: "Heatmap") -> Iterator[tuple["Row", str]]:
    """The rows whose figures may stand in the summary, each with its stage's name."""
    for stage in heatmap.stages:
        for row in stage.rows:
            if row.total.net is not None and not row.total.indicative:
                yield row, stage.stage.name


def _difference(cell: "Cell") -> float:
    return cell.difference if cell.difference is not None and cell.real_change else 0.0


def changes(known: Known) -> tuple[Change, ...]:
    """Every real change, the greatest first, with what may lie behind it."""
    found = []
    for row, stage in firm_rows(known.customers):
        cell = row.total
        if not cell.real_change or cell.difference is None:
            continue
        found.append(
            Change(
                touchpoint=row.touchpoint.name,
                stage=stage,
                difference=round(cell.difference, 1),
                low=round(cell.difference_low or 0.0, 1),
                high=round(cell.difference_high or 0.0, 1),
                n=cell.n,
                causes=causes(known, row.touchpoint.pk, better=cell.difference > 0),
                touchpoint_id=row.touchpoint.pk,
            )
        )
    return tuple(sorted(found, key=lambda change: -abs(change.difference)))


def gains(heatmap: "Heatmap", before: Quarter | None) -> tuple[tuple[Finding, ...], Said | None]:
    """Up to three: real rises first, then firm magic. And what to say where nothing rose."""
    rows = sorted(firm_rows(heatmap), key=lambda at: -_difference(at[0].total))
    rose = [at for at in rows if _difference(at[0].total) > 0]
    firm = [
        at
        for at in sorted(firm_rows(heatmap), key=lambda at: -(at[0].total.net or 0.0))
        if at[0].total.label == "magic" and not at[0].total.real_change
    ]
    return _findings(rose, firm, before), _note(rose, firm, "gains", heatmap, before)


def worries(heatmap: "Heatmap", before: Quarter | None) -> tuple[tuple[Finding, ...], Said | None]:
    """Up to three: real falls first, then firm misery, the most pressing first."""
    rows = sorted(firm_rows(heatmap), key=lambda at: _difference(at[0].total))
    fell = [at for at in rows if _difference(at[0].total) < 0]
    firm = [
        at
        for at in sorted(
            firm_rows(heatmap), key=lambda at: (-(at[0].priority or 0.0), at[0].total.net or 0.0)
        )
        if at[0].total.label == "misery" and not _difference(at[0].total) < 0
    ]
    return _findings(fell, firm, before), _note(fell, firm, "worries", heatmap, before)


def _findings(moved: "Rows", firm: "Rows", before: Quarter | None) -> tuple[Finding, ...]:
    """Those that moved first. Where none did, the note above them says so once for all."""
    found = (*moved, *firm)[:MOST_FINDINGS]
    return tuple(_finding(row, stage, before, beside=bool(moved)) for row, stage in found)


def _note(
    moved: "Rows", firm: "Rows", what: str, heatmap: "Heatmap", before: Quarter | None
) -> Said | None:
    """What to say where nothing moved; `what` is gains or worries."""
    if moved:
        return None
    since = "_since" if before else ""
    if firm:
        return say(f"note.firm_{what}{since}", n=min(len(firm), MOST_FINDINGS))
    if not any(True for _ in firm_rows(heatmap)):
        return say(f"note.few_{what}")
    return say(f"note.no_{what}{since}")


def _finding(row: "Row", stage: str, before: Quarter | None, *, beside: bool) -> Finding:
    """`beside` another that moved, one that did not says so."""
    cell = row.total
    why = _moved(cell, before)
    if why is None and beside and cell.difference is not None:
        why = say("why.unchanged")
    return Finding(
        touchpoint=short(row.touchpoint.name),
        stage=short(stage),
        label=cell.label,
        net=round(cell.net or 0.0, 1),
        low=round(cell.low or 0.0, 1),
        high=round(cell.high or 0.0, 1),
        n=cell.n,
        why=why,
        touchpoint_id=row.touchpoint.pk,
    )


def _moved(cell: "Cell", before: Quarter | None) -> Said | None:
    """By how much it really changed, or nothing."""
    if not cell.real_change or cell.difference is None or before is None:
        return None
    way = "why.up" if cell.difference > 0 else "why.down"
    return say(way, points=round(abs(cell.difference)), before=before)


def _standing(cell: "Cell", before: Quarter | None) -> Said:
    """How it changed, or that its class is firm."""
    unchanged = "_unchanged" if cell.difference is not None else ""
    return _moved(cell, before) or say(f"why.{cell.label}{unchanged}")


def headline(known: Known, changed: tuple[Change, ...]) -> Said:
    """One sentence: what really changed, or that nothing can be told."""
    if not any(cell.net is not None for cell in _totals(known)):
        return say("headline.nothing", quarter=known.quarter)
    if known.before is None:
        return say("headline.first")
    up = _these([change.touchpoint for change in changed if change.difference > 0])
    down = _these([change.touchpoint for change in changed if change.difference < 0])
    if up.names and down.names:
        return say("headline.both", up=up, down=down, before=known.before)
    if up.names:
        return say("headline.up", up=up, before=known.before)
    if down.names:
        return say("headline.down", down=down, before=known.before)
    return say("headline.none", before=known.before)


def standfirst(known: Known, measures: tuple[Measure, ...]) -> Passage:
    """Where things stand: the firm classes, and what customers say about recommending."""
    said = []
    rows = list(firm_rows(known.customers))
    if rows:
        magic = sum(row.total.label == "magic" for row, _ in rows)
        misery = sum(row.total.label == "misery" for row, _ in rows)
        said.append(say("standfirst.firm", n=len(rows), magic=magic, misery=misery))
    for measure in measures:
        if measure.key == "recommend" and measure.now is not None:
            now = measure.now
            stands = {"now": Points(now.value), "low": Points(now.low), "high": Points(now.high)}
            if measure.last_quarter is not None:
                change = measure.since_quarter
                said.append(say("standfirst.recommend_quarter", **stands, change=change))
            elif measure.last_year is not None:
                said.append(say("standfirst.recommend_year", **stands, change=measure.since_year))
            else:
                said.append(say("standfirst.recommend", **stands))
    return Passage(tuple(said))


def _these(names: list[str]) -> Names:
    most = len(names) if len(names) <= NAMES_IN_HEADLINE else 1
    return Names(tuple(short(name, LETTERS_IN_HEADLINE) for name in names), most)


def _totals(known: Known) -> Iterator["Cell"]:
    for row in known.customers.rows():
        yield row.total


def priorities(known: Known) -> tuple[Priority, ...]:
    """The ten that matter most: importance times how far each falls short, in order."""
    ranked = sorted(
        (
            (row, stage.stage.name)
            for stage in known.customers.stages
            for row in stage.rows
            if row.priority and row.total.net is not None
        ),
        key=lambda at: (-(at[0].priority or 0.0), at[0].touchpoint.pk),
    )
    return tuple(
        _priority(rank, row, stage, known)
        for rank, (row, stage) in enumerate(ranked[:MOST_PRIORITIES], start=1)
    )


def _priority(rank: int, row: "Row", stage: str, known: Known) -> Priority:
    cell, touchpoint = row.total, row.touchpoint
    weight = known.weights.get(touchpoint.pk)
    open_there = _open_improvement(known, touchpoint.pk)
    return Priority(
        rank=rank,
        touchpoint=touchpoint.name,
        stage=stage,
        importance=touchpoint.importance,
        explains=round(weight.explains) if weight and weight.explains is not None else None,
        must_be=touchpoint.must_be,
        label=cell.label,
        net=round(cell.net or 0.0, 1),
        low=round(cell.low or 0.0, 1),
        high=round(cell.high or 0.0, 1),
        n=cell.n,
        indicative=cell.indicative,
        top_five=None if row.top_five is None else round(100 * row.top_five),
        owner=(open_there.owner if open_there else "") or known.owners.get(touchpoint.pk, ""),
        due_on=open_there.due_on if open_there else None,
        improvement=open_there.title if open_there else "",
        touchpoint_id=touchpoint.pk,
    )


def _open_improvement(known: Known, touchpoint_id: int) -> KnownImprovement | None:
    for improvement in known.improvements:
        if improvement.touchpoint_id == touchpoint_id and improvement.state != "done":
            return improvement
    return None


def asks(
    known: Known, worrying: tuple[Finding, ...], links: tuple[ChainLink, ...] = ()
) -> tuple[Ask, ...]:
    """Decisions for the board: unowned worries, the weakest link, late improvements, the mission's
    own dates."""
    found = []
    if known.mission is None:
        found.append(Ask(say("ask.mission"), say("ask.mission_why")))
    tended = {one.touchpoint_id for one in known.improvements if one.state != "done"}
    cells = {row.touchpoint.pk: row.total for row in known.customers.rows()}
    found += [
        _ask_to_tend(worry, cells[worry.touchpoint_id], known)
        for worry in worrying
        if worry.touchpoint_id is not None and worry.touchpoint_id not in tended
    ]
    found += [
        Ask(
            say(
                "ask.link",
                link=short(link.name),
                giver=short(link.giver, 40),
                receiver=short(link.receiver, 40),
            ),
            say("ask.link_why", moment=Said(MOMENT_WORDS[link.cell.label])),
        )
        for link in links[:1]
        if link.cell.label == "misery" and not link.improvement
    ]
    late = [one for one in known.improvements if one.late(known.today)]
    found += [
        Ask(say("ask.late", improvement=short(improvement.title)), _why_late(improvement))
        for improvement in late[:2]
    ]
    if known.review_on is not None and known.review_on < known.today:
        found.append(Ask(say("ask.review"), say("ask.review_why", day=known.review_on)))
    return tuple(found[:MOST_ASKS])


def _ask_to_tend(worry: Finding, cell: "Cell", known: Known) -> Ask:
    """For an improvement, and for an owner where there is none."""
    why, owner = _standing(cell, known.before), known.owners.get(worry.touchpoint_id or 0)
    if owner:
        return Ask(
            say("ask.worry_owned", touchpoint=worry.touchpoint),
            say("ask.worry_owned_why", why=why, owner=short(owner)),
        )
    return Ask(say("ask.worry", touchpoint=worry.touchpoint), say("ask.worry_why", why=why))


def _why_late(improvement: KnownImprovement) -> Said:
    due = {"day": improvement.due_on} if improvement.due_on else {}
    if improvement.owner:
        return say("ask.late_owned", **due, owner=short(improvement.owner))
    return say("ask.late_unowned", **due)
