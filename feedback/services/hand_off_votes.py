"""What a closed internal round says of hand-offs: the votes of the teams that receive."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from feedback import queries
from feedback.models import Question, Round
from programme.models import Team
from touchpoints.moments import moment_of
from touchpoints.services import LinkTally, add_hand_off_ratings

# Hand-off, team, kind of question, value, how many.
type _Vote = tuple[int, int | None, str, str, int]


def hand_over_hand_offs(closed: Round) -> None:
    """Hand its ratings of hand-offs to the delivery chain; of a round to customers, none.

    Of a named round only each person's latest vote on a hand-off counts in a quarter, so all named
    rounds of it are handed over anew. Of a confidential one only what was stored to be seen is
    (docs/decisions/0025), once.
    """
    if closed.audience != Round.Audience.INTERNAL:
        return
    parents = dict(
        Team.objects.filter(organisation=closed.organisation_id).values_list("pk", "parent_id")
    )
    if closed.confidential:
        _hand_over(closed, _published(closed), parents)
        return
    votes: dict[int, list[_Vote]] = defaultdict(list)
    for round_id, *vote in _latest(closed):
        votes[round_id].append(tuple(vote))
    siblings = Round.objects.filter(
        organisation=closed.organisation_id,
        period=closed.period_id,
        audience=closed.audience,
        state=Round.State.CLOSED,
        confidential=False,
        thinned_at=None,
        survey__questions__hand_off__isnull=False,
    )
    for sibling in siblings.select_related("organisation", "period").distinct():
        _hand_over(sibling, votes[sibling.pk], parents)


def _published(closed: Round) -> Iterable[_Vote]:
    stored = queries.stored_results(closed)["questions"]
    rated = {one.hand_off_id: one for one in closed.survey.questions.all() if one.hand_off_id}
    for hand_off, question in rated.items():
        for group, counts in stored.get(question.key, {}).get("groups", {}).items():
            for value, n in counts.items():
                yield hand_off, int(group) if group else None, question.kind, value, n


def _latest(closed: Round) -> list[tuple[Any, ...]]:
    """Of each person and hand-off in the quarter: the round, then a vote."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH votes AS (
                SELECT DISTINCT ON (i.person_id, q.hand_off_id)
                       d.id AS round_id, q.hand_off_id, r.team_id, q.kind,
                       r.answers ->> q.key AS value
                FROM feedback_round d
                JOIN feedback_question q
                  ON q.survey_id = d.survey_id AND q.hand_off_id IS NOT NULL
                 AND NOT q.kind = ANY(%(texts)s)
                JOIN feedback_response r
                  ON r.round_id = d.id AND r.submitted_at IS NOT NULL AND r.answers ? q.key
                JOIN feedback_invitation i ON i.id = r.invitation_id
                WHERE d.organisation_id = %(organisation)s AND d.period_id = %(period)s
                  AND d.audience = 'internal' AND d.state = 'closed' AND NOT d.confidential
                ORDER BY i.person_id, q.hand_off_id, r.submitted_at DESC, d.id DESC, q.position
            )
            SELECT round_id, hand_off_id, team_id, kind, value, count(*)
            FROM votes GROUP BY 1, 2, 3, 4, 5
            """,
            {
                "texts": list(Question.TEXT_KINDS),
                "organisation": closed.organisation_id,
                "period": closed.period_id,
            },
        )
        return list(cursor.fetchall())


def _hand_over(closed: Round, votes: Iterable[_Vote], parents: Mapping[int, int | None]) -> None:
    receivers = dict(
        closed.survey.questions.filter(hand_off__isnull=False).values_list(
            "hand_off_id", "hand_off__receiver_id"
        )
    )
    counts: dict[tuple[int, str], dict[str, int]] = {}
    for hand_off, team, kind, value, n in votes:
        if not _within(team, receivers[hand_off], parents):
            continue
        scale = "moment-3" if kind == Question.Kind.MOMENT else kind
        moment = moment_of(scale, value if kind == Question.Kind.MOMENT else int(value))
        found = counts.setdefault((hand_off, scale), {"misery": 0, "mediocrity": 0, "magic": 0})
        found[moment] += n
    add_hand_off_ratings(
        organisation=closed.organisation,
        source=f"round-{closed.pk}",
        period=closed.period,
        tallies=[LinkTally(link, scale, **found) for (link, scale), found in counts.items()],
    )


def _within(team: int | None, receiver: int, parents: Mapping[int, int | None]) -> bool:
    """Whether a team is the one that receives, or part of it."""
    while team is not None and team != receiver:
        team = parents.get(team)
    return team is not None
