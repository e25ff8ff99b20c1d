"""The languages that a report speaks, and how each writes numbers, days, quarters and names; the
facts are in `languages.toml`. Pure: the same whatever the machine or Django's release knows."""

import datetime as dt
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from programme.periods import Quarter

LANGUAGES = ("en", "de", "fr", "es", "ar")
_ISOLATE, _END = "\u2068", "\u2069"
_LEFT, _RIGHT = {"L", "LRE", "LRO", "LRI"}, {"R", "AL", "RLE", "RLO", "RLI"}


def spoken(language: str) -> str:
    """The language that a report is printed in where that one is asked for: English where it is
    none of ours; "fr-CA" is French."""
    base = language.replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else "en"


def direction(language: str) -> str:
    """ "rtl" or "ltr"."""
    return str(_facts(language)["direction"])


def plural_category(language: str, number: int) -> str:
    """ "zero", "one", "two", "few", "many" or "other": the form that goes with that many, by the
    rules of Unicode's CLDR (its "many" for whole millions of French and Spanish left out)."""
    rule = _facts(language)["plural"]
    if rule == "arabic":
        if number < 3:
            return ("zero", "one", "two")[number]
        last = number % 100
        return "few" if 3 <= last <= 10 else "many" if last >= 11 else "other"
    return "one" if number == 1 or (rule == "none or one" and number == 0) else "other"


def number(language: str, value: float) -> str:
    """A whole number in digits, with the language's thousands."""
    facts, whole = _facts(language), round(value)
    if abs(whole) < facts["grouped_from"]:
        return f"{whole}".replace("-", "−")
    return f"{whole:,}".replace("-", "−").replace(",", facts["thousands"])


def spelled(language: str, value: int) -> str:
    """Two to nine in words where the language writes them so in a sentence."""
    small = _facts(language)["small"]
    return str(small[value - 2]) if 2 <= value < 2 + len(small) else number(language, value)


def points(language: str, value: float) -> str:
    """A net or a difference in whole points with its sign: +12, −42, 0."""
    whole = round(value)
    if not whole:
        return "0"
    written = f"{'+' if whole > 0 else ''}{number(language, whole)}"
    return str(_facts(language)["signed"]).format(number=written)


def percent(language: str, value: float) -> str:
    """12 %, as the language writes it."""
    return str(_facts(language)["percent"]).format(number=number(language, value))


def day(language: str, date: dt.date) -> str:
    """ "3 May 2026", "3. Mai 2026", "1er mai 2026"."""
    facts = _facts(language)
    form = facts.get("first_day", facts["day"]) if date.day == 1 else facts["day"]
    return str(form).format(day=date.day, month=facts["month"][date.month - 1], year=date.year)


def months(language: str, first: dt.date, last: dt.date) -> str:
    """The months from one day to another: "April to June 2017", "November 2016 to January 2017"."""
    facts = _facts(language)
    one, two = facts["month"][first.month - 1], facts["month"][last.month - 1]
    if first.year == last.year:
        return str(facts["months_of_a_year"]).format(first=one, last=two, year=first.year)
    return str(facts["months_of_two_years"]).format(
        first=one, last=two, first_year=first.year, last_year=last.year
    )


def month_names(language: str) -> list[str]:
    """January's name first."""
    return list(_facts(language)["month"])


def quarter(language: str, code: str) -> str:
    """A quarter in a sentence or a table; whatever is no quarter's code stays as it is."""
    try:
        found = Quarter.parse(code)
    except ValueError:
        return code
    return _quarter(language, "quarter", found)


def short_quarter(language: str, code: str) -> str:
    """The quarter without its year, as short as an axis wants it."""
    return _quarter(language, "short_quarter", Quarter.parse(code))


def _quarter(language: str, form: str, of: Quarter) -> str:
    facts = _facts(language)
    ordinal = facts["ordinal"][of.number - 1] if "ordinal" in facts else ""
    return str(facts[form]).format(year=of.year, number=of.number, ordinal=ordinal)


def quoted(language: str, text: str) -> str:
    opening, closing = _facts(language)["quotes"]
    return f"{opening}{isolated(language, text)}{closing}"


def run(language: str, parts: Sequence[str]) -> str:
    """The parts with commas between them."""
    return str(_facts(language)["comma"]).join(parts)


def listed(language: str, parts: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    if len(parts) < 2:
        return "".join(parts)
    first = run(language, parts[:-1])
    return str(_facts(language)["and"]).format(first=first, last=parts[-1])


def embedded(language: str, text: str) -> str:
    """The report's own words inside a drawing, whose texts begin on the left."""
    return f"\u2067{text}{_END}" if direction(language) == "rtl" else text


def isolated(language: str, text: str) -> str:
    """A person's words inside the report's own, kept apart where they run the other way, or try to
    turn what is around them: first strong isolate, pop directional isolate. A stop at their end
    gets a mark behind it, since WeasyPrint's next line has lost the isolate's beginning."""
    found = {unicodedata.bidirectional(letter) for letter in text}
    from_right = direction(language) == "rtl"
    if not found & ((_LEFT if from_right else _RIGHT) | {"LRO", "RLO"}):
        return text
    stop = unicodedata.bidirectional(text[-1]) not in _LEFT | _RIGHT
    mark = ("\u200e" if from_right else "\u200f") if stop else ""
    return f"{_ISOLATE}{text}{mark}{_END}"


@cache
def _all_facts() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _facts(language: str) -> dict[str, Any]:
    found: dict[str, Any] = _all_facts()[spoken(language)]
    return found
