"""Closing a confidential round: what may be seen of it is counted once, and the way back destroyed.

See docs/decisions/0009 for the seal and 0025 for what may be seen.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from feedback import counting, kinds, queries
from feedback.models import Invitation, Question, Round
from feedback.publishing import Counts, Group, Published, publish
from feedback.services.reviewing import hold_names
from feedback.services.rounds import asked
from feedback.spoken import base_of

# One rated answer, or many alike: touchpoint, segment, team, scale, value, how many.
type Vote = tuple[int, int | None, int | None, str, str, int]


def results(closed: Round) -> dict[str, Any]:
    """What may ever be seen of it, for `Round.results`.

    Fewer answers than the round's k: "opened" and "answered" are None, and there are no questions.
    "by_link" counts the answers that came by links for places, and is None where these or the
    others are too few to tell. A question that may be counted has "n", "counts" and "groups" ({team
    or segment: counts}, where "" stands for those in none of them); one that nearly everyone
    answered alike has "n" and "band" instead (the first and last of the commonest answers); any
    other is left out. A list of answers has no groups. A text has "n" as soon as comments may be
    shown.
    """
    invitations = Invitation.objects.filter(round=closed)
    answered = queries.submitted(round=closed).count()
    found: dict[str, Any] = {
        "invited": invitations.count(),
        "opened": None,
        "answered": None,
        "questions": {},
    }
    if answered < closed.figures_from:
        return found
    found["opened"] = invitations.filter(seen_at__isnull=False).count()
    found["answered"] = answered
    questions = [one for one in closed.survey.questions.all() if asked(closed, one.key)]
    by_link = queries.submitted(round=closed).filter(open_link__isnull=False).count()
    apart = all(not n or n >= closed.figures_from for n in (by_link, answered - by_link))
    found["by_link"] = by_link if apart else None
    counts = counting.counts_by_group(round=closed, questions=questions)
    internal = closed.audience == Round.Audience.INTERNAL
    parents = counting.parents_of(closed.organisation_id) if internal else {}
    for question in questions:
        if question.is_text or question.kind in kinds.LISTS:
            by_value = counting.summed(counts[question.key])
            n = by_value.pop("", 0)
        if question.is_text:
            if answered >= closed.comments_from:
                found["questions"][question.key] = {"n": n, "counts": {}}
            continue
        if question.kind in kinds.LISTS:
            if listed := options_told(question, n, by_value, least=closed.figures_from):
                found["questions"][question.key] = {"n": n, "counts": listed}
            continue
        values = [str(value) for value in kinds.values_of(question)]
        shown = publish(
            counting.tree(counts[question.key], values, parents),
            ordered=question.kind not in Question.CHOOSING_KINDS,
            least=closed.figures_from,
        )
        if stored := _stored(shown, values):
            found["questions"][question.key] = stored
    return found


def options_told(
    question: Question, n: int, by_value: Mapping[str, int], *, least: int
) -> dict[str, int]:
    """Of a list of answers, what may be counted: each option is a question of its own, of yes and
    no. The places of a ranking add up, so that there it is all of them or none. So do options, as
    everyone chose at least one: beside a hidden option, which nearly nobody or nearly everyone
    chose, the others are shown only where they are enough for everybody else, whichever of them
    the reader chose. Else the reader would know that the hidden one is nearly everyone's."""
    if question.kind == kinds.SEVERAL:
        shown = {
            option: chosen
            for option, chosen in by_value.items()
            if _may_be_seen((chosen, n - chosen), least, ordered=False)
        }
        all_are_shown = len(shown) == len(question.option_keys)
        enough_without_the_reader = sum(shown.values()) - len(shown) >= n - 1
        return shown if all_are_shown or enough_without_the_reader else {}
    places = range(1, len(question.option_keys) + 1)
    for option in question.option_keys:
        placed = tuple(by_value.get(f"{option}:{place}", 0) for place in places)
        if not _may_be_seen((*placed, n - sum(placed)), least, ordered=True):
            return {}
    return dict(by_value)


def _may_be_seen(counts: Counts, least: int, *, ordered: bool) -> bool:
    return bool(publish(Group(None, counts), ordered=ordered, least=least).pieces)


def _stored(shown: Published, values: list[str]) -> dict[str, Any] | None:
    if shown.pieces:
        return {
            "n": shown.n,
            "counts": counting.by_value(shown.whole(), values),
            "groups": {
                "" if key is None else str(key): counting.by_value(counts, values)
                for key, counts in shown.pieces.items()
            },
        }
    if shown.band is not None:
        first, last = shown.band
        return {"n": shown.n, "band": [values[first], values[last]]}
    return None


def votes(closed: Round) -> Iterator[Vote]:
    """What the heatmap gets: just what was stored, by touchpoint and team or segment. Of two
    questions about one touchpoint the later one counts: a person has one vote there."""
    stored = queries.stored_results(closed)["questions"]
    rated = {
        one.touchpoint_id: one
        for one in closed.survey.questions.filter(kind__in=kinds.RATING)
        if one.touchpoint_id
    }
    internal = closed.audience == Round.Audience.INTERNAL
    for touchpoint, question in rated.items():
        for group, counts in stored.get(question.key, {}).get("groups", {}).items():
            of = int(group) if group else None
            segment, team = (None, of) if internal else (of, None)
            for value, n in counts.items():
                yield touchpoint, segment, team, question.kind, value, n


def seal(closed: Round) -> None:
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
    # Where a text was asked only of those who had answered something before, its touchpoint would
    # tell what that was; and where only some had one, those without would.
    values["asked_of_all"] = not (
        closed.survey.questions.filter(kind__in=Question.TEXT_KINDS).exclude(show_if={}).exists()
    )
    values["language"] = base_of(closed.survey.language)
    values["signature"] = Question.SIGNATURE
    with connection.cursor() as cursor:
        if answered >= closed.comments_from:
            cursor.execute(
                """
                INSERT INTO feedback_comment (id, organisation_id, round_id, question_id,
                    touchpoint_id, text, language, released_at, review)
                SELECT gen_random_uuid(), r.organisation_id, r.round_id, q.id,
                       CASE WHEN %(asked_of_all)s THEN q.touchpoint_id END,
                       r.answers ->> q.key, %(language)s, %(now)s, ''
                FROM feedback_response r
                JOIN feedback_question q
                  ON q.survey_id = %(survey)s AND q.key = ANY(%(texts)s)
                 AND q.key <> %(signature)s AND r.answers ? q.key
                WHERE r.round_id = %(round)s AND r.submitted_at IS NOT NULL
                ORDER BY gen_random_uuid()
                """,
                values,
            )
            hold_names(round=closed)
        cursor.execute(
            """
            WITH inbox AS (DELETE FROM feedback_response WHERE round_id = %(round)s RETURNING *)
            INSERT INTO feedback_response (id, organisation_id, round_id, answers, version)
            SELECT gen_random_uuid(), organisation_id, round_id, answers - %(texts)s::text[], 0
            FROM inbox WHERE submitted_at IS NOT NULL AND %(publish)s
            ORDER BY gen_random_uuid()
            """,
            {**values, "publish": answered >= closed.figures_from},
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
