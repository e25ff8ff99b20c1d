"""The passages that open the report's parts: what rose, what fell and what cannot be told, in
sentences that rules choose by the finished figures. They blame nobody."""

from collections.abc import Iterator, Sequence

from programme.periods import Quarter
from reports.contents import (
    ChainPart,
    Change,
    Corner,
    CoverageLine,
    ImprovementLine,
    InsidePart,
    MissionPart,
    Priority,
    ReceiptLine,
    RuleLine,
)
from reports.inside import BLIND_SPOT, SHELL
from reports.known import Known
from reports.words import (
    MOMENT_WORDS,
    Names,
    Passage,
    Percent,
    Points,
    Said,
    say,
    short,
)

MOST_NAMED = 3
_WEAK = {"misery", "leaning_misery"}
_SURE = 80
_ON_CHANGES = ("cannot.not_over", "cannot.unseen", "cannot.first", "cannot.gap")


def changes(known: Known, found: Sequence[Change], compared: int) -> Passage:
    """`compared` is how many touchpoints both quarters measured."""
    if known.before is None:
        return Passage((say("changes.first"),))
    if not compared:
        return Passage((say("changes.not_compared", before=known.before),))
    up = [one.touchpoint for one in found if one.difference > 0]
    down = [one.touchpoint for one in found if one.difference < 0]
    segments = sum(
        cell.real_change and not cell.indicative
        for row in known.customers.rows()
        for cell in row.cells
        if not row.total.real_change
    )
    single = [say("changes.segments", n=segments)] if segments else []
    if not up and not down:
        return Passage((say("changes.none", n=compared, before=known.before), *single))
    said = [say("changes.up", names=_named(up), before=known.before)] if up else []
    if down:
        said.append(say("changes.down", names=_named(down), before=known.before))
    rest = compared - len(found)
    if rest > 0:
        said.append(say("changes.rest", n=rest))
    return Passage((*said, *single))


def priorities(found: Sequence[Priority]) -> Passage:
    """What comes first, how sure that is, and what nobody tends."""
    if not found:
        return Passage((say("priorities.none"),))
    sure = [one for one in found if (one.top_five or 0) >= _SURE]
    first = short(found[0].touchpoint)
    untended = [one.touchpoint for one in found if not one.improvement]
    return Passage(
        (
            say("priorities.first_sure", first=first, n=len(sure), sure=Percent(_SURE))
            if sure
            else say("priorities.first_unsure", first=first),
            say("priorities.untended", names=_named(untended))
            if untended
            else say("priorities.tended"),
        )
    )


def chain(found: ChainPart, of_quarter: str) -> Passage:
    """The weakest link, and how many customers may fall through."""
    if not found.hand_offs:
        return Passage((say("chain.none"),))
    if not found.rated:
        return Passage((say("chain.unrated", n=found.hand_offs),))
    said = []
    if found.period and found.period != of_quarter:
        said.append(say("chain.earlier", quarter=Quarter.parse(found.period)))
    weak = [link for link in found.links if link.cell.label in _WEAK]
    if weak:
        first = weak[0]
        said += [
            say("chain.weak", n=len(weak), rated=found.rated),
            say(
                "chain.weakest",
                link=short(first.name),
                giver=short(first.giver),
                receiver=short(first.receiver),
                touchpoint=short(first.touchpoint),
                moment=Said(MOMENT_WORDS[first.cell.label]),
                net=Points(first.cell.net or 0.0),
                n=first.cell.n or 0,
            ),
        ]
    else:
        said.append(say("chain.not_weak", rated=found.rated))
    said.append(say("chain.blames_nobody"))
    return Passage(tuple(said))


def loyalty(found: Sequence[Corner], inside: InsidePart) -> Passage:
    """What loyalty says of staying, and where inside and outside disagree."""
    return Passage((*_loyalty(found), *_inside(inside)))


def _loyalty(found: Sequence[Corner]) -> Iterator[Said]:
    if not found:
        yield say("loyalty.unknown")
        return
    by_key = {one.key: one for one in found}
    convenience = by_key["not_loyal_stayed"]
    if convenience.share is None:
        yield say("loyalty.few")
    elif convenience.n:
        yield say(
            "loyalty.convenience",
            share=Percent(convenience.share),
            low=round(convenience.low or 0.0),
            high=round(convenience.high or 0.0),
        )
        if convenience.value:
            yield say("loyalty.worth", value=round(convenience.value))
        else:
            yield say("loyalty.worth_unknown")
    left = [by_key[key] for key in ("loyal_left", "not_loyal_left")]
    if all(one.n == 0 for one in left):
        yield say("loyalty.none_left")


def _inside(found: InsidePart) -> Iterator[Said]:
    if not found.compared:
        yield say("inside.not_compared")
        return
    if not found.rows:
        yield say("inside.no_gap", n=found.compared)
        return
    blind = [row.touchpoint for row in found.rows if row.mark == BLIND_SPOT]
    shell = [row.touchpoint for row in found.rows if row.mark == SHELL]
    if blind:
        yield say("inside.blind_spots", n=found.compared, names=_named(blind))
    else:
        yield say("inside.no_blind_spot", n=found.compared)
    if shell:
        yield say("inside.shells", names=_named(shell))
    real = [row.touchpoint for row in found.rows if row.real]
    if real:
        yield say("inside.detectable", names=_named(real))
    else:
        yield say("inside.not_detectable")


def improvements(found: Sequence[ImprovementLine], rules: Sequence[RuleLine]) -> Passage:
    """How many are late, how many worked, and which rules are gone."""
    said = []
    if found:
        done = [one for one in found if one.done]
        late = sum(one.late for one in found)
        said.append(say("improvements.open", n=len(found) - len(done), late=late))
        if done:
            real = sum(
                one.observed is not None and one.observed.key == "improvements.measured_real"
                for one in done
            )
            said.append(say("improvements.finished", n=len(done), real=real))
    else:
        said.append(say("improvements.none"))
    said.append(say("rules.lifted", n=len(rules)))
    return Passage(tuple(said))


def assurance(found: Sequence[ReceiptLine], covered: Sequence[CoverageLine]) -> Passage:
    """Who was asked, who answered, how much of the map that covers."""
    said = []
    rated = [one for one in found if one.rate is not None]
    invited = sum(one.invited or 0 for one in rated)
    answered = sum(one.answered or 0 for one in rated)
    if not found:
        said.append(say("assurance.none"))
    elif invited:
        share = Percent(100 * answered / invited)
        said.append(
            say("assurance.counted", n=len(found), invited=invited, answered=answered, share=share)
        )
    else:
        said.append(say("assurance.uncounted", n=len(found)))
    if covered:
        said.append(say("assurance.covers", part=covered[0].part, whole=covered[0].whole))
    return Passage(tuple(said))


def sure(
    found: Sequence[ReceiptLine], covered: Sequence[CoverageLine], limits: Sequence[Said]
) -> Passage:
    """For page one: who was asked and answered, and which of the limits bear on its changes."""
    bearing = (one for one in limits if one.key in _ON_CHANGES)
    return Passage((*assurance(found, covered).sentences, *bearing))


def mission(found: MissionPart | None) -> Passage:
    """Whether decisions asked first what they change for the customer."""
    return Passage((_mission(found),))


def _mission(found: MissionPart | None) -> Said:
    if found is None:
        return say("mission.none")
    if not found.decisions:
        return say("mission.no_decision")
    if not found.asked_known:
        return say("mission.unknown")
    if found.asked_known == 1:
        return say("mission.one_asked" if found.asked else "mission.one_did_not")
    return say("mission.asked", n=found.asked_known, asked=found.asked)


def _named(names: Sequence[str]) -> Names:
    return Names(tuple(short(name) for name in names), MOST_NAMED)
