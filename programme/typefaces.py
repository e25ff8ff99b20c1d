"""The faces that prints are set in, which of them a text needs, and what else all share. Pure.

They are written once, in css/print-type.css. Loading a face takes time, and most texts need few:
a face whose range does not occur in a text is left out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

SHEET = "css/print-type.css"
# In a line that runs from right to left, WeasyPrint fails on a drawing without a size of its own.
_LOGO = 'img[src^="logos/"] { display: block; }\n'
_FACE = re.compile(r"@font-face \{.*?\}\n")
_RANGES = re.compile(r" unicode-range: (.*?);")
_FAMILY = re.compile(r'font-family: "(.*?)"')
_FILE = re.compile(r'url\("\.\./fonts/(.*?)"\)')


@dataclass(frozen=True, slots=True)
class Face:
    """One file of a family, the first and last letter of each of its ranges, and its rule, which
    leaves out the ranges: what a file has, the renderer reads from it."""

    family: str
    file: str
    ranges: tuple[tuple[int, int], ...]
    rule: str

    def serves(self, letters: Iterable[str]) -> bool:
        return any(first <= ord(one) <= last for one in letters for first, last in self.ranges)


def faces_for(sheet: str, letters: set[str]) -> Iterator[Face]:
    """The faces of that sheet that a text of these letters needs."""
    for face in map(_read, _FACE.findall(sheet)):
        if face.serves(letters):
            yield face


def house_sheet(static: Path, texts: Iterable[str], *, paper: str, colour: str) -> str:
    """The style sheet of what all prints share: the faces that those texts need, as HTML or SVG,
    the paper, a size as CSS names it, and the organisation's colour. It lies in static/css."""
    sheet = (static / SHEET).read_text(encoding="utf-8")
    letters = {letter for text in texts for letter in unescape(text)}
    faces = "".join(face.rule for face in faces_for(sheet, letters))
    house = f"@page {{ size: {paper}; }}\nhtml {{ --accent: {colour}; }}\n"
    return faces + _FACE.sub("", sheet) + house + _LOGO


def _read(rule: str) -> Face:
    (ranges,), (family,), (file,) = (found.findall(rule) for found in (_RANGES, _FAMILY, _FILE))
    bounds = (one.removeprefix("U+").partition("-") for one in ranges.split(", "))
    return Face(
        family,
        file,
        tuple((int(first, 16), int(last or first, 16)) for first, _, last in bounds),
        _RANGES.sub("", rule),
    )
