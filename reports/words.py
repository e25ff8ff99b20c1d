"""How a report speaks: numbers, names and sentences from the data, by rules."""

import datetime as dt
from collections.abc import Sequence

from touchpoints.words import WORDS, signed

_SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]

__all__ = [
    "MOMENT_WORDS",
    "counted",
    "day",
    "figure",
    "listed",
    "quarter_words",
    "sentence",
    "short",
    "signed",
]
MOMENT_WORDS = WORDS


def counted(number: int, one: str, many: str = "") -> str:
    """ "three touchpoints", "12 touchpoints", "no touchpoints"."""
    said = _SMALL[number] if number < len(_SMALL) else f"{number:,}"
    return f"{said} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def sentence(text: str) -> str:
    """The same with a capital first letter."""
    return text[:1].upper() + text[1:]


def figure(value: float, unit: str) -> str:
    """A measure's value with its unit: "+12", or "12 %" where the unit is "percent"."""
    return f"{value:.0f} %" if unit == "percent" else signed(value)


def short(name: str, most: int = 70) -> str:
    """The name in at most so many letters, cut after a word where it is longer."""
    if len(name) <= most:
        return name
    cut = name[: most - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut
    return f"{head.rstrip(' .,;:')}…"


def day(date: dt.date | None) -> str:
    """ "3 May 2026", or nothing."""
    return f"{date.day} {date:%B %Y}" if date else ""


def quarter_words(starts_on: dt.date, ends_on: dt.date) -> str:
    """ "April to June 2017", "November 2016 to January 2017"."""
    if starts_on.year == ends_on.year:
        return f"{starts_on:%B} to {ends_on:%B %Y}"
    return f"{starts_on:%B %Y} to {ends_on:%B %Y}"
