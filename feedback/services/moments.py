"""The moment that the writer of a comment gave where the comment is about."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from feedback import kinds
from touchpoints.moments import moment_of

# What was answered at the comment's touchpoint, else whether they would recommend us. Comments of
# confidential rounds have no answers beside them, so they have no moment.
_SCALES = {kinds.MOMENT: "moment-3"}
_SET = """
    UPDATE feedback_comment c SET moment = coalesce(found.moment, '')
    FROM feedback_comment one
    LEFT JOIN LATERAL (
        SELECT meant.moment
        FROM feedback_round d
        JOIN feedback_response r ON r.id = one.response_id
        JOIN feedback_question q ON q.survey_id = d.survey_id AND (
            q.touchpoint_id = one.touchpoint_id
            OR (q.touchpoint_id IS NULL AND q.kind = %(recommend)s)
        )
        JOIN unnest(%(kinds)s::text[], %(values)s::text[], %(moments)s::text[])
          AS meant(kind, value, moment)
          ON meant.kind = q.kind AND meant.value = r.answers ->> q.key
        WHERE d.id = one.round_id AND NOT d.confidential
        ORDER BY q.touchpoint_id IS NULL, q.position
        LIMIT 1
    ) found ON true
    WHERE c.id = one.id AND {which} AND c.moment <> coalesce(found.moment, '')
"""


def set_moments(*, round_id: int) -> None:
    """For all comments of a round."""
    _set("one.round_id = %(of)s", round_id)


def set_moments_of(*, comments: Sequence[UUID]) -> None:
    """For these comments, by their keys."""
    _set("one.id = ANY(%(of)s)", list(comments))


def _set(which: str, of: int | list[UUID]) -> None:
    meant = [
        (kind, str(value), moment_of(_SCALES.get(kind, kind), value))
        for kind in kinds.RATING
        for value in kinds.VALUES[kind]
    ]
    names, values, moments = (list(column) for column in zip(*meant, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _SET.format(which=which),
            {
                "of": of,
                "recommend": kinds.RECOMMEND,
                "kinds": names,
                "values": values,
                "moments": moments,
            },
        )
