"""The report's own words in each language that it speaks; the table is `phrases.toml`. Pure."""

import tomllib
from functools import cache
from pathlib import Path

# English, then the languages in the table's order.
LANGUAGES = ("en", "de", "fr", "es", "ar")
_RIGHT_TO_LEFT = {"ar"}


@cache
def phrases() -> dict[str, list[str]]:
    """English, and the same in the other languages, in their order."""
    found: dict[str, list[str]] = tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    )
    return found


def spoken(language: str) -> str:
    """The language that a report is printed in where that one is asked for: English where it is
    none of ours; "fr-CA" is French."""
    base = language.replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else "en"


def said(language: str, english: str) -> str:
    """The phrase in that language; as it is where the table has none."""
    at = LANGUAGES.index(spoken(language))
    return phrases()[english][at - 1] if at and english in phrases() else english


def direction(language: str) -> str:
    """ "rtl" or "ltr"."""
    return "rtl" if spoken(language) in _RIGHT_TO_LEFT else "ltr"
