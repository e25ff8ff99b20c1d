"""What the columns of a file of past answers mean, read from a TOML text; pure.

See docs/decisions/0007 for the format and why it is a file of its own.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from programme.periods import Quarter

SCALES: dict[str, dict[str, int | str]] = {
    "satisfaction-5": {str(value): value for value in range(1, 6)},
    "expected-5": {str(value): value for value in range(1, 6)},
    "recommend-10": {str(value): value for value in range(11)},
    "moment-3": {word: word for word in ("misery", "mediocrity", "magic")},
}
TEXT = "text"
_AUDIENCES = ("external", "internal")
_LONGEST_NAME = 200
_LONGEST_TOUCHPOINT = 300
_MOST_QUESTIONS = 300


class MappingError(Exception):
    """The mapping does not say what is needed; the text names the place and what to write."""


@dataclass(frozen=True, slots=True)
class MappedQuestion:
    """One column of answers; `touchpoint` is empty where none is rated or talked about."""

    column: str
    key: str
    text: str
    scale: str
    stage: str
    touchpoint: str
    not_applicable: tuple[str, ...]
    blank: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """The column that tells groups apart: segments of customers or teams of staff, and the names
    of its values, in the order in which the groups are to stand."""

    column: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ResponseMapping:
    """A whole mapping. Equal mappings have equal `repr`s, whatever the TOML's layout."""

    organisation: str
    title: str
    quarter: Quarter
    audience: str
    journey: str
    respondent: str
    group: Slice | None
    questions: tuple[MappedQuestion, ...]

    def columns(self) -> list[str]:
        """Every column that the file must have."""
        group = [self.group.column] if self.group else []
        return [self.respondent, *group, *(question.column for question in self.questions)]


def parse_mapping(text: str) -> ResponseMapping:
    """Read a mapping. Raises MappingError."""
    if "\0" in text:
        raise MappingError("The mapping is not a text file.")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"The mapping is not valid TOML: {error}.") from error
    _only(
        table, "the mapping", {"organisation", "round", "respondent", "segment", "team", "question"}
    )
    about = _table(table, "round")
    _only(about, "[round]", {"title", "period", "audience", "journey"})
    try:
        quarter = Quarter.parse(_text(about, "period", "[round]"))
    except ValueError as error:
        raise MappingError(f"[round] period: {error}") from error
    audience = _text(about, "audience", "[round]")
    if audience not in _AUDIENCES:
        raise MappingError("[round] audience must be “external” (customers) or “internal” (staff).")
    respondent = _table(table, "respondent")
    _only(respondent, "[respondent]", {"id"})
    organisation = _table(table, "organisation") if "organisation" in table else {}
    _only(organisation, "[organisation]", {"name"})
    return ResponseMapping(
        organisation=_text(organisation, "name", "[organisation]", default=""),
        title=_text(about, "title", "[round]"),
        quarter=quarter,
        audience=audience,
        journey=_text(about, "journey", "[round]", default="Customer journey"),
        respondent=_text(respondent, "id", "[respondent]"),
        group=_group(table, audience),
        questions=_questions(table),
    )


def _group(table: Mapping[str, Any], audience: str) -> Slice | None:
    """[segment] for customers, [team] for staff."""
    name, other = ("segment", "team") if audience == "external" else ("team", "segment")
    if other in table:
        raise MappingError(
            f"[{other}] does not fit an {audience} round: name the groups in [{name}]."
        )
    if name not in table:
        return None
    group = _table(table, name)
    _only(group, f"[{name}]", {"column", "names"})
    names = group.get("names", {})
    if not isinstance(names, dict):
        raise MappingError(f'[{name}] names must look like {{ A = "Area A" }}.')
    return Slice(
        column=_text(group, "column", f"[{name}]"),
        names=tuple((key.strip(), _text(names, key, f"[{name}] names")) for key in names),
    )


def _questions(table: Mapping[str, Any]) -> tuple[MappedQuestion, ...]:
    listed = table.get("question", [])
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise MappingError("Each question begins with [[question]], in two pairs of brackets.")
    if not listed:
        raise MappingError("The mapping names no question: add at least one [[question]].")
    if len(listed) > _MOST_QUESTIONS:
        raise MappingError(f"The mapping has more than {_MOST_QUESTIONS} questions.")
    questions = tuple(_question(entry, number) for number, entry in enumerate(listed, 1))
    _unlike("column", (question.column for question in questions))
    _unlike("key", (question.key for question in questions))
    # One vote per person, touchpoint and period: two columns cannot both be it.
    _unlike(
        "stage and touchpoint",
        (
            f"{question.stage}: {question.touchpoint}".casefold()
            for question in questions
            if question.touchpoint and question.scale != TEXT
        ),
    )
    return questions


def _question(entry: Mapping[str, Any], number: int) -> MappedQuestion:
    where = f"[[question]] number {number}"
    known = {"column", "key", "text", "scale", "stage", "touchpoint", "not_applicable", "blank"}
    _only(entry, where, known)
    column = _text(entry, "column", where)
    where = f"{where} ({column})"
    scale = _text(entry, "scale", where)
    if scale not in SCALES and scale != TEXT:
        raise MappingError(f"{where}: scale must be one of {', '.join([*SCALES, TEXT])}.")
    stage = _text(entry, "stage", where, default="", longest=_LONGEST_TOUCHPOINT)
    touchpoint = _text(entry, "touchpoint", where, default="", longest=_LONGEST_TOUCHPOINT)
    if bool(stage) != bool(touchpoint):
        raise MappingError(f"{where}: stage and touchpoint belong together; one is missing.")
    return MappedQuestion(
        column=column,
        key=_key(entry, column, number, where),
        text=_text(entry, "text", where, default=touchpoint or column, longest=500),
        scale=scale,
        stage=stage,
        touchpoint=touchpoint,
        not_applicable=_values(entry, "not_applicable", where),
        blank=_values(entry, "blank", where),
    )


def _key(entry: Mapping[str, Any], column: str, number: int, where: str) -> str:
    """The name under which a question's answers are kept, in every year the same."""
    given = _text(entry, "key", where, default="", longest=60)
    if given and not re.fullmatch(r"[a-z0-9_-]+", given):
        raise MappingError(f"{where}: key takes small letters, digits, “-” and “_” only.")
    made = re.sub(r"[^a-z0-9]+", "-", column.casefold()).strip("-")[:60].strip("-")
    return given or made or f"question-{number}"


def _values(entry: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    listed = entry.get(name, [])
    if not isinstance(listed, list):
        raise MappingError(f'{where}: {name} must be a list, like ["0", "Blank"].')
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in listed):
        raise MappingError(f"{where}: {name} may hold texts and whole numbers only.")
    return tuple(sorted({str(value).strip() for value in listed}))


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name)
    if not isinstance(found, dict):
        raise MappingError(f"The mapping needs a section [{name}].")
    return found


def _text(
    table: Mapping[str, Any],
    name: str,
    where: str,
    *,
    default: str | None = None,
    longest: int = _LONGEST_NAME,
) -> str:
    value = table.get(name, default)
    if value is None:
        raise MappingError(f"{where} needs “{name}”.")
    if not isinstance(value, str):
        raise MappingError(f"{where}: {name} must be a text in quotes.")
    value = value.strip()
    if "\0" in value:
        raise MappingError(f"{where}: {name} holds a NUL character.")
    if not value and default is None:
        raise MappingError(f"{where}: {name} is empty.")
    if len(value) > longest:
        raise MappingError(f"{where}: {name} is longer than {longest} characters.")
    return value


def _only(table: Mapping[str, Any], where: str, known: set[str]) -> None:
    """A misspelt name must not be passed over in silence."""
    for name in table:
        if name not in known:
            raise MappingError(
                f"“{name}” means nothing in {where}; it may have {', '.join(sorted(known))}."
            )


def _unlike(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise MappingError(f"Two questions have the same {what}: “{value}”.")
        seen.add(value)
