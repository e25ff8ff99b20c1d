"""A font for letters that no font has: each is one and the same sign, an upright open box. Pure.

PDF/UA forbids a letter without a glyph, and a letter replaced in the text would be lost to whoever
searches, copies or hears it. So the text stays as it is, and its glyph says that it is not known.
"""

import io
import unicodedata
from collections.abc import Iterable

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

FAMILY = "Stand-In"
_UNITS, _WIDTH, _SPACE = 1000, 600, 280
_OUTER, _INNER = (80, 0, 520, 700), (130, 50, 470, 650)  # left, foot, right, head


def takes_room(letter: str) -> bool:
    """Whether a letter is shown by itself: marks, spaces, joiners and controls are not."""
    category = unicodedata.category(letter)
    return category[0] not in {"M", "Z"} and category not in {"Cc", "Cf"}


def stand_in(letters: Iterable[str]) -> bytes:
    """The font, as TrueType, with a space of its own, since a space is set in the font of what
    stands before it; the same letters give the same bytes under SOURCE_DATE_EPOCH."""
    names = {ord(letter): f"u{ord(letter):04X}" for letter in sorted({*letters, " "})}
    box, nothing = _box(), TTGlyphPen(None).glyph()
    glyphs = {name: box if takes_room(chr(code)) else nothing for code, name in names.items()}
    builder = FontBuilder(_UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef", *glyphs])
    builder.setupCharacterMap(names)
    builder.setupGlyf({".notdef": box, **glyphs})
    widths = {name: (_WIDTH if glyph is box else 0, 0) for name, glyph in glyphs.items()}
    builder.setupHorizontalMetrics(widths | {".notdef": (_WIDTH, 0), names[ord(" ")]: (_SPACE, 0)})
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": f"Focusprog {FAMILY}", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=200)
    builder.setupPost()
    made = io.BytesIO()
    builder.save(made)
    return made.getvalue()


def _box() -> object:
    pen = TTGlyphPen(None)
    for (left, foot, right, head), clockwise in ((_OUTER, True), (_INNER, False)):
        corners = [(left, foot), (left, head), (right, head), (right, foot)]
        pen.moveTo(corners[0])
        for corner in corners[1:] if clockwise else corners[:0:-1]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()
