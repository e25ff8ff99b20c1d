"""Surveys: made, and changed until a round uses them; from then on followed by new versions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from feedback.models import Question, Survey
from feedback.services.errors import FeedbackError
from feedback.services.question_specs import (
    QuestionSpec,
    build_question,
    check_conditions,
    check_specs,
    free_key,
)
from feedback.services.seen import (
    Mark,
    check_seen,
    mark_of_question,
    mark_of_survey,
    mark_of_translations,
)
from programme.models import Organisation

# The texts of a question that have translations, besides its options.
TRANSLATED = ("text", "hint", "low_end", "high_end")


@transaction.atomic
def create_survey(
    *,
    organisation: Organisation,
    title: str,
    introduction: str = "",
    thanks: str = "",
    questions: Sequence[QuestionSpec] = (),
    language: str = "en",
    translations: Mapping[str, Mapping[str, str]] | None = None,
) -> Survey:
    """Make a survey with its questions, in their order."""
    keys = [spec.key for spec in questions]
    if len(set(keys)) < len(keys):
        raise FeedbackError("Two questions have the same key: each needs its own.")
    check_specs(organisation, questions)
    survey = Survey.objects.create(
        organisation=organisation,
        title=title,
        introduction=introduction,
        thanks=thanks,
        language=language,
        translations=dict(translations or {}),
    )
    made = [build_question(survey, spec, position) for position, spec in enumerate(questions)]
    check_conditions(made)
    Question.objects.bulk_create(made)
    return survey


@transaction.atomic
def describe_survey(
    *,
    survey: Survey,
    title: str,
    introduction: str,
    thanks: str,
    since_last_time: str = "",
    language: str = "en",
    on_one_page: bool = False,
    seen: Mark = "",
) -> Survey:
    """Change a survey's own words and how it is laid out; the survey that has them afterwards is
    returned. ChangedSinceError where they are no longer as they were `seen`."""
    changing = _editable(survey)
    check_seen(seen, mark_of_survey(changing))
    changing.title, changing.introduction, changing.thanks = title, introduction, thanks
    changing.since_last_time, changing.language = since_last_time, language
    changing.on_one_page = on_one_page
    changing.save()
    return changing


@transaction.atomic
def add_question(*, survey: Survey, spec: QuestionSpec) -> Survey:
    """Add a question at the end; an empty key is made from its text."""
    changing = _editable(survey)
    questions = list(changing.questions.all())
    return _insert(changing, questions, len(questions), spec)


@transaction.atomic
def restore_question(*, survey: Survey, spec: QuestionSpec, position: int) -> Survey:
    """Put a question that was removed back in its place, under its key."""
    changing = _editable(survey)
    return _insert(changing, list(changing.questions.all()), position, spec)


@transaction.atomic
def duplicate_question(*, survey: Survey, key: str) -> Survey:
    """Put a copy of a question after it, under a key of its own."""
    changing = _editable(survey)
    questions = list(changing.questions.all())
    original = _find(questions, key)
    spec = QuestionSpec.of(original)
    values = {name: getattr(spec, name) for name in spec.__dataclass_fields__}
    copy = QuestionSpec(**{**values, "key": "", "starts_page": False})
    return _insert(changing, questions, questions.index(original) + 1, copy)


@transaction.atomic
def change_question(*, survey: Survey, key: str, spec: QuestionSpec, seen: Mark = "") -> Survey:
    """Change the question with this key; the key stays, so that its trend does. ChangedSinceError
    where it is no longer as it was `seen`."""
    check_specs(survey.organisation, [spec])
    changing = _editable(survey)
    questions = list(changing.questions.all())
    question = _find(questions, key)
    check_seen(seen, mark_of_question(question))
    if question.kind != spec.kind and (survey != changing or _was_asked(question)):
        raise FeedbackError(
            "This question has been asked already: its kind cannot change, since its answers "
            "could no longer be compared. Add a new question instead."
        )
    changed = build_question(changing, spec, question.position)
    changed.pk, changed.key = question.pk, question.key
    changed.translations = question.translations
    questions[questions.index(question)] = changed
    check_conditions(questions)
    changed.save()
    return changing


@transaction.atomic
def remove_question(*, survey: Survey, key: str) -> Survey:
    """Take a question out; those that depend on it must go, or stop depending on it, first."""
    changing = _editable(survey)
    questions = list(changing.questions.all())
    removed = _find(questions, key)
    questions.remove(removed)
    check_conditions(questions)
    removed.delete()
    return changing


@transaction.atomic
def move_question(*, survey: Survey, key: str, by: int) -> Survey:
    """Move a question up (negative) or down; at either end it stays where it is."""
    changing = _editable(survey)
    questions = list(changing.questions.all())
    place = questions.index(_find(questions, key))
    questions.insert(max(0, place + by), questions.pop(place))
    return _ordered(changing, questions)


@transaction.atomic
def order_questions(*, survey: Survey, keys: Sequence[str]) -> Survey:
    """Put the questions in this order; each of them has to be named once."""
    changing = _editable(survey)
    by_key = {question.key: question for question in changing.questions.all()}
    if sorted(keys) != sorted(by_key):
        raise FeedbackError(
            "The questions were changed elsewhere since this page was opened. Nothing was moved: "
            "look at them again, then move them."
        )
    return _ordered(changing, [by_key[key] for key in keys])


@transaction.atomic
def break_page(*, survey: Survey, key: str, starts_page: bool) -> Survey:
    """Begin a new page with this question, or no longer."""
    changing = _editable(survey)
    question = _find(list(changing.questions.all()), key)
    question.starts_page = starts_page
    question.save(update_fields=["starts_page"])
    return changing


@transaction.atomic
def translate_survey(
    *,
    survey: Survey,
    language: str,
    words: Mapping[str, str],
    questions: Mapping[str, Mapping[str, Any]],
    seen: Mark = "",
) -> Survey:
    """Keep a language's texts: the survey's own by name, and by question those of `TRANSLATED` and
    "options" ({key: text}). Empty ones are missing, and fall back to the survey's own language.
    ChangedSinceError where they are no longer as they were `seen`."""
    changing = _editable(survey)
    found = list(changing.questions.all())
    check_seen(seen, mark_of_translations(changing, found, language))
    changing.translations = _translated(changing.translations, language, _said(words))
    changing.save(update_fields=["translations"])
    for question in found:
        given = questions.get(question.key, {})
        options = _said(given.get("options", {}))
        texts: dict[str, Any] = _said({name: given.get(name, "") for name in TRANSLATED})
        if options:
            texts["options"] = options
        question.translations = _translated(question.translations, language, texts)
    Question.objects.bulk_update(found, ["translations"])
    return changing


def _said(texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: text.strip() for name, text in texts.items() if text.strip()}


def _translated(
    stored: Mapping[str, Any], language: str, texts: Mapping[str, Any]
) -> dict[str, Any]:
    rest = {other: said for other, said in stored.items() if other != language}
    return {**rest, language: dict(texts)} if texts else rest


def _editable(survey: Survey) -> Survey:
    """The survey itself while no round uses it, otherwise its next version, made on demand."""
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    if not locked.rounds.exists():
        return locked
    following = locked.next_versions.order_by("-version").first()
    if following is not None:
        return _editable(following)
    questions = list(locked.questions.all())
    copy = Survey.objects.create(
        organisation_id=locked.organisation_id,
        title=locked.title,
        introduction=locked.introduction,
        thanks=locked.thanks,
        since_last_time=locked.since_last_time,
        language=locked.language,
        translations=locked.translations,
        on_one_page=locked.on_one_page,
        version=locked.version + 1,
        previous=locked,
    )
    for question in questions:
        question.pk, question.survey = None, copy
        question._state.adding = True
    Question.objects.bulk_create(questions)
    return copy


def _was_asked(question: Question) -> bool:
    """Whether a version that was sent has a question of this key."""
    previous = question.survey.previous_id
    return (
        previous is not None and Question.objects.filter(survey=previous, key=question.key).exists()
    )


def _insert(survey: Survey, questions: list[Question], at: int, spec: QuestionSpec) -> Survey:
    check_specs(survey.organisation, [spec])
    taken = {question.key for question in questions}
    question = build_question(survey, spec, at)
    if not spec.key:
        question.key = free_key(spec.text, taken)
    elif spec.key in taken:
        raise FeedbackError("There is already a question with that key.")
    questions.insert(at, question)
    check_conditions(questions)
    question.save()
    return _ordered(survey, questions)


def _ordered(survey: Survey, questions: Sequence[Question]) -> Survey:
    check_conditions(questions)
    for position, question in enumerate(questions):
        question.position = position
    Question.objects.bulk_update(questions, ["position"])
    return survey


def _find(questions: Iterable[Question], key: str) -> Question:
    found = next((question for question in questions if question.key == key), None)
    if found is None:
        raise FeedbackError("That question is no longer in this survey.")
    return found
