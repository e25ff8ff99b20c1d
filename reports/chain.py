"""The delivery chain's part: the links where customers fall through, the weakest first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from reports.contents import ChainLink, ChainPart, HeatmapCell
from reports.known import Known, KnownImprovement, KnownLink

if TYPE_CHECKING:
    from touchpoints.queries import Cell

MOST_LINKS = 12


def chain_part(known: Known, cell: "Callable[[Cell], HeatmapCell]") -> ChainPart:
    """The rated hand-offs by net, the lowest first; `cell` makes a heatmap's cell a report's."""
    rated = [link for link in known.links if link.cell.net is not None]
    rated.sort(key=lambda link: (link.cell.net or 0.0, link.hand_off_id))
    outside = {row.touchpoint.pk: row.total for row in known.customers.rows()}
    links = []
    for rank, link in enumerate(rated[:MOST_LINKS], start=1):
        at = outside.get(link.touchpoint_id)
        mending = _mending(known, link)
        links.append(
            ChainLink(
                rank=rank,
                name=link.name,
                giver=link.giver,
                receiver=link.receiver,
                touchpoint=link.touchpoint,
                cell=cell(link.cell),
                outside=cell(at) if at is not None else HeatmapCell(label="hidden"),
                improvement=mending.title if mending else "",
                owner=mending.owner if mending else "",
                due_on=mending.due_on if mending else None,
                touchpoint_id=link.touchpoint_id,
            )
        )
    return ChainPart(
        period=known.links_quarter.code if known.links_quarter else "",
        hand_offs=len(known.links),
        rated=len(rated),
        links=tuple(links),
    )


def _mending(known: Known, link: KnownLink) -> KnownImprovement | None:
    """What is under way at the link itself, or else at the touchpoint that it feeds."""
    under_way = [one for one in known.improvements if one.state != "done"]
    at_link = [one for one in under_way if one.hand_off_id == link.hand_off_id]
    there = [one for one in under_way if one.touchpoint_id == link.touchpoint_id]
    return next(iter(at_link + there), None)
