"""Draws the cue font: the signs that tell the moments apart without colour.

Few fonts have them all, and which one a machine falls back to is chance; in print and on the
page they should look the same everywhere. `python -m reports.cues FILE.woff2` makes the file
that ships as static/fonts/cues.woff2 (fontTools comes with WeasyPrint).
"""

import sys
from math import cos, pi, sin

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

type Outline = list[tuple[float, float]]

UNITS = 1000
WIDTH, SPACE = 900, 280
_BELOW, _ABOVE = 40.0, 700.0
_MIDDLE = (_BELOW + _ABOVE) / 2
_HALF = WIDTH / 2


def _triangle(*, down: bool, inset: float = 0) -> Outline:
    wide = 380 - 1.75 * inset
    low, high = _BELOW + inset, _ABOVE - inset
    if down:
        tip, base = low + inset * 1.1, high
        return [(_HALF - wide, base), (_HALF + wide, base), (_HALF, tip)]
    tip, base = high - inset * 1.1, low
    return [(_HALF - wide, base), (_HALF, tip), (_HALF + wide, base)]


def _circle(radius: float) -> Outline:
    steps = 48
    angles = (2 * pi * step / steps for step in range(steps))
    return [(_HALF + radius * cos(a), _MIDDLE - radius * sin(a)) for a in angles]


def _star() -> Outline:
    points = []
    for step in range(10):
        radius = 400 if step % 2 == 0 else 165
        angle = pi / 2 - step * pi / 5
        points.append((_HALF + radius * cos(angle), _MIDDLE - 20 + radius * sin(angle)))
    return points


def _arrow(y: float, *, right: bool) -> Outline:
    shaft, head = 36, 120
    outline: Outline = [
        (60, y - shaft),
        (60, y + shaft),
        (600, y + shaft),
        (600, y + head),
        (840, y),
        (600, y - head),
        (600, y - shaft),
    ]
    return outline if right else [(WIDTH - x, y_) for x, y_ in outline[::-1]]


GLYPHS: dict[str, list[Outline]] = {
    " ": [],  # beside Arabic a sign's space is set in the sign's font
    "▼": [_triangle(down=True)],
    "▽": [_triangle(down=True), _triangle(down=True, inset=65)[::-1]],
    "△": [_triangle(down=False), _triangle(down=False, inset=65)[::-1]],
    "○": [_circle(330), _circle(262)[::-1]],
    "★": [_star()],
    "⇄": [_arrow(530, right=True), _arrow(210, right=False)],
}


def make(path: str) -> None:
    """Write the font as WOFF2."""
    names = {sign: f"uni{ord(sign):04X}" for sign in GLYPHS}
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(sign): name for sign, name in names.items()})
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for sign, outlines in GLYPHS.items():
        pen = TTGlyphPen(None)
        for outline in outlines:
            pen.moveTo((round(outline[0][0]), round(outline[0][1])))
            for x, y in outline[1:]:
                pen.lineTo((round(x), round(y)))
            pen.closePath()
        glyphs[names[sign]] = pen.glyph()
    builder.setupGlyf(glyphs)
    widths = dict.fromkeys(glyphs, (WIDTH, 0)) | {names[" "]: (SPACE, 0)}
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": "Focusprog Cues", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=200)
    builder.setupPost()
    builder.font.flavor = "woff2"
    builder.save(path)


if __name__ == "__main__":
    make(sys.argv[1])
