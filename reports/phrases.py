"""The report's fixed words in each language that it speaks; the table is `phrases.toml`. Pure."""

import tomllib
from functools import cache
from pathlib import Path

from reports.languages import LANGUAGES, spoken


@cache
def phrases() -> dict[str, list[str]]:
    """English, and the same in the other languages, in their order."""
    found: dict[str, list[str]] = tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    )
    return found


def said(language: str, english: str) -> str:
    """The phrase in that language; as it is where the table has none."""
    at = LANGUAGES.index(spoken(language))
    return phrases()[english][at - 1] if at and english in phrases() else english
