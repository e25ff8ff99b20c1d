"""What a page of questions sends, read and checked; lighter than a form of Django's, since the
answer page is the one that thousands use in the same minute.

A question's field is named "q-" and its key; each option of a ranking has its own, with "~" and the
option's key after that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from feedback import kinds
from feedback.models import Question
from feedback.spoken import Speech

# What a radio button sends for no answer; an empty value would be chosen before anyone chose.
SKIP = "-"
# Field name -> what it holds, as a browser sends it.
type Fields = dict[str, list[str]]

_LACKING = {"choose", "choose_some", "place_some", "write"}


@dataclass(slots=True)
class Sent:
    """What was sent: the answers that may be kept (None where there is none), everything as it was
    typed, and by question what is wrong, as a key of `Speech.errors` with its values."""

    answers: dict[str, kinds.Answer | None] = field(default_factory=dict)
    fields: Fields = field(default_factory=dict)
    wrong: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def only_lacks_answers(self) -> bool:
        return all(code in _LACKING for code, _ in self.wrong.values())

    def errors(self, speech: Speech) -> dict[str, str]:
        """What is wrong by question, in words."""
        return {
            key: speech.errors[code].format(**values) for key, (code, values) in self.wrong.items()
        }


class ForeignAnswerError(ValueError):
    """A field belongs to no question of this survey."""


def field_of(question: Question, option: str = "") -> str:
    return f"q-{question.key}~{option}" if option else f"q-{question.key}"


def values_offered(question: Question, ranked: int) -> Sequence[str | int]:
    """What may be chosen; of places only as many as there are things to rank beside one another."""
    values = kinds.values_of(question)
    return values[:ranked] if question.kind == Question.Kind.PLACE else values


def ranked_among(questions: Iterable[Question]) -> int:
    return sum(question.kind == Question.Kind.PLACE for question in questions)


def read_answers(
    data: QueryDict, *, page: Sequence[Question], questions: Sequence[Question]
) -> Sent:
    """Read the page's questions from what was sent. ForeignAnswerError."""
    known = {field_of(question) for question in questions}
    for name in data:
        if name.startswith("q-") and name.partition("~")[0] not in known:
            raise ForeignAnswerError(name)
    sent = Sent()
    ranked = ranked_among(page)
    for question in page:
        names = [field_of(question)]
        if question.kind == kinds.RANKING:
            names = [field_of(question, option) for option in question.option_keys]
        for name in names:
            sent.fields[name] = data.getlist(name)
        try:
            answer = _read(question, sent.fields, ranked)
        except _WrongError as wrong:
            sent.wrong[question.key] = (wrong.code, wrong.values)
            continue
        if answer is None and question.required:
            sent.wrong[question.key] = (_lacking(question), {})
        else:
            sent.answers[question.key] = answer
    return sent


def lacking(
    questions: Iterable[Question], answers: Mapping[str, Any], speech: Speech
) -> dict[str, str]:
    """In words, what these questions still need, by question."""
    return {
        question.key: speech.errors[_lacking(question)]
        for question in questions
        if question.required and question.key not in answers
    }


def as_fields(questions: Iterable[Question], answers: Mapping[str, Any]) -> Fields:
    """Stored answers as a browser would send them."""
    fields: Fields = {}
    for question in questions:
        answer = answers.get(question.key)
        if answer is None:
            continue
        if question.kind == kinds.RANKING:
            for place, option in enumerate(answer, 1):
                fields[field_of(question, option)] = [str(place)]
        else:
            given = answer if isinstance(answer, list) else [answer]
            fields[field_of(question)] = [str(one) for one in given]
    return fields


class _WrongError(Exception):
    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def _read(question: Question, fields: Fields, ranked: int) -> kinds.Answer | None:
    if question.kind == kinds.RANKING:
        return _read_ranking(question, fields)
    given = fields[field_of(question)]
    if question.is_text:
        return _read_text(given[-1] if given else "")
    by_word = {str(value): value for value in values_offered(question, ranked)}
    given = [word for word in given if word not in {"", SKIP}]
    if any(word not in by_word for word in given):
        raise _WrongError("offered")
    if question.kind == kinds.SEVERAL:
        # In the order of the options, each once, whatever the browser sends.
        return [option for option in question.option_keys if option in given] or None
    return by_word[given[-1]] if given else None


def _read_text(given: str) -> str | None:
    text = given.strip()
    if "\x00" in text:
        raise _WrongError("character")
    if len(text) > kinds.TEXT_LIMIT:
        raise _WrongError("long", most=f"{kinds.TEXT_LIMIT:,}", has=f"{len(text):,}")
    return text or None


def _read_ranking(question: Question, fields: Fields) -> list[str] | None:
    places: dict[int, str] = {}
    offered = {str(place): place for place in range(1, len(question.option_keys) + 1)}
    for option in question.option_keys:
        given = [word for word in fields[field_of(question, option)] if word]
        if not given:
            continue
        if given[-1] not in offered:
            raise _WrongError("offered")
        place = offered[given[-1]]
        if place in places:
            raise _WrongError("same_place")
        places[place] = option
    return [places[place] for place in sorted(places)] or None


def _lacking(question: Question) -> str:
    if question.is_text:
        return "write"
    return {kinds.SEVERAL: "choose_some", kinds.RANKING: "place_some"}.get(question.kind, "choose")
