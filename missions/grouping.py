"""Themes proposed for words that nobody has sorted yet: groups, each with a name to start from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from missions.themes import TRAY, Tree

LONGEST_NAME = 60
# Among this many of a group's most typical phrases, the shortest gives the name.
_TYPICAL = 3
_SHORTEST_NAME = 3
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Group:
    """A proposed theme: its name, and its phrases' positions, the most typical first."""

    name: str
    phrases: list[int]


def groups(phrases: Sequence[str], tree: Tree, coarseness: float) -> list[Group]:
    """The tree's groups at that coarseness (0..1), the largest first; what is in none is left
    out. No two have the same name."""
    members: dict[int, list[int]] = {}
    for position, number in enumerate(tree.cut(coarseness)):
        if number != TRAY:
            members.setdefault(number, []).append(position)
    found, taken = [], set[str]()
    for _, positions in sorted(members.items()):
        plain = tree.vectors[positions]
        nearest_first = np.argsort(-(plain @ plain.sum(axis=0)), kind="stable")
        ordered = [positions[at] for at in nearest_first.tolist()]
        shortest = min(ordered[:_TYPICAL], key=lambda at: len(phrases[at]))
        name = unlike(short_name(phrases[shortest]), taken)
        taken.add(name.casefold())
        found.append(Group(name, ordered))
    return found


def names_said(phrases: Sequence[str], names: Sequence[str]) -> list[str]:
    """The words of the names that the phrases use as names: written with a capital, and by nobody
    in lower case ("Grace" the colleague goes, unless somebody wrote of grace)."""
    said = {word for phrase in phrases for word in _WORD.findall(phrase)}
    parts = {part for name in names for part in _WORD.findall(name)}
    return sorted(
        part
        for part in parts & said
        if len(part) >= _SHORTEST_NAME and not part.islower() and part.lower() not in said
    )


def short_name(phrase: str) -> str:
    """The phrase in one line, cut after a word where it is long."""
    line = " ".join(phrase.replace("\x00", "").split()).rstrip(".,;:")
    if len(line) <= LONGEST_NAME:
        return line
    cut = line[: LONGEST_NAME - 1]
    return cut.rsplit(" ", 1)[0].rstrip(" .,;:") + "…"


def unlike(name: str, taken: set[str]) -> str:
    """The name, numbered where it is one of `taken` (casefolded)."""
    again, number = name, 2
    while again.casefold() in taken:
        again, number = f"{name} ({number})", number + 1
    return again
