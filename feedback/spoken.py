"""Our own words on respondents' pages and in emails to them, in each language. Pure.

One file a language in `feedback/speech/`; all have the same keys, and `{names}` are filled in where
they are used.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedback import kinds

_FOLDER = Path(__file__).parent / "speech"
# In the order in which they are offered.
LANGUAGES = ("en", "de", "fr", "es", "ar")
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "yi"}


@dataclass(frozen=True, slots=True)
class Speech:
    """One language: its own name, and words by key; scales by kind of question and value, and of
    those without a word for each value the ends ("low" and "high")."""

    language: str
    name: str
    direction: str
    page: Mapping[str, str]
    errors: Mapping[str, str]
    door: Mapping[str, str]
    email: Mapping[str, str]
    scales: Mapping[str, Mapping[str, str]]
    ends: Mapping[str, Mapping[str, str]]


@cache
def speech(language: str) -> Speech:
    """Our words in a language; in English where we do not speak it."""
    spoken = base_of(language)
    if spoken not in LANGUAGES:
        spoken = "en"
    found = tomllib.loads((_FOLDER / f"{spoken}.toml").read_text())
    return Speech(
        language=spoken,
        name=found["name"],
        direction=found["direction"],
        page=found["page"],
        errors=found["errors"],
        door=found["door"],
        email=found["email"],
        scales=found["scales"],
        ends=found["ends"],
    )


def base_of(language: str) -> str:
    """Such as "pt" for "pt-BR"."""
    return language.replace("_", "-").split("-")[0].lower()


def direction_of(language: str) -> str:
    """How a language is written: "ltr" or "rtl"."""
    return "rtl" if base_of(language) in _RIGHT_TO_LEFT else "ltr"


def label_of(language: str, kind: str, value: str | int) -> str:
    """A value of a scale, as it is said; a plain number where the scale has no words."""
    return speech(language).scales.get(kind, {}).get(str(value), str(value))


def ends_of(language: str, kind: str) -> tuple[str, str]:
    """What the lowest and the highest value of a numbered scale mean; empty where it is none."""
    if kind not in kinds.NUMBERS:
        return "", ""
    spoken = speech(language)
    if kind in spoken.ends:
        return spoken.ends[kind]["low"], spoken.ends[kind]["high"]
    first, *_, last = spoken.scales[kind].values()
    return first, last


@dataclass(frozen=True, slots=True)
class Said:
    """A text of a survey as a page in some language shows it; `language` and `direction` are its
    own where they differ from the page's, and empty where they do not."""

    text: str
    language: str = ""
    direction: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


def said(own: str, translated: str | None, *, own_language: str, page_language: str) -> Said:
    """The translation where there is one, otherwise the text itself with its language's name."""
    if translated or base_of(own_language) == base_of(page_language):
        return Said(translated or own)
    return Said(own, own_language, direction_of(own_language))


class _Given(dict[str, object]):
    """Values for a text's `{names}`; one that nobody gave stays as it is written."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def filled(texts: Mapping[str, str], **values: object) -> dict[str, str]:
    """These texts with their `{names}` filled in; what is filled in is never looked at again."""
    given = _Given(values)
    return {key: text.format_map(given) if "{" in text else text for key, text in texts.items()}
