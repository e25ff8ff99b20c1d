"""The passages that open the report's parts: what rose, what fell and what cannot be told, in
sentences that rules write from the finished figures. They blame nobody."""

from collections.abc import Iterator, Sequence

from feedback.loyalty import Corner
from reports.contents import (
    ChainPart,
    Change,
    CoverageLine,
    ImprovementLine,
    InsidePart,
    MissionPart,
    Priority,
    ReceiptLine,
    RuleLine,
)
from reports.known import Known
from reports.words import MOMENT_WORDS, counted, listed, sentence, short, signed

MOST_NAMED = 3
_WEAK = {"misery", "leaning_misery"}
_SURE = 80


def changes(known: Known, found: Sequence[Change], compared: int) -> str:
    """`compared` is how many touchpoints both quarters measured."""
    if known.before is None:
        return "This is the first quarter with ratings, so nothing can have changed yet."
    since = f"since {known.before.code}"
    if not compared:
        return f"No touchpoint was measured both now and in {known.before.code}."
    up = [one.touchpoint for one in found if one.difference > 0]
    down = [one.touchpoint for one in found if one.difference < 0]
    if not up and not down:
        return sentence(
            f"{counted(compared, 'touchpoint')} can be compared, and no change {since} is more "
            "than chance could make."
        )
    said = [sentence(f"{_named(up)} rose {since}.")] if up else []
    if down:
        said.append(sentence(f"{_named(down)} fell {since}."))
    rest = compared - len(found)
    if rest > 0:
        said.append(
            sentence(f"{counted(rest, 'other shows', 'others show')} no detectable change.")
        )
    return " ".join(said)


def priorities(found: Sequence[Priority]) -> str:
    """What comes first, how sure that is, and what nobody tends."""
    if not found:
        return "No touchpoint can be ranked: too few answers, or none falls short."
    sure = [one for one in found if (one.top_five or 0) >= _SURE]
    first = f"“{short(found[0].touchpoint)}” comes first"
    if sure:
        first += (
            f"; {counted(len(sure), 'touchpoint belongs', 'touchpoints belong')} to the first five "
            f"with a probability of at least {_SURE} %"
        )
    else:
        first += ", but the order among the first is not sure"
    said = [f"{first}."]
    untended = [one.touchpoint for one in found if not one.improvement]
    if untended:
        said.append(sentence(f"nothing is under way at {_named(untended)}."))
    else:
        said.append("An improvement is under way at each.")
    return " ".join(said)


def chain(found: ChainPart, period: str) -> str:
    """The weakest link, and how many customers may fall through."""
    if not found.hand_offs:
        return (
            "No hand-off between teams is on the map yet, so it cannot be seen where in the "
            "delivery chain customers fall through."
        )
    if not found.rated:
        return sentence(
            f"{counted(found.hand_offs, 'hand-off')} "
            f"{'is' if found.hand_offs == 1 else 'are'} on the map, and none has five ratings from "
            "the team that receives: the weakest link cannot be told."
        )
    said = []
    if found.period != period:
        said.append(f"Hand-offs were last rated in {found.period}.")
    weak = [link for link in found.links if link.cell.label in _WEAK]
    of_rated = f"of {counted(found.rated, 'rated hand-off')}"
    if weak:
        first = weak[0]
        said.append(
            sentence(
                f"customers may fall through at {counted(len(weak), 'link')} {of_rated}. The "
                f"weakest is “{short(first.name)}”, from {short(first.giver)} to "
                f"{short(first.receiver)}, behind “{short(first.touchpoint)}”: "
                f"{MOMENT_WORDS[first.cell.label]}, net {signed(first.cell.net or 0.0)}, "
                f"{counted(first.cell.n or 0, 'answer')}."
            )
        )
    else:
        said.append(sentence(f"none {of_rated} is a moment of misery or leans to it."))
    said.append("A figure here is about the link between two teams, not about either of them.")
    return " ".join(said)


def loyalty(found: Sequence[Corner], inside: InsidePart) -> str:
    """What loyalty says of staying, and where inside and outside disagree."""
    return " ".join((*_loyalty(found), *_inside(inside)))


def _loyalty(found: Sequence[Corner]) -> Iterator[str]:
    if not found:
        yield (
            "Whether loyal customers stay cannot be told: too few of those who said whether they "
            "would recommend us are known to have stayed or left."
        )
        return
    by_key = {one.key: one for one in found}
    convenience = by_key["not_loyal_stayed"]
    if convenience.share is None:
        yield "Too few customers stay without loyalty to say how many they are."
    elif convenience.n:
        yield (
            f"{convenience.share:.0f} % ({convenience.low:.0f} to {convenience.high:.0f}) of the "
            "customers who told us stay by convenience: they would not recommend us"
            + (
                f". They are worth {convenience.value:,.0f} a year."
                if convenience.value
                else ", and what they are worth is not known."
            )
        )
    left = [by_key[key] for key in ("loyal_left", "not_loyal_left")]
    if all(one.n == 0 for one in left):
        yield "None of them is known to have left since, so retention says nothing yet."


def _inside(found: InsidePart) -> Iterator[str]:
    if not found.compared:
        yield (
            "Inside and outside cannot be compared: no touchpoint has enough ratings from both "
            "staff and customers."
        )
        return
    blind = [row.touchpoint for row in found.rows if row.mark == "blind spot"]
    shell = [row.touchpoint for row in found.rows if row.mark == "shell"]
    both = f"Of {counted(found.compared, 'touchpoint')} that both staff and customers rated, "
    if not found.rows:
        yield f"{both}none shows a gap that chance could not make."
        return
    yield (
        f"{both}{_are(len(blind))} a blind spot, which staff rate a class above customers"
        + (f" ({_named(blind)})" if blind else "")
        + "."
    )
    if shell:
        yield sentence(
            f"{_named(shell)} {'is a shell' if len(shell) == 1 else 'are shells'}: good outside, "
            "poor inside."
        )


def improvements(found: Sequence[ImprovementLine], rules: Sequence[RuleLine]) -> str:
    """How many are late, how many worked, and which rules are gone."""
    said = []
    under_way = [one for one in found if one.state not in {"Done", "Dropped"}]
    late = sum(one.late for one in found)
    if not found:
        said.append("No improvement is recorded for this quarter.")
    else:
        open_ones = counted(len(under_way), "improvement is", "improvements are")
        how_late = counted(late, "of them", "of them") + " late" if late else "none of them late"
        said.append(sentence(f"{open_ones} under way or planned, {how_late}."))
        done = [one for one in found if one.state == "Done"]
        real = sum(one.observed.endswith("a real change") for one in done)
        if done:
            said.append(
                sentence(
                    f"of {counted(len(done), 'finished', 'finished')} in the last year, "
                    f"{_have(real)} a change at its touchpoint that chance could not make."
                )
            )
    if rules:
        said.append(sentence(f"{counted(len(rules), 'rule was', 'rules were')} lifted."))
    else:
        said.append("No rule was lifted.")
    return " ".join(said)


def assurance(found: Sequence[ReceiptLine], covered: Sequence[CoverageLine]) -> str:
    """Who was asked, who answered, how much of the map that covers."""
    said = []
    rated = [one for one in found if one.rate is not None]
    invited = sum(one.invited or 0 for one in rated)
    answered = sum(one.answered or 0 for one in rated)
    if not found:
        said.append("No round counts for this quarter.")
    elif invited:
        said.append(
            f"{counted(len(found), 'round')} counted for this quarter; of {invited:,} invitations "
            f"whose answers may be counted, {answered:,} were answered "
            f"({100 * answered / invited:.0f} %)."
        )
    else:
        said.append(
            f"{counted(len(found), 'round')} counted for this quarter; how many people were asked "
            "is not known."
        )
    if covered:
        first = covered[0]
        said.append(
            f"Customers’ ratings cover {first.part} of {first.whole} "
            f"{'touchpoint' if first.whole == 1 else 'touchpoints'}."
        )
    return " ".join(sentence(one) for one in said)


def mission(found: MissionPart | None) -> str:
    """Whether decisions asked first what they change for the customer."""
    if found is None:
        return "No mission has been adopted yet, so no decision can be tested against one."
    if not found.decisions:
        return "No decision was recorded this quarter."
    if not found.asked_known:
        return "Whether the quarter’s decisions asked first what they change is not known."
    if found.asked_known == 1:
        asked = "asked" if found.asked else "did not ask"
        return f"The one decision that tells {asked} first what it changes for the customer."
    return sentence(
        f"of {counted(found.asked_known, 'decision')}, "
        f"{counted(found.asked, 'asked', 'asked') if found.asked else 'none asked'} first what "
        "would change for the customer."
    )


def _named(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return listed([f"“{short(name)}”" for name in names])
    return counted(len(names), "touchpoint")


def _are(number: int) -> str:
    return "none is" if number == 0 else counted(number, "is", "are")


def _have(number: int) -> str:
    return "none shows" if number == 0 else counted(number, "shows", "show")
