"""Table rows of the heatmap, set in HTML here: a template takes ten times as long for 500 cells."""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString

from touchpoints.models import Touchpoint, Voice
from touchpoints.queries import Cell, Gap, Heatmap, Row
from touchpoints.views.asked import Asked
from touchpoints.words import CUES, WORDS

# From this probability on, a touchpoint is marked as one of the five to mend first.
_LIKELY = 0.5
# Short classes; the layout has a "split" of its own, and "hidden" would say too much.
_CSS = {label: label.replace("_", "-") for label in CUES} | {"split": "camps", "hidden": "withheld"}
_STRIP = {label: f'<i class="{_CSS[label]}">{cue}</i>' for label, cue in CUES.items()}
_NEVER_RATED = "<i></i>"


class Markup:
    """Holds what is the same for all rows. Whatever people wrote is escaped where it comes in."""

    def __init__(self, index: str, shown: Heatmap, asked: Asked) -> None:
        self.index, self.as_gap = index, asked.show == "gap"
        self.slices: dict[int | None, str] = {one.pk: escape(one.name) for one in shown.segments}
        self.since = asked.compare_with.code if asked.compare_with else ""
        staff = asked.voice == Voice.STAFF
        self.slices[None] = "all staff" if staff else "all customers"
        self.query = escape(asked.quarters())
        self.voice = "&amp;voice=staff" if staff else ""

    def row(self, row: Row, gap: Gap | None) -> SafeString:
        """One touchpoint's `tr`."""
        name = escape(row.touchpoint.name)
        total = self._cell(row.total, name, self.slices[None], self.voice, extra=" all")
        if self.as_gap:
            inside = self._cell(row.staff, name, "all staff", "&amp;voice=staff")
            words = f"{gap.words[0].upper()}{gap.words[1:]}" if gap else "Not both rated it"
            rest = f'{total}{inside}<td class="gap">{words}</td>'
        else:
            parts = [self._cell(cell, name, self.slices[cell.segment_id]) for cell in row.cells]
            past = "".join(_STRIP[cell.label] if cell else _NEVER_RATED for cell in row.history)
            rest = (
                f'{"".join(parts)}{total}<td class="strip"><span role="img"'
                f' aria-label="{_trend(row.history)}">{past}</span></td>'
                f'<td class="num">{_priority(row)}</td>'
            )
        head = f"{name}{_tags(row)}{_owner(row.touchpoint)}"
        return SafeString(f'<tr><th scope="row">{head}</th>{rest}</tr>\n')

    def href(self, cell: Cell) -> str:
        """Where the cell of everyone's total opens, not escaped."""
        return f"{self.index}{cell.touchpoint_id}/cell/?{self.query}{self.voice}".replace(
            "&amp;", "&"
        )

    def sentence(self, row: Row) -> str:
        """Everyone's total in words, not escaped."""
        return f"{row.touchpoint.name}, {self.slices[None]}: {self._words(row.total)}"

    # Addresses are relative to the heatmap's, and optional end tags are left out: both together
    # are an eighth of the page.
    def _cell(
        self, cell: Cell, name: str, slice_name: str, voice: str = "", *, extra: str = ""
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
            f'<td class="{css}{extra}"><a href="{cell.touchpoint_id}/cell/?{self.query}'
            f'{voice}{segment}" aria-label="{name}, {slice_name}: {self._words(cell)}">{inner}</a>'
        )

    def _words(self, cell: Cell) -> str:
        if cell.hidden:
            return WORDS[cell.label]
        few = ", indicative" if cell.indicative else ""
        since = f", {cell.change} since {self.since}" if cell.real_change else ""
        return f"{WORDS[cell.label]}, net {cell.points}, {cell.n} answers{few}{since}"


def _tags(row: Row) -> str:
    must_be = ' <span class="tag quiet">must-be</span>' if row.touchpoint.must_be else ""
    blind = ' <span class="tag warn">blind spot</span>' if row.blind_spot else ""
    return must_be + blind


def _owner(touchpoint: Touchpoint) -> str:
    return f"<small>{escape(str(touchpoint.owner.user))}</small>" if touchpoint.owner else ""


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
