"""What a move on the theme board changes, in parts that can each be turned round. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

type Kind = Literal["make", "drop", "name", "put", "take", "order"]

_OPPOSITE: dict[Kind, Kind] = {"make": "drop", "drop": "make", "put": "take", "take": "put"}


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a move; all numbers are keys.

    make and drop: `theme`, its `name` and its `place` in the order. name: `theme` has `name`
    instead of `was`. put and take: `words` into or out of `theme`. order: the themes stand as in
    `words` instead of as in `before`.
    """

    kind: Kind
    theme: int = 0
    name: str = ""
    was: str = ""
    place: int = 0
    words: tuple[int, ...] = ()
    before: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        given = dict(kept)
        for name in ("words", "before"):
            given[name] = tuple(given.get(name, ()))
        return cls(**given)

    def as_json(self) -> dict[str, Any]:
        """Without what is empty."""
        found: dict[str, Any] = {
            "kind": self.kind,
            "theme": self.theme,
            "name": self.name,
            "was": self.was,
        }
        found |= {"place": self.place, "words": list(self.words), "before": list(self.before)}
        return {name: value for name, value in found.items() if value}

    def turned(self) -> "Change":
        """What takes this change back."""
        if self.kind == "order":
            return replace(self, words=self.before, before=self.words)
        if self.kind == "name":
            return replace(self, name=self.was, was=self.name)
        return replace(self, kind=_OPPOSITE[self.kind])


def turned(changes: Sequence[Change]) -> list[Change]:
    """What takes them all back, the last one first."""
    return [change.turned() for change in reversed(changes)]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a move is about: themes that it counts on being as they were seen, themes that it
    removes, and whether it sets the order."""

    themes: frozenset[int] = field(default_factory=frozenset)
    dropped: frozenset[int] = field(default_factory=frozenset)
    order: bool = False

    def contradicted_by(self, since: Iterable[Change]) -> bool:
        """Whether what happened since would be overwritten: a theme that is counted on was made,
        dropped or named, one that is removed got or lost words, or the order was set twice."""
        return any(self._hurt_by(change) for change in since)

    def _hurt_by(self, change: Change) -> bool:
        if change.kind == "order":
            return self.order
        if change.kind in {"put", "take"}:
            return change.theme in self.dropped
        return change.theme in self.themes | self.dropped


def put_anywhere(changes: Iterable[Change]) -> set[int]:
    """The words that they put into some theme."""
    return {words for change in changes if change.kind == "put" for words in change.words}


def taken_anywhere(changes: Iterable[Change]) -> set[int]:
    """The words that they take out of some theme."""
    return {words for change in changes if change.kind == "take" for words in change.words}
