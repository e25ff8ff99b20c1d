"""Which ratings go together: sums over pairs of a named round's questions, for the heatmap.

What customers' ratings have to do with whether they would recommend the organisation says how much
each touchpoint matters. The sums name nobody and are taken once, when a round closes, so that no
page ever reads answers for them. Confidential rounds hand over none: nobody agreed to that.
"""

import numpy as np
from django.db import connection

from feedback.models import Question, Round
from touchpoints.importance import pair_sums
from touchpoints.moments import CUT_POINTS, MOMENTS
from touchpoints.services import add_pairs

# More people would not make the correlations any surer than the heatmap shows them.
_MOST_PEOPLE = 20_000
# What is asked of the whole may be any of these; the first that a survey has counts.
_OUTCOMES = (Question.Kind.RECOMMEND, Question.Kind.SATISFACTION, Question.Kind.EXPECTED)


def hand_over_pairs(*, round: Round) -> None:
    """Hand over the sums of a closed named round among customers that asks of the whole and of two
    touchpoints at least; a larger one by an even sample of its answers."""
    if round.confidential or round.audience != Round.Audience.EXTERNAL:
        return
    questions = list(round.survey.questions.all())
    rating = [one for one in questions if one.touchpoint_id and _is_rating(one)]
    of_the_whole = [one for kind in _OUTCOMES for one in questions if _asks(one, kind)]
    by_touchpoint: dict[int | None, Question] = {}
    for one in rating:
        by_touchpoint.setdefault(one.touchpoint_id, one)
    # A corrected import may no longer ask what it asked.
    if not of_the_whole or len(by_touchpoint) < 2:
        by_touchpoint = {}
    asked = [of_the_whole[0], *by_touchpoint.values()] if by_touchpoint else []
    add_pairs(
        organisation=round.organisation,
        source=f"round-{round.pk}",
        period=round.period,
        touchpoints=[pk for pk in by_touchpoint if pk is not None],
        sums=pair_sums(_answers(round, asked)),
    )


def _is_rating(question: Question) -> bool:
    return question.scale == "moment-3" or question.scale in CUT_POINTS


def _asks(question: Question, kind: str) -> bool:
    return question.kind == kind and question.touchpoint_id is None and question.hand_off_id is None


def _answers(round: Round, questions: list[Question]) -> np.ndarray:
    """Shape (people, questions), from 0 to 1 on each scale, NaN where there is no answer."""
    if not questions:
        return np.zeros((0, 0))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH handed_in AS (
                SELECT id, answers, count(*) OVER () AS people FROM feedback_response
                WHERE round_id = %s AND submitted_at IS NOT NULL
            )
            SELECT ARRAY(SELECT answers ->> key FROM unnest(%s::text[]) WITH ORDINALITY
                         AS asked (key, place) ORDER BY place)
            FROM handed_in
            WHERE (hashtext(id::text) & 2147483647) %% ceil(people::numeric / %s)::bigint = 0
            """,
            [round.pk, [question.key for question in questions], _MOST_PEOPLE],
        )
        rows = [answers for (answers,) in cursor.fetchall()]
    columns = [_share(question) for question in questions]
    found = [
        [share.get(value, np.nan) for share, value in zip(columns, row, strict=True)]
        for row in rows
    ]
    return np.array(found, dtype=np.float64).reshape(-1, len(questions))


def _share(question: Question) -> dict[str | None, float]:
    """Where on its scale each answer lies, by the answer as text."""
    if question.scale == "moment-3":
        return {name: at / 2 for at, name in enumerate(MOMENTS)}
    lowest, *_, highest = CUT_POINTS[question.scale]
    return {
        str(value): (value - lowest) / (highest - lowest) for value in range(lowest, highest + 1)
    }
