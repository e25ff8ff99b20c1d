"""The answers of a round counted in one pass, whole and by team or segment.

What is stored of a question (`Round.results`) is {"n": n, "counts": {value: n}, "groups": {group:
{value: n}}}. Groups are pieces that do not overlap: everyone in that team or segment who is in no
piece below it, "" for those in none. Where several answers may be given, a piece's value "" says
how many gave any.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from feedback import kinds
from feedback.models import Question, Round
from feedback.publishing import Group, divide
from programme.models import Organisation, Team

type Counts = Mapping[str, int]
type ByGroup = dict[int | None, dict[str, int]]
"""Team or segment -> value -> how many; the value "" is how many answered at all."""

# So many make a group of a named round; see docs/decisions/0027.
_LEAST = 5


def counts_by_group(*, round: Round, questions: Sequence[Question]) -> dict[str, ByGroup]:
    """Of the submitted answers, by question. A text has no values but ""; of a list each option is
    one, and of a ranking each option and place."""
    found: dict[str, ByGroup] = {question.key: defaultdict(dict) for question in questions}
    ranked = [question.key for question in questions if question.kind == kinds.RANKING]
    texts = [question.key for question in questions if question.is_text]
    group = "team_id" if round.audience == Round.Audience.INTERNAL else "segment_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT answer.key, r.{group}, value.value, count(*)
            FROM feedback_response r,
                 jsonb_each(r.answers) answer,
                 LATERAL (
                     SELECT '' AS value
                     UNION ALL
                     SELECT answer.value #>> '{{}}'
                     WHERE jsonb_typeof(answer.value) <> 'array'
                       AND NOT answer.key = ANY(%(texts)s)
                     UNION ALL
                     SELECT CASE WHEN answer.key = ANY(%(ranked)s)
                                 THEN one.value || ':' || one.place ELSE one.value END
                     FROM jsonb_array_elements_text(
                         CASE jsonb_typeof(answer.value) WHEN 'array' THEN answer.value
                                                         ELSE '[]' END
                     ) WITH ORDINALITY AS one(value, place)
                 ) value
            WHERE r.round_id = %(round)s AND r.submitted_at IS NOT NULL
              AND answer.key = ANY(%(keys)s)
            GROUP BY 1, 2, 3
            """,  # noqa: S608  (one of two names of ours)
            {"round": round.pk, "keys": list(found), "ranked": ranked, "texts": texts},
        )
        for key, of, value, n in cursor.fetchall():
            found[key][of][value] = n
    return found


def summed(pieces: Mapping[Any, Counts]) -> dict[str, int]:
    """All pieces together."""
    whole: dict[str, int] = defaultdict(int)
    for counts in pieces.values():
        for value, n in counts.items():
            whole[value] += n
    return dict(whole)


def parents_of(organisation: Organisation | int) -> dict[int, int | None]:
    """Of each team of an organisation the team above it."""
    return dict(Team.objects.filter(organisation=organisation).values_list("pk", "parent_id"))


def tree(
    counts: Mapping[int | None, Counts],
    values: Sequence[str],
    parents: Mapping[int, int | None],
) -> Group:
    """The groups that answered, under the teams that they are in; segments are in none."""
    below: dict[int | None, set[int]] = defaultdict(set)
    for group in counts:
        above = group
        while above is not None:
            below[parents.get(above)].add(above)
            above = parents.get(above)

    def node(key: int | None) -> Group:
        own = counts.get(key, {})
        return Group(
            key,
            tuple(own.get(value, 0) for value in values),
            tuple(node(child) for child in sorted(below[key])),
        )

    return node(None)


def named_results(*, round: Round) -> dict[str, dict[str, Any]]:
    """What is stored of each question of a round whose answers keep their names."""
    questions = list(round.survey.questions.all())
    counted = counts_by_group(round=round, questions=questions)
    internal = round.audience == Round.Audience.INTERNAL
    parents = parents_of(round.organisation_id) if internal else {}
    return {
        question.key: _stored(counted[question.key], parents, text=question.is_text)
        for question in questions
    }


def _stored(by_group: ByGroup, parents: Mapping[int, int | None], *, text: bool) -> dict[str, Any]:
    whole = summed(by_group)
    n = whole.pop("", 0)
    stored: dict[str, Any] = {"n": n, "counts": {} if text else whole}
    if text:
        return stored
    values = ["", *sorted(whole)]
    # A place of its own for how many answered, since a list's counts do not add up to it.
    pieces = divide(tree(by_group, values, parents), enough=lambda counts: counts[0] >= _LEAST)
    if set(pieces) - {None}:
        several = sum(whole.values()) != n
        stored["groups"] = {
            "" if key is None else str(key): by_value(counts, values, every=several)
            for key, counts in pieces.items()
        }
    return stored


def by_value(counts: Sequence[int], values: Sequence[str], *, every: bool = True) -> dict[str, int]:
    """Those values that anyone gave; how many answered at all only with `every`."""
    return {value: n for value, n in zip(values, counts, strict=True) if n and (value or every)}
