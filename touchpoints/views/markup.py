"""Table rows of the heatmap, set in HTML here: a template takes ten times as long for 500 cells."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString

from touchpoints.models import Voice
from touchpoints.queries import Cell, Figures, Gap, Heatmap, Row
from touchpoints.views.asked import Asked
from touchpoints.words import CUES, WORDS

# From this probability on, a touchpoint is marked as one of the five to mend first.
_LIKELY = 0.5
# Short classes; the layout has a "split" of its own, and "hidden" would say too much.
_CSS = {label: label.replace("_", "-") for label in CUES} | {"split": "camps", "hidden": "withheld"}
_STRIP = {label: f'<i class="{_CSS[label]}">{cue}</i>' for label, cue in CUES.items()}
_NEVER_RATED = "<i></i>"
_MOST_ROWS = 4096


class Markup:
    """Holds what is the same for all rows. Whatever people wrote is escaped where it comes in."""

    def __init__(self, index: str, shown: Heatmap, asked: Asked) -> None:
        self.index = index
        staff = asked.voice == Voice.STAFF
        self.voice = "&amp;voice=staff" if staff else ""
        slices: dict[int | None, str] = {one.pk: one.name for one in shown.segments}
        slices[None] = self.everyone = "all staff" if staff else "all customers"
        self.table = _Table(
            as_gap=asked.show == "gap",
            query=escape(asked.quarters()),
            voice=self.voice,
            since=asked.compare_with.code if asked.compare_with else "",
            slices=tuple(slices.items()),
        )

    def row(self, row: Row, gap: Gap | None) -> SafeString:
        """One touchpoint's `tr`."""
        at = row.touchpoint
        owner = str(at.owner.user) if at.owner else ""
        said = gap.words if gap else ""
        return _row(self.table, row.figures, at.name, owner, at.must_be, _priority(row), said)

    def href(self, cell: Cell) -> str:
        """Where the cell of everyone's total opens, not escaped."""
        query = f"{self.table.query}{self.voice}".replace("&amp;", "&")
        return f"{self.index}{cell.touchpoint_id}/cell/?{query}"

    def sentence(self, row: Row) -> str:
        """Everyone's total in words, not escaped."""
        words = _words(row.total, self.table.since)
        return f"{row.touchpoint.name}, {self.everyone}: {words}"


@dataclass(frozen=True, slots=True)
class _Table:
    """What all rows of a table have in common; `query` is escaped, names are not."""

    as_gap: bool
    query: str
    voice: str
    since: str
    slices: tuple[tuple[int | None, str], ...]


# A row is made of its arguments and nothing else: the next look at the same map finds it ready.
@lru_cache(maxsize=_MOST_ROWS)
def _row(
    table: _Table,
    figures: Figures,
    touchpoint: str,
    owner: str,
    must_be: bool,
    priority: str,
    gap: str,
) -> SafeString:
    name = escape(touchpoint)
    slices = {pk: escape(one) for pk, one in table.slices}
    total = _cell(table, figures.total, name, slices[None], table.voice, extra=" all")
    if table.as_gap:
        inside = _cell(table, figures.staff, name, "all staff", "&amp;voice=staff")
        words = f"{gap[0].upper()}{gap[1:]}" if gap else "Not both rated it"
        rest = f'{total}{inside}<td class="gap">{words}</td>'
    else:
        parts = [_cell(table, cell, name, slices[cell.segment_id]) for cell in figures.cells]
        past = "".join(_STRIP[cell.label] if cell else _NEVER_RATED for cell in figures.history)
        rest = (
            f'{"".join(parts)}{total}<td class="strip"><span role="img"'
            f' aria-label="{_trend(figures.history)}">{past}</span></td>'
            f'<td class="num">{priority}</td>'
        )
    by = f"<small>{escape(owner)}</small>" if owner else ""
    head = f"{name}{_tags(must_be, figures)}{by}"
    return SafeString(f'<tr><th scope="row">{head}</th>{rest}</tr>\n')


# Addresses are relative to the heatmap's, and optional end tags are left out: both together
# are an eighth of the page.
def _cell(
    table: _Table, cell: Cell, name: str, slice_name: str, voice: str = "", *, extra: str = ""
) -> str:
    segment = f"&amp;segment={cell.segment_id}" if cell.segment_id else ""
    css = _CSS[cell.label]
    if cell.hidden:
        inner = "<small>too few</small>"
    else:
        mark = ""
        if cell.real_change and cell.difference is not None:
            mark = "↑" if cell.difference > 0 else "↓"
        inner = f"{CUES[cell.label]} {cell.points}{mark}<small>{cell.n}</small>"
        css += " few" if cell.indicative else ""
    return (
        f'<td class="{css}{extra}"><a href="{cell.touchpoint_id}/cell/?{table.query}'
        f'{voice}{segment}" aria-label="{name}, {slice_name}: {_words(cell, table.since)}">'
        f"{inner}</a>"
    )


def _words(cell: Cell, since: str) -> str:
    if cell.hidden:
        return WORDS[cell.label]
    few = ", indicative" if cell.indicative else ""
    changed = f", {cell.change} since {since}" if cell.real_change else ""
    return f"{WORDS[cell.label]}, net {cell.points}, {cell.n} answers{few}{changed}"


def _tags(must_be: bool, figures: Figures) -> str:
    must = ' <span class="tag quiet">must-be</span>' if must_be else ""
    blind = ' <span class="tag warn">blind spot</span>' if figures.blind_spot else ""
    shell = ' <span class="tag warn">shell</span>' if figures.shell else ""
    weak = ' <span class="tag warn">weak link</span>' if figures.weak_link else ""
    return must + blind + shell + weak


def _priority(row: Row) -> str:
    if row.priority is None:
        return ""
    likely = row.top_five is not None and row.top_five >= _LIKELY
    return f"{10 * row.priority:.0f}{'<small>top five</small>' if likely else ''}"


def _trend(history: Iterable[Cell | None]) -> str:
    """The strip in words: where it came from and where it is."""
    known = [cell for cell in history if cell is not None]
    if not known:
        return "No quarter with enough answers"
    quarters = f"{len(known)} quarters with ratings" if len(known) > 1 else "One quarter"
    return f"{quarters}: {known[0].word} first, {known[-1].word} last"
