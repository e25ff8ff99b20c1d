"""Closing a round: count, seal where it was confidential, hand over the ratings."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from feedback import counting, email_keys, kinds, queries
from feedback.models import Comment, Invitation, Question, Round
from feedback.services import sealing
from feedback.services.errors import FeedbackError
from feedback.services.hand_off_votes import hand_over_hand_offs
from feedback.services.letting_go import settle
from feedback.services.loyalty import forget_loyalty
from feedback.services.moments import set_moments
from feedback.services.together import hand_over_pairs
from outbox.services import cancel_emails, delete_emails
from programme.models import Period
from touchpoints.models import Voice
from touchpoints.moments import moment_of
from touchpoints.services import Tally, add_ratings

logger = logging.getLogger(__name__)


@transaction.atomic
def close_round(*, round: Round) -> Round:
    """Take no more answers, count those submitted into `Round.results`, and hand the ratings to
    the heatmap. A confidential round is sealed in the same transaction. Closing a closed round
    changes nothing.

    `Round.results` is {"invited": n, "opened": n, "answered": n, "questions": {key: {"n": n,
    "counts": {value: n}, "groups": ..}}}; "by_link" is how many of the answers came by links for
    places, and "groups" are the same counts by team or segment (see `feedback.counting`). Texts
    have no counts; where several options may be chosen, n is how many chose any; a ranking's
    values are an option's key, a colon and its place. A confidential round's holds only what may be
    seen (see `feedback.services.sealing`).
    """
    closed = Round.objects.select_for_update().get(pk=round.pk)
    if closed.state == Round.State.DRAFT:
        raise FeedbackError("This round has not been sent yet, so there is nothing to close.")
    if closed.state == Round.State.CLOSED:
        return closed
    # Two rounds of one period hand over one after the other, so that each sees the other's votes.
    Period.objects.select_for_update().get(pk=closed.period_id)
    closed.results = sealing.results(closed) if closed.confidential else _results(closed)
    closed.state = Round.State.CLOSED
    closed.closed_at = timezone.now()
    # Closing stops what is left of the opening.
    closed.opening = False
    closed.counted = closed.counted_at = closed.count_due_at = None
    closed.save(
        update_fields=[
            *("results", "state", "closed_at", "opening"),
            *("counted", "counted_at", "count_due_at"),
        ]
    )
    # A closed quarter's heatmap no longer changes; the round keeps its own results.
    counts = closed.period.closed_at is None
    if closed.paused_at is not None:
        closed.paused_at = None
        closed.save(update_fields=["paused_at"])
    cancel_emails(
        email_keys.of_round(closed.pk), reason="The round closed before it could be sent."
    )
    if closed.confidential:
        # Who was reminded had not answered.
        delete_emails(email_keys.of_round(closed.pk), part=":reminder:")
        if counts:
            _hand_over(closed, sealing.votes(closed))
            hand_over_hand_offs(closed)
        sealing.seal(closed)
    else:
        Comment.objects.filter(round=closed, response__submitted_at__isnull=False).update(
            released_at=closed.closed_at
        )
        set_moments(round_id=closed.pk)
        if counts:
            _hand_over_named(closed)
            hand_over_hand_offs(closed)
            hand_over_pairs(round=closed)
    settle(rounds=[closed])
    forget_loyalty(organisation_id=closed.organisation_id)
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
    """What a named round counted."""
    invitations = Invitation.objects.filter(round=closed)
    submitted = queries.submitted(round=closed)
    return {
        "invited": invitations.count(),
        "opened": invitations.filter(seen_at__isnull=False).count(),
        "answered": submitted.count(),
        "by_link": submitted.filter(open_link__isnull=False).count(),
        "questions": counting.named_results(round=closed),
    }


# Handing the ratings over


def _hand_over_named(closed: Round) -> None:
    """One vote for each person, touchpoint and period: the latest counts. A later round may have
    superseded votes of an earlier one, so all named rounds of the period are handed over anew."""
    votes: dict[int, list[sealing.Vote]] = {closed.pk: []}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH votes AS (
                SELECT DISTINCT ON (coalesce(i.person_id::text, r.id::text), q.touchpoint_id)
                       d.id AS round_id, q.touchpoint_id, r.segment_id, r.team_id, q.kind,
                       r.answers ->> q.key AS value
                FROM feedback_round d
                JOIN feedback_question q
                  ON q.survey_id = d.survey_id AND q.touchpoint_id IS NOT NULL
                 AND q.kind = ANY(%(rating)s)
                JOIN feedback_response r
                  ON r.round_id = d.id AND r.submitted_at IS NOT NULL AND r.answers ? q.key
                LEFT JOIN feedback_invitation i ON i.id = r.invitation_id
                WHERE d.organisation_id = %(organisation)s AND d.period_id = %(period)s
                  AND d.audience = %(audience)s AND d.state = 'closed' AND NOT d.confidential
                  AND d.imported_from = ''
                ORDER BY coalesce(i.person_id::text, r.id::text), q.touchpoint_id,
                         r.submitted_at DESC, d.id DESC, q.position
            )
            SELECT round_id, touchpoint_id, segment_id, team_id, kind, value, count(*)
            FROM votes GROUP BY 1, 2, 3, 4, 5, 6
            """,
            {
                "rating": list(kinds.RATING),
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
        thinned_at=None,
    ).select_related("organisation", "period")
    for sibling in siblings:
        _hand_over(sibling, votes.get(sibling.pk, []))


def _hand_over(closed: Round, votes: Iterable[sealing.Vote]) -> None:
    add_ratings(
        organisation=closed.organisation,
        source=f"round-{closed.pk}",
        period=closed.period,
        voice=_voice(closed),
        tallies=_tallies(closed, votes),
    )


def _tallies(closed: Round, votes: Iterable[sealing.Vote]) -> list[Tally]:
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
