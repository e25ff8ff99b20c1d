"""One question of a survey as it is asked for: what it may be, and the question made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.text import slugify

from feedback import kinds
from feedback.kinds import Condition
from feedback.models import Question, Survey
from feedback.services.errors import FeedbackError
from programme.models import Organisation
from touchpoints.models import HandOff, Touchpoint

# What may name a touchpoint or a hand-off: ratings of it, and words about it.
_ABOUT = (*kinds.RATING, *kinds.TEXTS)


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


def build_question(survey: Survey, spec: QuestionSpec, position: int) -> Question:
    """The question, not yet stored."""
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
        own = key or free_key(text, taken, otherwise="option")
        taken.add(own)
        made.append({"key": own, "text": text})
    return made


def check_specs(organisation: Organisation, specs: Sequence[QuestionSpec]) -> None:
    """Refuse what cannot be asked, or is about what is not on the organisation's map."""
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


def check_conditions(questions: Sequence[Question]) -> None:
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


def free_key(text: str, taken: set[str], otherwise: str = "question") -> str:
    """A key made of the text that none of those taken is."""
    stem = slugify(text)[:50].strip("-") or otherwise
    key, number = stem, 1
    while key in taken or key == Question.SIGNATURE:
        number += 1
        key = f"{stem}-{number}"
    return key
