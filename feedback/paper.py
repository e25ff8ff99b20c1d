"""A survey on paper: its questions with boxes to tick, for a place where sheets are handed in.

What is hidden on the screen is printed with a line that says for whom it is and where all others go
on, worked out from the same conditions. A sheet is typed in at its place's link, which takes one
answer after the other; so it is counted and shown like every answer of that place.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import segno
from django.template.loader import render_to_string

from feedback import kinds
from feedback.answer_page import Field, Given, Language, fields_of, labels_of, languages_of
from feedback.models import OpenLink, Question, Survey
from feedback.posters import address_of
from feedback.spoken import Said, base_of, filled, speech
from programme.printing import print_once

_INK = "#1c1e21"
_TESTS = {
    "is": "paper_if_is",
    "is-not": "paper_if_is_not",
    "at-least": "paper_if_at_least",
    "at-most": "paper_if_at_most",
    "answered": "paper_if_answered",
}
_HOW = {
    "list": "paper_one",
    "scale": "paper_one",
    "several": "paper_several",
    "ranking": "paper_ranking",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One question on the sheet; `only` says for whom it is and where the others go on, before the
    first of those with that condition, and `how` how to answer."""

    number: int
    field: Field
    only: str
    how: str


def paper_survey(survey: Survey, *, wanted: str = "", link: OpenLink | None = None) -> bytes:
    """The PDF in that language, or in the survey's own where it does not speak it; for a place, or
    without one a copy to look at. PrintError."""
    spoken = wanted if wanted in languages_of(survey) else base_of(survey.language)
    at = link.created_at if link else survey.created_at
    html = html_of(survey, Language(speech(spoken), survey.language), link)
    pictures: dict[str, bytes] = {}
    if link:
        drawn = io.BytesIO()
        segno.make_qr(address_of(link), error="m").save(drawn, kind="svg", border=0, dark=_INK)
        pictures["code.svg"] = drawn.getvalue()
    return print_once(
        html, organisation=survey.organisation, at=at.astimezone(dt.UTC), pictures=pictures
    )


def html_of(survey: Survey, language: Language, link: OpenLink | None) -> str:
    """The sheet as it is set."""
    organisation = survey.organisation
    figures = link.round.figures_from if link else 0
    words = filled(language.speech.page, organisation=organisation.name, figures=figures)
    address = address_of(link) if link else ""
    return render_to_string(
        "feedback/print/survey.html",
        {
            "organisation": organisation,
            "title": language.survey(survey, "title"),
            "introduction": language.survey(survey, "introduction"),
            "thanks": language.survey(survey, "thanks"),
            "items": items_of(list(survey.questions.all()), language),
            "words": words,
            "link": link,
            "seen": words["open_confidential" if link.round.confidential else "open_seen"]
            if link
            else "",
            "address": address.partition("://")[2].rstrip("/"),
            "language": language.speech.language,
            "direction": language.speech.direction,
        },
    )


def items_of(questions: Sequence[Question], language: Language) -> list[Item]:
    """The questions as they stand on the sheet, numbered from 1."""
    words = language.speech.page
    by_key = {question.key: (n, question) for n, question in enumerate(questions, 1)}
    ours = {words["several_hint"], words["ranking_hint"]}
    found = []
    before: kinds.Condition | None = None
    for at, field in enumerate(fields_of(questions, language, Given())):
        condition = questions[at].condition
        only = ""
        if condition is not None and condition != before and condition.key in by_key:
            number, asked = by_key[condition.key]
            answer = _answer(asked, condition, language)
            only = words[_TESTS[condition.test]].format(number=number, answer=answer)
            only = f"{only} {_otherwise(questions, at, words)}"
        before = condition
        how = words[_HOW[field.layout]] if field.layout in _HOW else ""
        own_hint = replace(field, hint=Said("")) if str(field.hint) in ours else field
        found.append(Item(at + 1, own_hint, only, how))
    return found


def _answer(asked: Question, condition: kinds.Condition, language: Language) -> str:
    """The answer that a condition names, as the sheet has it."""
    value = str(condition.value)
    label = str(labels_of(asked, language).get(value, value))
    return value if condition.test in {"at-least", "at-most"} else label


def _otherwise(questions: Sequence[Question], at: int, words: Mapping[str, str]) -> str:
    """Where those go on for whom that question is not."""
    for later in range(at + 1, len(questions)):
        if questions[later].condition != questions[at].condition:
            return words["paper_else"].format(number=later + 1)
    return words["paper_else_end"]
