"""The same question asked of staff and of customers in one quarter, side by side."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from feedback import comparing, kinds, measures
from feedback.comparing import Compared
from feedback.models import Question, Round
from feedback.queries import stored_results
from feedback.slices import Answered, Part
from programme.models import Organisation, Period
from touchpoints.moments import blind_spots, classify, shells


@dataclass(frozen=True, slots=True)
class Pair:
    """What staff say is `compared.first`, what customers say `compared.second`. `inside` and
    `outside` are the question as each was asked. A blind spot: staff find it a class better than
    customers do. A shell: customers find it good, and the staff behind it do not."""

    inside: Question
    outside: Question
    compared: Compared
    blind_spot: bool = False
    shell: bool = False


def periods_asked(organisation: Organisation) -> list[Period]:
    """The quarters in which both staff and customers have answered a round, the newest first."""
    asked = _closed(organisation).order_by("-period__year", "-period__number")
    both: dict[Period, set[str]] = {}
    for found in asked.select_related("period").defer("results"):
        both.setdefault(found.period, set()).add(found.audience)
    return [period for period, audiences in both.items() if len(audiences) > 1]


def inside_outside(organisation: Organisation, period: Period) -> list[Pair]:
    """Every question of the quarter that both were asked about: of the same kind and about the
    same touchpoint, or with the same key; two SQL queries. What several rounds of a quarter
    counted is added up."""
    rounds = list(_closed(organisation).filter(period=period).order_by("closed_at", "pk"))
    by_survey: dict[int, list[Question]] = {}
    surveys = [found.survey_id for found in rounds]
    for question in Question.objects.filter(organisation=organisation, survey__in=surveys):
        by_survey.setdefault(question.survey_id, []).append(question)
    asked: dict[str, dict[tuple[str, str], Question]] = {one: {} for one in Round.Audience.values}
    counted: dict[str, dict[tuple[str, str], Answered]] = {one: {} for one in Round.Audience.values}
    for found in rounds:
        stored = stored_results(found)["questions"]
        for question in by_survey.get(found.survey_id, []):
            told = stored.get(question.key, {})
            if question.is_text or not told.get("counts"):
                continue
            about = (question.kind, str(question.touchpoint_id or question.key))
            n, counts = counted[found.audience].get(about, (0, {}))
            asked[found.audience][about] = question
            counted[found.audience][about] = (
                n + told["n"],
                Counter(counts) + Counter(told["counts"]),
            )
    inside, outside = (asked[one] for one in (Round.Audience.INTERNAL, Round.Audience.EXTERNAL))
    both = [about for about in outside if about in inside]
    return _pairs(
        [(inside[about], outside[about]) for about in both],
        *(
            {outside[about].key: counted[one][about] for about in both}
            for one in (Round.Audience.INTERNAL, Round.Audience.EXTERNAL)
        ),
    )


def _closed(organisation: Organisation) -> QuerySet[Round]:
    return Round.objects.filter(
        organisation=organisation, results__isnull=False, answers_apart=False
    )


def _pairs(asked: list[tuple[Question, Question]], staff: Part, customers: Part) -> list[Pair]:
    compared = comparing.compare([outside for _, outside in asked], staff, customers)
    rated = [outside for _, outside in asked if outside.kind in kinds.RATING]
    blind, hollow = set[str](), set[str]()
    if rated:
        labels = [classify(_moments(rated, part)).label for part in (staff, customers)]
        blind = {one.key for one, it in zip(rated, blind_spots(*labels), strict=True) if it}
        hollow = {one.key for one, it in zip(rated, shells(*labels), strict=True) if it}
    return [
        Pair(inside, outside, line, outside.key in blind, outside.key in hollow)
        for inside, outside in asked
        for line in compared.get(outside.key, [])
    ]


def _moments(rated: Iterable[Question], part: Part) -> NDArray[np.int64]:
    """A row for each question: misery, mediocrity, magic."""
    told = ((question, part[question.key]) for question in rated)
    return np.array(
        [measures.moments_of(question.kind, found[1] if found else {}) for question, found in told]
    )
