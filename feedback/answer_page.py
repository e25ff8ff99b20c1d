"""A page of questions as HTML: compiled once for everyone, then filled in for each person.

The places to fill are marked with words that nobody can guess, so that no text of a user's can name
them (as an invitation's email does it).
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape

from feedback import kinds
from feedback.answer_fields import SKIP, Fields, field_of, ranked_among, values_offered
from feedback.models import Question, Survey
from feedback.spoken import LANGUAGES, Said, Speech, base_of, ends_of, said, speech

_TOKEN = secrets.token_hex(8)
_MARK = re.compile(rf"{_TOKEN}:(\w+):([^:]*):([^:]*):")
_SPACE = re.compile(r"\n\s*")


def _mark(kind: str, name: str = "", value: str = "") -> str:
    return f"{_TOKEN}:{kind}:{name}:{value}:"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Said
    name: str
    chosen: str  # the attribute that says so, or nothing
    places: tuple["Choice", ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """What a row's lowest or highest number means."""

    value: str
    label: Said


@dataclass(frozen=True, slots=True)
class Field:
    """One question as the template shows it."""

    key: str
    name: str
    kind: str
    layout: str  # "short", "long", "scale", "list", "several" or "ranking"
    text: Said
    hint: Said
    required: bool
    choices: tuple[Choice, ...]
    ends: tuple["End", ...]  # of a row of numbers, its two
    value: str
    error: str
    elsewhere: str


@dataclass(frozen=True, slots=True)
class Given:
    """What one person has given so far, by field."""

    fields: Fields = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, name: str, value: str, word: str) -> str:
        return f" {word}" if value in self.fields.get(name, ()) else ""

    def text(self, name: str) -> str:
        return (self.fields.get(name) or [""])[-1]


class _Marked(Given):
    """Marks in place of everything that differs from person to person."""

    def chosen(self, name: str, value: str, word: str) -> str:
        return _mark(word, name, value)

    def text(self, name: str) -> str:
        return _mark("text", name)


@dataclass(frozen=True, slots=True)
class Language:
    """In which language a page speaks, and in which its survey is written."""

    speech: Speech
    own: str

    def said(self, own: str, translated: str | None) -> Said:
        return said(own, translated, own_language=self.own, page_language=self.speech.language)

    def survey(self, survey: Survey, name: str) -> Said:
        """A survey's own text."""
        there = survey.translations.get(self.speech.language, {})
        return self.said(getattr(survey, name), there.get(name))


def language_for(survey: Survey, *, wanted: str, preferred: str) -> Language:
    """The language asked for by the switch, otherwise the person's, where it is spoken here;
    otherwise that of the survey."""
    if wanted not in languages_of(survey):
        wanted = base_of(preferred) if base_of(preferred) in LANGUAGES else survey.language
    return Language(speech(wanted), survey.language)


def languages_of(survey: Survey) -> list[str]:
    """The languages that a survey can be read in, ours in their order."""
    written = {base_of(survey.language), *survey.translations}
    return [language for language in LANGUAGES if language in written]


def fields_of(questions: Sequence[Question], language: Language, given: Given) -> list[Field]:
    ranked = ranked_among(questions)
    return [_field(question, language, given, ranked) for question in questions]


def _field(question: Question, language: Language, given: Given, ranked: int) -> Field:
    there = question.translations.get(language.speech.language, {})
    name = field_of(question)
    hint = language.said(question.hint, there.get("hint"))
    if not hint and question.kind in kinds.LISTS:
        own = "several_hint" if question.kind == kinds.SEVERAL else "ranking_hint"
        hint = Said(language.speech.page[own])
    return Field(
        key=question.key,
        name=name,
        kind=question.kind,
        layout=_layout(question),
        text=language.said(question.text, there.get("text")),
        hint=hint,
        required=question.required,
        choices=() if question.is_text else _choices(question, language, given, ranked, there),
        ends=ends_of_row(question, language, there) if question.kind in kinds.ROWS else (),
        value=given.text(name) if question.is_text else "",
        error=given.errors.get(question.key, ""),
        elsewhere=given.elsewhere.get(question.key, ""),
    )


def _layout(question: Question) -> str:
    layouts = {
        kinds.SHORT_TEXT: "short",
        kinds.LONG_TEXT: "long",
        kinds.RECOMMEND: "scale",
        kinds.EFFORT: "scale",
        kinds.PLACE: "scale",
        kinds.SEVERAL: "several",
        kinds.RANKING: "ranking",
    }
    return layouts.get(question.kind, "list")


def _choices(
    question: Question,
    language: Language,
    given: Given,
    ranked: int,
    there: Mapping[str, Any],
) -> tuple[Choice, ...]:
    values = [str(value) for value in values_offered(question, ranked)]
    name = field_of(question)
    labels = labels_of(question, language, there)
    if question.kind == kinds.RANKING:
        return tuple(
            _placed(field_of(question, value), labels[value], len(values), language, given)
            for value in values
        )
    found = [
        Choice(value, labels.get(value, Said(value)), name, given.chosen(name, value, "checked"))
        for value in values
    ]
    if not question.required and question.kind != kinds.SEVERAL:
        word = "skip_yes_no" if question.kind == kinds.YES_NO else "skip"
        skip = Said(language.speech.page[word])
        found.append(Choice(SKIP, skip, name, given.chosen(name, SKIP, "checked")))
    return tuple(found)


def labels_of(
    question: Question, language: Language, there: Mapping[str, Any] | None = None
) -> dict[str, Said]:
    """The words of each value that has any; a row of numbers has them at its ends."""
    if there is None:
        there = question.translations.get(language.speech.language, {})
    if question.kind in kinds.ROWS:
        return {}
    if question.kind not in kinds.WITH_OPTIONS:
        scale = language.speech.scales.get(question.kind, {})
        labels = {value: Said(label) for value, label in scale.items()}
        return labels | {end.value: end.label for end in ends_of_row(question, language, there)}
    translated = there.get("options", {})
    return {
        option["key"]: language.said(option["text"], translated.get(option["key"]))
        for option in question.options
    }


def ends_of_row(
    question: Question, language: Language, there: Mapping[str, Any]
) -> tuple[End, ...]:
    """The two ends of a numbered scale, in the question's own words where it has any."""
    if question.kind not in kinds.NUMBERS:
        return ()
    values = kinds.VALUES[question.kind]
    ours = ends_of(language.speech.language, question.kind)
    found = []
    for name, value, our in zip(
        ("low_end", "high_end"), (values[0], values[-1]), ours, strict=True
    ):
        own: str = getattr(question, name)
        found.append(End(str(value), language.said(own, there.get(name)) if own else Said(our)))
    return tuple(found)


def _placed(name: str, label: Said, places: int, language: Language, given: Given) -> Choice:
    none = Choice("", Said(language.speech.page["no_place"]), name, "")
    numbers = [str(place) for place in range(1, places + 1)]
    return Choice(
        value="",
        label=label,
        name=name,
        chosen="",
        places=(
            none,
            *(Choice(n, Said(n), name, given.chosen(name, n, "selected")) for n in numbers),
        ),
    )


# Compiled


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of questions with places to fill: each piece of text, then what follows it; and the
    same for someone who has answered nothing on it yet, which is nearly all one piece."""

    pieces: tuple[tuple[str, str, str, str], ...]
    unanswered: tuple[tuple[str, str, str, str], ...]
    end: str

    def filled(self, fields: Fields, own: Mapping[str, str]) -> str:
        """The page of one person; `own` has the values of its hidden fields."""
        out: list[str] = []
        for text, kind, name, value in self.pieces if fields else self.unanswered:
            out.append(text)
            if kind == "text":
                out.append(escape((fields.get(name) or [""])[-1]))
            elif kind == "own":
                out.append(escape(own[name]))
            elif value in fields.get(name, ()):
                out.append(f" {kind}")
        out.append(self.end)
        return "".join(out)


def compile_sheet(
    template: str,
    context: Mapping[str, Any],
    questions: Sequence[Question],
    language: Language,
    own: Sequence[str],
) -> Sheet:
    """Render a page with marks where `own` values and answers go, and cut it there."""
    html = render_to_string(
        template,
        {
            **context,
            "fields": fields_of(questions, language, _Marked()),
            **{name: _mark("own", name) for name in own},
        },
    )
    parts = _MARK.split(_SPACE.sub("\n", html))
    pieces = tuple(
        (parts[at], parts[at + 1], parts[at + 2], parts[at + 3])
        for at in range(0, len(parts) - 1, 4)
    )
    unanswered = []
    text = ""
    for piece in pieces:
        text += piece[0]
        if piece[1] == "own":
            unanswered.append((text, *piece[1:]))
            text = ""
    # What follows the last of them is a piece of its own, which nothing fills.
    unanswered.append((text, "text", "", ""))
    return Sheet(pieces, tuple(unanswered), parts[-1])
