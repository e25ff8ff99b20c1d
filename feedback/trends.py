"""The rounds of a survey through all its versions, and how each question's figures went on."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from feedback import comparing
from feedback.comparing import Compared, Told
from feedback.figures import labels_of
from feedback.measures import NET, SHARE, Measure
from feedback.models import Question, Round, Survey
from feedback.slices import Groups, Part, slices_of
from programme.models import Organisation

# So many rounds side by side, the newest.
MOST_ROUNDS = 12
_WIDTH, _HEIGHT = 240, 60


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one round, and where it stands in the drawing."""

    round: Round
    told: Told | None
    x: float = 0
    y: float = 0
    low: float = 0
    high: float = 0


@dataclass(frozen=True, slots=True)
class Course:
    """One figure through the rounds, oldest first; `latest` compares the last two rounds in which
    it may be shown."""

    points: tuple[Point, ...]
    latest: Compared | None

    @property
    def shown(self) -> list[Point]:
        return [point for point in self.points if point.told is not None]

    @property
    def line(self) -> str:
        """For the drawing, from each figure to the next."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.shown)


@dataclass(frozen=True, slots=True)
class Trend(Course):
    """One figure of a question."""

    question: Question
    label: str


def family(survey: Survey) -> list[int]:
    """The keys of all versions of a survey, earlier and later; one SQL query."""
    links = list(
        Survey.objects.filter(organisation=survey.organisation_id)
        .exclude(previous=None)
        .values_list("pk", "previous_id")
    )
    found = {survey.pk}
    while more := {pk for link in links for pk in link if found & set(link)} - found:
        found |= more
    return sorted(found)


def versions_of(survey: Survey) -> QuerySet[Survey]:
    """A survey in all its versions, the newest first."""
    return Survey.objects.filter(pk__in=family(survey)).order_by("-version", "-pk")


def family_rounds(survey: Survey, audience: str = "", *, figures: bool = True) -> list[Round]:
    """The closed rounds of all versions, the oldest first, at most the newest `MOST_ROUNDS`;
    without `figures` what each of them stored is read only when it is asked for."""
    rounds = Round.objects.filter(
        survey__in=family(survey), results__isnull=False, answers_apart=False
    )
    if audience:
        rounds = rounds.filter(audience=audience)
    if not figures:
        rounds = rounds.defer("results")
    newest = rounds.select_related("period", "survey").order_by("-closed_at", "-pk")
    return list(newest[:MOST_ROUNDS])[::-1]


def trends(
    organisation: Organisation, rounds: Sequence[Round], groups: Groups, group: int | None = None
) -> list[Trend]:
    """How every question that a round asked went on, of everyone or of one group; one SQL query.
    A question is told as its newest version asks it, and never goes on as another kind."""
    asked: dict[str, Question] = {}
    by_survey: dict[int, set[tuple[str, str]]] = {}
    order = {found.survey_id: place for place, found in enumerate(rounds)}
    questions = Question.objects.filter(organisation=organisation, survey__in=order)
    for question in sorted(questions, key=lambda one: (-order[one.survey_id], one.position)):
        if not question.is_text:
            asked.setdefault(question.key, question)
            by_survey.setdefault(question.survey_id, set()).add((question.key, question.kind))
    parts = []
    for found in rounds:
        slices = slices_of(found, groups)
        if group is None:
            parts.append(slices.whole())
        else:
            parts.append(slices.part(group) if group in slices.inside else {})
    kinds = [by_survey.get(found.survey_id, set()) for found in rounds]
    latest = _latest(list(asked.values()), parts, kinds)
    found_trends = []
    for key, question in asked.items():
        for measure in comparing.measures_for(question):
            told = [
                comparing.tell(measure, question.kind, part.get(key))
                if (key, question.kind) in had
                else None
                for part, had in zip(parts, kinds, strict=True)
            ]
            if any(told):
                found_trends.append(
                    Trend(
                        _placed(measure, question, rounds, told),
                        latest.get((key, measure)),
                        question,
                        comparing.label_for(measure, question),
                    )
                )
    return found_trends


def _latest(
    questions: Sequence[Question], parts: Sequence[Part], kinds: Sequence[set[tuple[str, str]]]
) -> dict[tuple[str, Measure], Compared]:
    """The last two rounds that a question can be told of, compared; false discoveries are
    controlled over all of them."""
    first, second = {}, {}
    for question in questions:
        name = (question.key, question.kind)
        told = [
            part[question.key]
            for part, had in zip(parts, kinds, strict=True)
            if name in had and part.get(question.key) is not None
        ]
        if len(told) > 1:
            first[question.key], second[question.key] = told[-2:]
    asked_twice = [question for question in questions if question.key in first]
    compared = comparing.compare(asked_twice, first, second)
    return {
        (question.key, one.measure): one
        for question in asked_twice
        for one in compared[question.key]
    }


def _placed(
    measure: Measure, question: Question, rounds: Sequence[Round], told: Sequence[Told | None]
) -> tuple[Point, ...]:
    """On the whole scale from bottom to top."""
    if measure.what == NET:
        bottom, top = -100.0, 100.0
    elif measure.what == SHARE:
        bottom, top = 0.0, 100.0
    else:
        values = [int(value) for value, _ in labels_of(question)]
        bottom, top = float(min(values)), float(max(values))
    return placed(rounds, told, bottom, top)


def placed(
    rounds: Sequence[Round], told: Sequence[Told | None], bottom: float, top: float
) -> tuple[Point, ...]:
    """Evenly spaced from left to right, between those two values from bottom to top."""

    def up(value: float) -> float:
        return _HEIGHT - 4 - (value - bottom) / (top - bottom) * (_HEIGHT - 8)

    step = (_WIDTH - 12) / max(1, len(rounds) - 1)
    points = []
    for place, (found, one) in enumerate(zip(rounds, told, strict=True)):
        if one is None:
            points.append(Point(found, None))
            continue
        low, high = (one.value if end is None else end for end in (one.low, one.high))
        points.append(Point(found, one, 6 + place * step, up(one.value), up(low), up(high)))
    return tuple(points)
