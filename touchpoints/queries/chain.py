"""The delivery chain as it was rated: hand-offs with their moments, and the weakest of each
touchpoint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Sum

from programme.models import Organisation, Period, Team
from touchpoints.models import HandOff, HandOffTally
from touchpoints.queries.cells import Cell, cells
from touchpoints.queries.known import Known, known
from touchpoints.queries.sums import Counts, Key, suppressed

# What lights a touchpoint: its lowest hand-off, where that is one of these.
_LIT = {"misery", "leaning_misery"}


@dataclass(frozen=True, slots=True)
class Link:
    """A hand-off as its receiving team rated it; `weakest` where it is its touchpoint's weakest
    link. The cell's key is the hand-off's."""

    hand_off: HandOff
    cell: Cell
    weakest: bool

    @property
    def sentence(self) -> str:
        """In words: "The order, from Sales to Fitters: misery, net −42, 12 answers"."""
        one = self.hand_off
        figures = "" if self.cell.hidden else f", net {self.cell.points}, {self.cell.n} answers"
        weakest = ", the weakest link" if self.weakest else ""
        return f"{one}, from {one.giver} to {one.receiver}: {self.cell.word}{figures}{weakest}"


@dataclass(frozen=True, slots=True)
class Pair:
    """All that one team hands to another, numbered as the drawing does."""

    number: int
    giver: Team
    receiver: Team
    links: tuple[Link, ...]

    @property
    def lowest(self) -> Link:
        """The one with the lowest net; any where none is rated."""
        return min(self.links, key=lambda link: (link.cell.net is None, link.cell.net or 0.0))

    @property
    def weak(self) -> bool:
        return any(link.weakest for link in self.links)


def chain_periods(organisation: Organisation) -> list[Period]:
    """The quarters in which hand-offs were rated, newest first."""
    rated = HandOffTally.objects.filter(organisation=organisation, period=OuterRef("pk"))
    return list(Period.objects.filter(Exists(rated), organisation=organisation))


def chain(organisation: Organisation, period: Period | None) -> tuple[Link, ...]:
    """The links behind everything on the map, in its order."""
    of = known(organisation)
    links = links_by_touchpoint(of, period)
    return tuple(link for pk in of.touchpoints for link in links.get(pk, ()))


def links_by_touchpoint(of: Known, period: Period | None) -> Mapping[int, tuple[Link, ...]]:
    """The links behind each touchpoint, archived ones too, in their order; read once for a version
    of the map, in two queries."""
    return of.remember(("chain", period and period.pk), lambda: _links(of, period))


def weak_touchpoints(of: Known, period: Period | None) -> frozenset[int]:
    """The touchpoints that their weakest link lights."""
    links = links_by_touchpoint(of, period)
    return frozenset(pk for pk, found in links.items() if any(one.weakest for one in found))


def pairs(links: Iterable[Link]) -> tuple[Pair, ...]:
    """Links by who hands to whom, in the order in which each pair is met first."""
    found: dict[tuple[int, int], list[Link]] = {}
    for link in links:
        found.setdefault((link.hand_off.giver_id, link.hand_off.receiver_id), []).append(link)
    return tuple(
        Pair(number, of[0].hand_off.giver, of[0].hand_off.receiver, tuple(of))
        for number, of in enumerate(found.values(), 1)
    )


def _links(of: Known, period: Period | None) -> dict[int, tuple[Link, ...]]:
    shown = _counted(period) if of.hand_offs else {}
    found = {}
    for pk, hand_offs in of.hand_offs.items():
        rated = cells([(one.pk, None) for one in hand_offs], shown)
        weakest = _weakest(rated.values())
        found[pk] = tuple(
            Link(one, rated[one.pk, None], weakest=rated[one.pk, None] is weakest)
            for one in hand_offs
        )
    return found


def _counted(period: Period | None) -> Mapping[Key, Counts]:
    """What may be shown of each hand-off in that quarter, as a total."""
    sums = (
        HandOffTally.objects.filter(period=period)
        .order_by()
        .values_list("hand_off_id")
        .annotate(ms=Sum("misery"), md=Sum("mediocrity"), mg=Sum("magic"))
    )
    return suppressed({(hand_off, None): (ms, md, mg) for hand_off, ms, md, mg in sums})


def _weakest(rated: Iterable[Cell]) -> Cell | None:
    """The one with the lowest net, where that is misery or leans to it."""
    shown = [(cell.net, at, cell) for at, cell in enumerate(rated) if cell.net is not None]
    if not shown:
        return None
    lowest = min(shown)[2]
    return lowest if lowest.label in _LIT else None
