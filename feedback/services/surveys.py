"""Surveys: made, and changed until a round uses them; from then on followed by new versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from feedback import kinds
from feedback.kinds import Condition
from feedback.models import Question, Survey
from feedback.services.errors import FeedbackError
from programme.models import Organisation
from touchpoints.models import HandOff, Touchpoint

# What may name a touchpoint or a hand-off: ratings of it, and words about it.
_ABOUT = (*kinds.RATING, *kinds.TEXTS)
# The texts of a question that have translations, besides its options.
TRANSLATED = ("text", "hint", "low_end", "high_end")


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """One question of a survey; `kind` is one of `Question.Kind`.

    `options` are pairs of key and text, for the kinds that have options; an empty key is made from
    the text. `translations` is as `Question.translations`. `low_end` and `high_end` are own words
    for the ends of a numbered scale.
    """

    key: str
    kind: str
    text: str
    hint: str = ""
    required: bool = False
    touchpoint_id: int | None = None
    hand_off_id: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    condition: Condition | None = None
    starts_page: bool = False
    translations: Mapping[str, Any] = field(default_factory=dict)
    low_end: str = ""
    high_end: str = ""

    @classmethod
    def of(cls, question: Question) -> "QuestionSpec":
        return cls(
            key=question.key,
            kind=question.kind,
            text=question.text,
            hint=question.hint,
            required=question.required,
            touchpoint_id=question.touchpoint_id,
            hand_off_id=question.hand_off_id,
            options=tuple((option["key"], option["text"]) for option in question.options),
            condition=question.condition,
            starts_page=question.starts_page,
            translations=question.translations,
            low_end=question.low_end,
            high_end=question.high_end,
        )


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
    _check(organisation, questions)
    survey = Survey.objects.create(
        organisation=organisation,
        title=title,
        introduction=introduction,
        thanks=thanks,
        language=language,
        translations=dict(translations or {}),
    )
    made = [_question(survey, spec, position) for position, spec in enumerate(questions)]
    _check_conditions(made)
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
) -> Survey:
    """Change a survey's own words and how it is laid out; the survey that has them afterwards is
    returned."""
    changing = _editable(survey)
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
def change_question(*, survey: Survey, key: str, spec: QuestionSpec) -> Survey:
    """Change the question with this key; the key stays, so that its trend does."""
    _check(survey.organisation, [spec])
    changing = _editable(survey)
    questions = list(changing.questions.all())
    question = _find(questions, key)
    if question.kind != spec.kind and (survey != changing or _was_asked(question)):
        raise FeedbackError(
            "This question has been asked already: its kind cannot change, since its answers "
            "could no longer be compared. Add a new question instead."
        )
    changed = _question(changing, spec, question.position)
    changed.pk, changed.key = question.pk, question.key
    changed.translations = question.translations
    questions[questions.index(question)] = changed
    _check_conditions(questions)
    changed.save()
    return changing


@transaction.atomic
def remove_question(*, survey: Survey, key: str) -> Survey:
    """Take a question out; those that depend on it must go, or stop depending on it, first."""
    changing = _editable(survey)
    questions = list(changing.questions.all())
    removed = _find(questions, key)
    questions.remove(removed)
    _check_conditions(questions)
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
) -> Survey:
    """Keep a language's texts: the survey's own by name, and by question those of `TRANSLATED` and
    "options" ({key: text}). Empty ones are missing, and fall back to the survey's own language."""
    changing = _editable(survey)
    changing.translations = _translated(changing.translations, language, _said(words))
    changing.save(update_fields=["translations"])
    found = list(changing.questions.all())
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
    _check(survey.organisation, [spec])
    taken = {question.key for question in questions}
    question = _question(survey, spec, at)
    if not spec.key:
        question.key = _free_key(spec.text, taken)
    elif spec.key in taken:
        raise FeedbackError("There is already a question with that key.")
    questions.insert(at, question)
    _check_conditions(questions)
    question.save()
    return _ordered(survey, questions)


def _ordered(survey: Survey, questions: Sequence[Question]) -> Survey:
    _check_conditions(questions)
    for position, question in enumerate(questions):
        question.position = position
    Question.objects.bulk_update(questions, ["position"])
    return survey


def _find(questions: Iterable[Question], key: str) -> Question:
    found = next((question for question in questions if question.key == key), None)
    if found is None:
        raise FeedbackError("That question is no longer in this survey.")
    return found


def _question(survey: Survey, spec: QuestionSpec, position: int) -> Question:
    return Question(
        organisation_id=survey.organisation_id,
        survey=survey,
        key=spec.key,
        kind=spec.kind,
        text=spec.text,
        hint=spec.hint,
        required=spec.required,
        options=_options(spec),
        show_if=asdict(spec.condition) if spec.condition is not None else {},
        starts_page=spec.starts_page,
        translations=dict(spec.translations),
        low_end=spec.low_end if spec.kind in kinds.NUMBERS else "",
        high_end=spec.high_end if spec.kind in kinds.NUMBERS else "",
        position=position,
        touchpoint_id=spec.touchpoint_id,
        hand_off_id=spec.hand_off_id,
    )


def _options(spec: QuestionSpec) -> list[dict[str, str]]:
    if spec.kind not in kinds.WITH_OPTIONS:
        return []
    taken: set[str] = {key for key, _ in spec.options if key}
    made = []
    for key, text in spec.options:
        own = key or _free_key(text, taken, otherwise="option")
        taken.add(own)
        made.append({"key": own, "text": text})
    return made


def _check(organisation: Organisation, specs: Sequence[QuestionSpec]) -> None:
    for spec in specs:
        if spec.kind not in Question.Kind.values:
            raise FeedbackError(f"There is no question of the kind “{spec.kind}”.")
        if spec.kind not in _ABOUT and (spec.touchpoint_id or spec.hand_off_id):
            raise FeedbackError("Only a question that is answered on a scale rates a touchpoint.")
        if spec.kind in kinds.WITH_OPTIONS:
            _check_options(spec)
        if spec.touchpoint_id and spec.hand_off_id:
            raise FeedbackError("A question rates a touchpoint or a hand-off, not both at once.")
    touchpoints = {spec.touchpoint_id for spec in specs if spec.touchpoint_id is not None}
    known = Touchpoint.objects.filter(pk__in=touchpoints, organisation=organisation)
    if known.count() < len(touchpoints):
        raise FeedbackError("That touchpoint is not on this organisation's map.")
    hand_offs = {spec.hand_off_id for spec in specs if spec.hand_off_id is not None}
    known_hand_offs = HandOff.objects.filter(pk__in=hand_offs, organisation=organisation)
    if known_hand_offs.count() < len(hand_offs):
        raise FeedbackError("That hand-off is not on this organisation's map.")


def _check_options(spec: QuestionSpec) -> None:
    texts = [text.strip() for _, text in spec.options]
    keys = [key for key, _ in spec.options if key]
    if len(texts) < 2 or not all(texts):
        raise FeedbackError("Give at least two options to choose from, one a line.")
    if len(texts) > kinds.MOST_OPTIONS:
        raise FeedbackError(
            f"Nobody reads more than {kinds.MOST_OPTIONS} options: please cut some."
        )
    if len(set(texts)) < len(texts) or len(set(keys)) < len(keys):
        raise FeedbackError("Two options are the same: each needs its own words.")


def _check_conditions(questions: Sequence[Question]) -> None:
    """Whether each question that depends on another can: it comes later, and asks what may be."""
    earlier: dict[str, Question] = {}
    for question in questions:
        condition = question.condition
        if condition is not None:
            asked = earlier.get(condition.key)
            if asked is None:
                raise FeedbackError(
                    f"“{question.text}” is shown depending on another question, which has to come "
                    "before it. Nothing was changed."
                )
            values = (None,) if condition.test == "answered" else kinds.values_of(asked)
            if condition.test not in kinds.tests_for(asked.kind) or condition.value not in values:
                raise FeedbackError(
                    f"“{question.text}” is shown depending on an answer that “{asked.text}” does "
                    "not offer. Nothing was changed."
                )
        earlier[question.key] = question


def _free_key(text: str, taken: set[str], otherwise: str = "question") -> str:
    stem = slugify(text)[:50].strip("-") or otherwise
    key, number = stem, 1
    while key in taken or key == Question.SIGNATURE:
        number += 1
        key = f"{stem}-{number}"
    return key
