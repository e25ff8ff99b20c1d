"""What the summary may claim, by rules.

A change is named only where it is real (it passed the false-discovery control over all cells
compared). A touchpoint is called magic or misery only where its class is firm. Figures from 5 to
9 answers are indicative and stay out; under 5 there is no figure at all.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from programme.periods import Quarter
from reports.causes import causes
from reports.contents import Ask, ChainLink, Change, Finding, Measure, Priority
from reports.known import Known, KnownImprovement
from reports.words import MOMENT_WORDS, counted, day, listed, sentence, short, signed

if TYPE_CHECKING:
    from touchpoints.queries import Cell, Heatmap, Row

MOST_FINDINGS = 3
MOST_PRIORITIES = 10
MOST_ASKS = 4
NAMES_IN_HEADLINE = 2


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


def gains(heatmap: "Heatmap", before: Quarter | None) -> tuple[tuple[Finding, ...], str]:
    """Up to three: real rises first, then firm magic. And what to say where there is none."""
    rows = sorted(firm_rows(heatmap), key=lambda at: -_difference(at[0].total))
    found = [_finding(row, stage, before) for row, stage in rows if _difference(row.total) > 0]
    magic = sorted(firm_rows(heatmap), key=lambda at: -(at[0].total.net or 0.0))
    found += [
        _finding(row, stage, before)
        for row, stage in magic
        if row.total.label == "magic" and not row.total.real_change
    ]
    return tuple(found[:MOST_FINDINGS]), _note(len(found), "gain", heatmap, before)


def worries(heatmap: "Heatmap", before: Quarter | None) -> tuple[tuple[Finding, ...], str]:
    """Up to three: real falls first, then firm misery, the most pressing first."""
    rows = sorted(firm_rows(heatmap), key=lambda at: _difference(at[0].total))
    found = [_finding(row, stage, before) for row, stage in rows if _difference(row.total) < 0]
    misery = sorted(
        firm_rows(heatmap), key=lambda at: (-(at[0].priority or 0.0), at[0].total.net or 0.0)
    )
    found += [
        _finding(row, stage, before)
        for row, stage in misery
        if row.total.label == "misery" and not _difference(row.total) < 0
    ]
    return tuple(found[:MOST_FINDINGS]), _note(len(found), "worry", heatmap, before)


def _note(found: int, word: str, heatmap: "Heatmap", before: Quarter | None) -> str:
    """What to say where there is none."""
    if found:
        return ""
    if not any(True for _ in firm_rows(heatmap)):
        return f"No {word} can be told: too few answers."
    moment, way = ("magic", "better") if word == "gain" else ("misery", "worse")
    said = f"No touchpoint is firmly a moment of {moment}"
    return f"{said}, and none got detectably {way}." if before else f"{said}."


def _finding(row: "Row", stage: str, before: Quarter | None) -> Finding:
    cell = row.total
    if cell.real_change and cell.difference is not None and before is not None:
        way = "Up" if cell.difference > 0 else "Down"
        why = f"{way} {abs(cell.difference):.0f} points since {before.code}"
    else:
        why = f"Firmly a moment of {cell.label}"
        if cell.difference is not None:
            why += "; no detectable change"
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


def headline(known: Known, changed: tuple[Change, ...]) -> str:
    """One sentence: what really changed, or that nothing can be told."""
    if not any(cell.net is not None for cell in _totals(known)):
        return f"Nothing can be said about {known.quarter.code} yet: there are too few ratings."
    if known.before is None:
        return "This is the first measured quarter: from here on every change can be seen."
    up = [change.touchpoint for change in changed if change.difference > 0]
    down = [change.touchpoint for change in changed if change.difference < 0]
    since = f"since {known.before.code}"
    if up and down:
        return sentence(f"{_these(up)} got better and {_these(down)} got worse {since}.")
    if up:
        return sentence(f"{_these(up)} got better {since}, and nothing got detectably worse.")
    if down:
        return sentence(f"{_these(down)} got worse {since}, and nothing got detectably better.")
    return f"No touchpoint changed detectably {since}."


def standfirst(known: Known, measures: tuple[Measure, ...]) -> str:
    """Where things stand: the firm classes, and what customers say about recommending."""
    said = []
    rows = list(firm_rows(known.customers))
    if rows:
        magic = sum(row.total.label == "magic" for row, _ in rows)
        misery = sum(row.total.label == "misery" for row, _ in rows)
        said.append(
            f"Of {counted(len(rows), 'touchpoint')} with enough answers, "
            f"{_are(magic)} firmly a moment of magic and {_are(misery)} firmly a moment of misery."
        )
    for measure in measures:
        if measure.key == "recommend" and measure.now is not None:
            stands = (
                f"Recommendation stands at {signed(measure.now.value)} "
                f"({signed(measure.now.low)} to {signed(measure.now.high)})"
            )
            if measure.last_quarter is not None:
                stands += f"; against last quarter: {measure.since_quarter}"
            elif measure.last_year is not None:
                stands += f"; against last year: {measure.since_year}"
            said.append(f"{stands}.")
    return " ".join(said)


def _are(number: int) -> str:
    return "none is" if number == 0 else counted(number, "is", "are")


def _these(names: list[str]) -> str:
    if len(names) <= NAMES_IN_HEADLINE:
        return listed([short(name) for name in names])
    return counted(len(names), "touchpoint")


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
        due_on=day(open_there.due_on) if open_there else "",
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
        found.append(Ask("Adopt a mission", "There is none to test decisions against."))
    tended = {one.touchpoint_id for one in known.improvements if one.state != "done"}
    found += [
        Ask(
            f"Give “{short(worry.touchpoint)}” an improvement, an owner and a date",
            f"{worry.why}, and nothing is planned there.",
        )
        for worry in worrying
        if worry.touchpoint_id not in tended
    ]
    found += [
        Ask(
            f"Mend “{short(link.name)}” between {short(link.giver, 40)} and "
            f"{short(link.receiver, 40)}",
            f"It is the weakest link of the delivery chain ({MOMENT_WORDS[link.cell.label]}), and "
            "nothing is planned there.",
        )
        for link in links[:1]
        if link.cell.label == "misery" and not link.improvement
    ]
    late = [one for one in known.improvements if one.late(known.today)]
    found += [
        Ask(
            f"Decide whether “{short(improvement.title)}” goes on",
            f"It was due on {day(improvement.due_on)}"
            + (
                f" and {short(improvement.owner)} owns it."
                if improvement.owner
                else "; nobody owns it."
            ),
        )
        for improvement in late[:2]
    ]
    if known.review_on is not None and known.review_on < known.today:
        found.append(Ask("Review the mission", f"Its review was due on {day(known.review_on)}."))
    return tuple(found[:MOST_ASKS])
