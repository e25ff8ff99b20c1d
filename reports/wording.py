"""Turns what a report says, which its rules give as keys and values, into a language's words.

Sentences are written in `sentences.toml` in a part of ICU's MessageFormat: `{name}` is filled in,
`{name, plural, =0 {...} one {...} other {...}}` chooses by the language's plurals, and within it
`#` is the number as a sentence writes it. Pure.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from programme.periods import Quarter
from reports import languages, phrases
from reports.words import Months, Names, Passage, Percent, Points, Run, Said, Value

_PIECE = re.compile(r"(?P<open>\{)|(?P<close>\})|(?P<number>#)|(?P<text>[^{}#]+)")
_FIELD = re.compile(r"\s*(\w+)\s*(?:,\s*plural\s*,\s*)?")
_FORM = re.compile(r"\s*(=\d+|\w+)\s*\{")


def in_words(value: Any, language: str) -> Any:
    """The same with everything said in that language: dataclasses become dicts, tuples lists, as
    JSON has them; numbers stay numbers, and a person's words stay as they are."""
    if isinstance(value, (Said, Passage)):
        return words_of(value, language)
    if isinstance(value, (dt.date, Months)):
        return _value(value, language)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: in_words(getattr(value, one.name), language) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): in_words(one, language) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [in_words(one, language) for one in value]
    return value


def words_of(said: Said | Passage, language: str) -> str:
    """That sentence, or those sentences one after the other. A sentence that begins with what is
    filled in begins with a capital."""
    if isinstance(said, Passage):
        parts = (one if isinstance(one, str) else words_of(one, language) for one in said.sentences)
        return " ".join(part for part in parts if part)
    template = template_of(said.key, language)
    text = _filled(template, said.values, language, None)
    begun = not isinstance(template[0], str) and text.endswith(".")
    return f"{text[:1].upper()}{text[1:]}" if begun else text


@dataclass(frozen=True, slots=True)
class Plural:
    """A choice among `forms` by how many `name` is; without forms, `name` is filled in."""

    name: str
    forms: Mapping[str, "Template"]


@dataclass(frozen=True, slots=True)
class Number:
    """Where a form of a plural says how many."""


type Template = tuple[str | Plural | Number, ...]


@cache
def sentences() -> dict[str, dict[str, str]]:
    """By key, the sentence in each language as it is written in the table."""
    table = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
    return {
        f"{group}.{name}": written
        for group, entries in table.items()
        for name, written in entries.items()
    }


@cache
def template_of(key: str, language: str) -> Template:
    """The sentence of that key; a key that is none is a phrase, which has no plurals."""
    written = sentences().get(key)
    if written is None:
        return parsed(phrases.said(language, key))
    return parsed(written[languages.spoken(language)])


def parsed(text: str) -> Template:
    """ValueError where braces do not match, or a plural has no form for "other"."""
    template, end = _read(text, 0)
    if end != len(text):
        raise ValueError(f"a brace too many at {end} of “{text}”")
    return template


def _read(text: str, at: int) -> tuple[Template, int]:
    """The pieces from there to the brace that closes them, or to the end."""
    found: list[str | Plural | Number] = []
    while at < len(text):
        piece = cast("re.Match[str]", _PIECE.match(text, at))
        if piece["close"]:
            break
        at = piece.end()
        if piece["open"]:
            field, at = _read_field(text, at)
            found.append(field)
        else:
            found.append(Number() if piece["number"] else piece[0])
    return tuple(found), at


def _read_field(text: str, at: int) -> tuple[Plural, int]:
    named = _FIELD.match(text, at)
    if named is None:
        raise ValueError(f"no name at {at} of “{text}”")
    at, forms = named.end(), {}
    while form := _FORM.match(text, at):
        forms[form[1]], at = _read(text, form.end())
        at += 1
    rest = re.compile(r"\s*\}").match(text, at)
    if rest is None or ("plural" in named[0]) != bool(forms) or (forms and "other" not in forms):
        raise ValueError(f"“{named[1]}” is not closed, or lacks its other form, in “{text}”")
    return Plural(named[1], forms), rest.end()


def _filled(
    template: Template, values: Mapping[str, Value], language: str, number: int | None
) -> str:
    parts = []
    for piece in template:
        if isinstance(piece, str):
            parts.append(piece)
        elif isinstance(piece, Number):
            parts.append("#" if number is None else languages.spelled(language, number))
        elif piece.forms:
            many = _how_many(values[piece.name])
            exact = piece.forms.get(f"={many}")
            form = exact if exact is not None else _form(piece, language, many)
            parts.append(_filled(form, values, language, many))
        else:
            parts.append(_value(values[piece.name], language))
    return "".join(parts)


def _form(choice: Plural, language: str, many: int) -> Template:
    category = languages.plural_category(language, many)
    return choice.forms.get(category, choice.forms["other"])


def _how_many(value: Value) -> int:
    if isinstance(value, Names):
        return len(value.names)
    if isinstance(value, int):
        return value
    raise TypeError(f"{value!r} is no number to choose a plural by")


def _value(value: Value, language: str) -> str:
    write = next(write for kind, write in _WRITERS if isinstance(value, kind))
    return write(language, value)


def _names(value: Names, language: str) -> str:
    shown = [languages.quoted(language, name) for name in value.names[: value.most]]
    if rest := len(value.names) - len(shown):
        shown.append(words_of(Said("names.others", {"n": rest}), language))
    return languages.listed(language, shown)


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[str, Any], str]], ...] = (
    (str, languages.isolated),
    ((int, float), languages.number),
    (Points, lambda language, value: languages.points(language, value.value)),
    (Percent, lambda language, value: languages.percent(language, value.value)),
    (Quarter, lambda language, value: languages.quarter(language, value.code)),
    (dt.date, languages.day),
    (Months, lambda language, value: languages.months(language, value.first, value.last)),
    (Names, lambda language, value: _names(value, language)),
    (Said, lambda language, value: words_of(value, language)),
    (
        Run,
        lambda language, value: languages.run(
            language, [words_of(part, language) for part in value.parts]
        ),
    ),
)
