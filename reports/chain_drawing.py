"""The small drawing of the delivery chain's weakest links, as SVG for page and print alike."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from touchpoints.chain_layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from touchpoints.words import CUES

MOST_DRAWN = 6
_INK, _QUIET, _FRAME = "#1C1E21", "#5B616A", "#9AA0A8"
_WEAK = {"misery", "leaning_misery"}
_NAME_SIZE, _CHIP_SIZE = 13, 13
_CHIP = (46, 22)


def draw(rows: Sequence[Mapping[str, Any]], fonts: str, direction: str = "ltr") -> str:
    """Each row: rank, giver, receiver, label. Teams that hand over stand on the left; an arrow has
    the numbers of its links and the sign of the weakest, and is thick where that is weak. From
    right to left it is the same in a mirror, but for its words."""
    pairs: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        pairs.setdefault((row["giver"], row["receiver"]), []).append(row)
    edges = list(pairs)
    layout = lay_out({name: name for edge in edges for name in edge}, edges)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{layout.width:g}" '
            f'height="{layout.height:g}" viewBox="0 0 {layout.width:g} {layout.height:g}" '
            f'font-family="{escape(fonts)}">'
        ),
        (
            '<defs><marker id="head" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" '
            'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path d="M0 0L8 4L0 8Z" fill="{_INK}"/></marker></defs>'
        ),
    ]
    mirrored = direction == "rtl"
    parts.append(
        f'<g transform="translate({layout.width:g} 0) scale(-1 1)">' if mirrored else "<g>"
    )
    for arrow in layout.arrows:
        weak = any(row["label"] in _WEAK for row in pairs[edges[arrow.number]])
        parts.append(
            f'<path d="{arrow.path}" fill="none" stroke="{_INK if weak else _FRAME}" '
            f'stroke-width="{3 if weak else 1.2}" marker-end="url(#head)"/>'
        )
    parts.append("</g>")
    for box in layout.boxes:
        left = layout.width - box.x - BOX_WIDTH if mirrored else box.x
        parts.append(
            f'<rect x="{left:g}" y="{box.y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="4" '
            f'fill="#FFFFFF" stroke="{_QUIET}"/>'
        )
        first = box.y + BOX_HEIGHT / 2 + 5 - 8.5 * (len(box.lines) - 1)
        for number, line in enumerate(box.lines):
            parts.append(
                f'<text x="{left + BOX_WIDTH / 2:g}" y="{first + 17 * number:g}" '
                f'font-size="{_NAME_SIZE}" fill="{_INK}" text-anchor="middle">{escape(line)}</text>'
            )
    for arrow in layout.arrows:
        links = pairs[edges[arrow.number]]
        weak = any(row["label"] in _WEAK for row in links)
        words = ", ".join(str(row["rank"]) for row in links) + f" {CUES[links[0]['label']]}"
        width = _CHIP[0] + 12 * (len(links) - 1)
        middle = layout.width - arrow.x if mirrored else arrow.x
        parts.append(
            f'<rect x="{middle - width / 2:g}" y="{arrow.y - _CHIP[1] / 2:g}" width="{width}" '
            f'height="{_CHIP[1]}" rx="11" fill="{_INK if weak else "#FFFFFF"}" stroke="{_INK}"/>'
            f'<text x="{middle:g}" y="{arrow.y + 4.5:g}" font-size="{_CHIP_SIZE}" '
            f'font-weight="600" fill="{"#FFFFFF" if weak else _INK}" text-anchor="middle">'
            f"{words.strip()}</text>"
        )
    return "".join(parts) + "</svg>"
