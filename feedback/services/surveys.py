"""Surveys: made, and changed until a round uses them; from then on followed by new versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from feedback.models import Question, Survey
from feedback.services.errors import FeedbackError
from programme.models import Organisation
from touchpoints.models import HandOff, Touchpoint


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """One question of a new survey; `kind` is one of `Question.Kind`."""

    key: str
    kind: str
    text: str
    hint: str = ""
    required: bool = False
    touchpoint_id: int | None = None
    hand_off_id: int | None = None


@transaction.atomic
def create_survey(
    *,
    organisation: Organisation,
    title: str,
    introduction: str = "",
    thanks: str = "",
    questions: Sequence[QuestionSpec] = (),
) -> Survey:
    """Make a survey with its questions, in their order."""
    keys = [spec.key for spec in questions]
    if len(set(keys)) < len(keys):
        raise FeedbackError("Two questions have the same key: each needs its own.")
    _check(organisation, questions)
    survey = Survey.objects.create(
        organisation=organisation, title=title, introduction=introduction, thanks=thanks
    )
    Question.objects.bulk_create(
        _question(survey, spec, position) for position, spec in enumerate(questions)
    )
    return survey


@transaction.atomic
def describe_survey(*, survey: Survey, title: str, introduction: str, thanks: str) -> Survey:
    """Change a survey's own words; the survey that has them afterwards is returned."""
    changing = _editable(survey)
    changing.title, changing.introduction, changing.thanks = title, introduction, thanks
    changing.save(update_fields=["title", "introduction", "thanks"])
    return changing


@transaction.atomic
def add_question(*, survey: Survey, spec: QuestionSpec) -> Survey:
    """Add a question at the end; an empty key is made from its text."""
    _check(survey.organisation, [spec])
    changing = _editable(survey)
    taken = set(changing.questions.values_list("key", flat=True))
    question = _question(changing, spec, len(taken))
    if not spec.key:
        question.key = _free_key(spec.text, taken)
    elif spec.key in taken:
        raise FeedbackError("There is already a question with that key.")
    question.save()
    return changing


@transaction.atomic
def change_question(*, survey: Survey, key: str, spec: QuestionSpec) -> Survey:
    """Change the question with this key; the key stays, so that its trend does."""
    _check(survey.organisation, [spec])
    changing = _editable(survey)
    question = _find(changing, key)
    if question.kind != spec.kind and survey != changing:
        raise FeedbackError(
            "This question has been asked already: its kind cannot change, since its answers "
            "could no longer be compared. Add a new question instead."
        )
    question.kind, question.text, question.hint = spec.kind, spec.text, spec.hint
    question.required = spec.required
    question.touchpoint_id, question.hand_off_id = spec.touchpoint_id, spec.hand_off_id
    question.save()
    return changing


@transaction.atomic
def remove_question(*, survey: Survey, key: str) -> Survey:
    changing = _editable(survey)
    _find(changing, key).delete()
    return changing


@transaction.atomic
def move_question(*, survey: Survey, key: str, by: int) -> Survey:
    """Move a question up (negative) or down; at either end it stays where it is."""
    changing = _editable(survey)
    questions = list(changing.questions.all())
    moved = next((found for found in questions if found.key == key), None)
    if moved is None:
        raise FeedbackError("That question is no longer in this survey.")
    place = questions.index(moved)
    questions.insert(max(0, place + by), questions.pop(place))
    for position, question in enumerate(questions):
        question.position = position
    Question.objects.bulk_update(questions, ["position"])
    return changing


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
        version=locked.version + 1,
        previous=locked,
    )
    for question in questions:
        question.pk, question.survey = None, copy
        question._state.adding = True
    Question.objects.bulk_create(questions)
    return copy


def _find(survey: Survey, key: str) -> Question:
    question = survey.questions.filter(key=key).first()
    if question is None:
        raise FeedbackError("That question is no longer in this survey.")
    return question


def _question(survey: Survey, spec: QuestionSpec, position: int) -> Question:
    return Question(
        organisation_id=survey.organisation_id,
        survey=survey,
        key=spec.key,
        kind=spec.kind,
        text=spec.text,
        hint=spec.hint,
        required=spec.required,
        position=position,
        touchpoint_id=spec.touchpoint_id,
        hand_off_id=spec.hand_off_id,
    )


def _check(organisation: Organisation, specs: Sequence[QuestionSpec]) -> None:
    for spec in specs:
        if spec.kind not in Question.Kind.values:
            raise FeedbackError(f"There is no question of the kind “{spec.kind}”.")
        if spec.kind in Question.CHOOSING_KINDS and (spec.touchpoint_id or spec.hand_off_id):
            raise FeedbackError("Only a question that is answered on a scale rates a touchpoint.")
    touchpoints = {spec.touchpoint_id for spec in specs if spec.touchpoint_id is not None}
    known = Touchpoint.objects.filter(pk__in=touchpoints, organisation=organisation)
    if known.count() < len(touchpoints):
        raise FeedbackError("That touchpoint is not on this organisation's map.")
    hand_offs = {spec.hand_off_id for spec in specs if spec.hand_off_id is not None}
    known_hand_offs = HandOff.objects.filter(pk__in=hand_offs, organisation=organisation)
    if known_hand_offs.count() < len(hand_offs):
        raise FeedbackError("That hand-off is not on this organisation's map.")


def _free_key(text: str, taken: set[str]) -> str:
    stem = slugify(text)[:50].strip("-") or "question"
    key, number = stem, 1
    while key in taken or key == Question.SIGNATURE:
        number += 1
        key = f"{stem}-{number}"
    return key
