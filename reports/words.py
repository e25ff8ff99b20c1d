"""What a report says, as data: which sentence, and what fills it in. Rules make these;
`reports.wording` alone turns them into a language's words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from programme.periods import Quarter
from touchpoints.words import WORDS, signed

__all__ = [
    "MOMENT_WORDS",
    "Months",
    "Names",
    "Passage",
    "Percent",
    "Points",
    "Run",
    "Said",
    "Value",
    "say",
    "short",
    "signed",
]
MOMENT_WORDS = WORDS


@dataclass(frozen=True, slots=True)
class Points:
    """A net or a difference, written in whole points with its sign."""

    value: float


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in percent."""

    value: float


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a quarter, from its first day to its last."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Names:
    """Names in quotation marks: the first `most` of them, the rest as a number. A plural that asks
    for them takes how many they are."""

    names: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of `sentences.toml` by its key, or a phrase of `phrases.toml` by its English, and
    what fills it in. A plain string among the values is a person's words."""

    key: str
    values: "Mapping[str, Value]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """Parts of one sentence with commas between them."""

    parts: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences, one after the other; a plain string is a person's words."""

    sentences: tuple[Said | str, ...] = ()


type Value = str | int | float | dt.date | Quarter | Points | Percent | Months | Names | Said | Run


def say(key: str, **values: Value) -> Said:
    """That sentence, filled in."""
    return Said(key, values)


def short(name: str, most: int = 70) -> str:
    """The name in at most so many letters, cut after a word where it is longer."""
    if len(name) <= most:
        return name
    cut = name[: most - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut
    return f"{head.rstrip(' .,;:')}…"
