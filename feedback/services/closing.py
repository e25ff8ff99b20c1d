"""Closing a round: count, seal where it was confidential, hand over the ratings."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from feedback import queries
from feedback.models import Comment, Invitation, Question, Round
from feedback.services.errors import FeedbackError
from feedback.services.rounds import asked
from programme.models import Period
from touchpoints.models import Voice
from touchpoints.moments import moment_of
from touchpoints.services import Tally, add_ratings

logger = logging.getLogger(__name__)

# One rated answer, or many alike: touchpoint, segment, team, scale, value, how many.
type Vote = tuple[int, int | None, int | None, str, str, int]


@transaction.atomic
def close_round(*, round: Round) -> Round:
    """Take no more answers, count those submitted into `Round.results`, and hand the ratings to
    the heatmap. A confidential round is sealed in the same transaction. Closing a closed round
    changes nothing.

    `Round.results` is {"invited": n, "opened": n, "answered": n, "questions": {key: {"n": n,
    "counts": {value: n}}}}; texts have no counts. In a confidential round with fewer than
    `FIGURES_FROM` answers, "opened" and "answered" are None and there are no questions; a
    question with fewer, or with one answer from everyone, is left out.
    """
    closed = Round.objects.select_for_update().get(pk=round.pk)
    if closed.state == Round.State.DRAFT:
        raise FeedbackError("This round has not been sent yet, so there is nothing to close.")
    if closed.state == Round.State.CLOSED:
        return closed
    # Two rounds of one period hand over one after the other, so that each sees the other's votes.
    Period.objects.select_for_update().get(pk=closed.period_id)
    closed.results = _results(closed)
    closed.state = Round.State.CLOSED
    closed.closed_at = timezone.now()
    # Closing stops what is left of the opening.
    closed.opening = False
    closed.save(update_fields=["results", "state", "closed_at", "opening"])
    # A closed quarter's heatmap no longer changes; the round keeps its own results.
    counts = closed.period.closed_at is None
    if closed.confidential:
        if counts:
            _hand_over_confidential(closed)
        _seal(closed)
    else:
        Comment.objects.filter(round=closed, response__submitted_at__isnull=False).update(
            released_at=closed.closed_at
        )
        if counts:
            _hand_over_named(closed)
    return closed


def close_due_rounds() -> int:
    """Close every round whose last moment has passed; one that fails does not hold up others."""
    due = Round.objects.filter(state=Round.State.OPEN, closes_at__lte=timezone.now())
    closed = 0
    for found in due:
        try:
            close_round(round=found)
            closed += 1
        except Exception:
            logger.exception("Round %s could not be closed; the next sweep tries again.", found.pk)
    return closed


def _results(closed: Round) -> dict[str, Any]:
    invitations = Invitation.objects.filter(round=closed)
    answered = queries.submitted(round=closed).count()
    results: dict[str, Any] = {
        "invited": invitations.count(),
        "opened": invitations.filter(seen_at__isnull=False).count(),
        "answered": answered,
        "questions": {},
    }
    if closed.confidential and answered < queries.FIGURES_FROM:
        return {**results, "opened": None, "answered": None}
    questions = [found for found in closed.survey.questions.all() if asked(closed, found.key)]
    scales = [found.key for found in questions if not found.is_text]
    counts = queries.answer_counts(round=closed, keys=scales)
    texts = queries.text_counts(
        round=closed, keys=[found.key for found in questions if found.is_text]
    )
    for question in questions:
        by_value = counts.get(question.key, {})
        n = texts.get(question.key, 0) if question.is_text else sum(by_value.values())
        needed = queries.COMMENTS_FROM if question.is_text else queries.FIGURES_FROM
        if closed.confidential and (
            (answered < needed if question.is_text else n < needed) or len(by_value) == 1
        ):
            continue
        results["questions"][question.key] = {"n": n, "counts": by_value}
    return results


# Handing the ratings over


def _hand_over_named(closed: Round) -> None:
    """One vote for each person, touchpoint and period: the latest counts. A later round may have
    superseded votes of an earlier one, so all named rounds of the period are handed over anew."""
    votes: dict[int, list[Vote]] = {closed.pk: []}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH votes AS (
                SELECT DISTINCT ON (i.person_id, q.touchpoint_id)
                       d.id AS round_id, q.touchpoint_id, r.segment_id, r.team_id, q.kind,
                       r.answers ->> q.key AS value
                FROM feedback_round d
                JOIN feedback_question q
                  ON q.survey_id = d.survey_id AND q.touchpoint_id IS NOT NULL
                 AND NOT q.kind = ANY(%(texts)s)
                JOIN feedback_response r
                  ON r.round_id = d.id AND r.submitted_at IS NOT NULL AND r.answers ? q.key
                JOIN feedback_invitation i ON i.id = r.invitation_id
                WHERE d.organisation_id = %(organisation)s AND d.period_id = %(period)s
                  AND d.audience = %(audience)s AND d.state = 'closed' AND NOT d.confidential
                ORDER BY i.person_id, q.touchpoint_id, r.submitted_at DESC, d.id DESC, q.position
            )
            SELECT round_id, touchpoint_id, segment_id, team_id, kind, value, count(*)
            FROM votes GROUP BY 1, 2, 3, 4, 5, 6
            """,
            {
                "texts": list(Question.TEXT_KINDS),
                "organisation": closed.organisation_id,
                "period": closed.period_id,
                "audience": closed.audience,
            },
        )
        for round_id, *vote in cursor.fetchall():
            votes.setdefault(round_id, []).append(tuple(vote))
    # Those that lost their last vote to a later round are handed over too, empty.
    siblings = Round.objects.filter(
        organisation=closed.organisation_id,
        period=closed.period_id,
        audience=closed.audience,
        state=Round.State.CLOSED,
        confidential=False,
        imported_from="",
    )
    for sibling in siblings:
        add_ratings(
            organisation=closed.organisation,
            source=f"round-{sibling.pk}",
            period=closed.period,
            voice=_voice(closed),
            tallies=_tallies(closed, votes.get(sibling.pk, [])),
        )


def _hand_over_confidential(closed: Round) -> None:
    """Hand over what may be seen: touchpoints with enough answers that are not all the same, told
    apart by team or segment only where each of them has enough, so that no difference of two
    visible figures is about fewer."""
    published = queries.stored_results(closed)["questions"]
    by_touchpoint: dict[int, list[Vote]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT q.touchpoint_id, r.segment_id, r.team_id, q.kind, r.answers ->> q.key, count(*)
            FROM feedback_question q
            JOIN feedback_response r
              ON r.round_id = %s AND r.submitted_at IS NOT NULL AND r.answers ? q.key
            WHERE q.survey_id = %s AND q.touchpoint_id IS NOT NULL AND q.key = ANY(%s)
              AND NOT q.kind = ANY(%s)
            GROUP BY 1, 2, 3, 4, 5
            """,
            [closed.pk, closed.survey_id, list(published), list(Question.TEXT_KINDS)],
        )
        for vote in cursor.fetchall():
            by_touchpoint[vote[0]].append(tuple(vote))
    votes: list[Vote] = []
    for found in by_touchpoint.values():
        slices: dict[tuple[int | None, int | None], set[str]] = defaultdict(set)
        sizes: dict[tuple[int | None, int | None], int] = defaultdict(int)
        for _, segment, team, _, value, n in found:
            slices[segment, team].add(value)
            sizes[segment, team] += n
        tell_apart = all(n >= queries.FIGURES_FROM for n in sizes.values()) and all(
            len(values) > 1 for values in slices.values()
        )
        votes += found if tell_apart else [(v[0], None, None, *v[3:]) for v in found]
    add_ratings(
        organisation=closed.organisation,
        source=f"round-{closed.pk}",
        period=closed.period,
        voice=_voice(closed),
        tallies=_tallies(closed, votes),
    )


def _tallies(closed: Round, votes: Iterable[Vote]) -> list[Tally]:
    """Votes summed by touchpoint, slice and scale; staff by team, customers by segment."""
    counts: dict[tuple[int, int | None, int | None, str], dict[str, int]] = {}
    internal = closed.audience == Round.Audience.INTERNAL
    for touchpoint, segment, team, kind, value, n in votes:
        scale = "moment-3" if kind == Question.Kind.MOMENT else kind
        moment = moment_of(scale, value if kind == Question.Kind.MOMENT else int(value))
        of = (touchpoint, None if internal else segment, team if internal else None, scale)
        counts.setdefault(of, {"misery": 0, "mediocrity": 0, "magic": 0})[moment] += n
    return [
        Tally(
            touchpoint_id=touchpoint,
            segment_id=segment,
            team_id=team,
            scale=scale,
            misery=found["misery"],
            mediocrity=found["mediocrity"],
            magic=found["magic"],
        )
        for (touchpoint, segment, team, scale), found in counts.items()
    ]


def _voice(closed: Round) -> str:
    return Voice.STAFF if closed.audience == Round.Audience.INTERNAL else Voice.CUSTOMER


# Sealing


def _seal(closed: Round) -> None:
    """Write everything anew in random order, so that nothing leads from an answer to a person:
    no link, no address, no times, no row order and no transaction of its own.

    What may never be shown (answers of a round with too few of them, comments of one with too few
    for comments, and what was begun but not handed in) is not kept.
    """
    answered = queries.stored_results(closed)["answered"] or 0
    values: dict[str, Any] = {
        "round": closed.pk,
        "survey": closed.survey_id,
        "now": closed.closed_at,
    }
    values["texts"] = list(
        closed.survey.questions.filter(kind__in=Question.TEXT_KINDS).values_list("key", flat=True)
    )
    values["signature"] = Question.SIGNATURE
    with connection.cursor() as cursor:
        if answered >= queries.COMMENTS_FROM:
            cursor.execute(
                """
                INSERT INTO feedback_comment (id, organisation_id, round_id, question_id,
                    touchpoint_id, text, released_at)
                SELECT gen_random_uuid(), r.organisation_id, r.round_id, q.id, q.touchpoint_id,
                       r.answers ->> q.key, %(now)s
                FROM feedback_response r
                JOIN feedback_question q
                  ON q.survey_id = %(survey)s AND q.key = ANY(%(texts)s)
                 AND q.key <> %(signature)s AND r.answers ? q.key
                WHERE r.round_id = %(round)s AND r.submitted_at IS NOT NULL
                ORDER BY gen_random_uuid()
                """,
                values,
            )
        cursor.execute(
            """
            WITH inbox AS (DELETE FROM feedback_response WHERE round_id = %(round)s RETURNING *)
            INSERT INTO feedback_response (id, organisation_id, round_id, answers, version)
            SELECT gen_random_uuid(), organisation_id, round_id, answers - %(texts)s::text[], 0
            FROM inbox WHERE submitted_at IS NOT NULL AND %(publish)s
            ORDER BY gen_random_uuid()
            """,
            {**values, "publish": answered >= queries.FIGURES_FROM},
        )
        cursor.execute(
            """
            WITH used AS (DELETE FROM feedback_invitation WHERE round_id = %(round)s RETURNING *)
            INSERT INTO feedback_invitation (organisation_id, round_id, person_id, token_hash,
                team_id, segment_id, created_at)
            SELECT organisation_id, round_id, person_id, token_hash, team_id, segment_id, created_at
            FROM used ORDER BY gen_random_uuid()
            """,
            values,
        )
