"""What `bench results` measures: two closed rounds of one survey of nineteen questions, small and
large, with eight segments.

Runs in a process of its own beside the programme (`manage.py shell`), on the folder's database.
"""

import json
import resource
import time
from pathlib import Path

from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.signin import signin_url
from feedback.counting import counts_by_group
from feedback.models import Round, Survey
from feedback.services import QuestionSpec, close_round, create_round, create_survey
from programme.models import Organisation
from programme.periods import Quarter
from programme.services import create_organisation, ensure_segment, period_for

_AT_ONCE = 100_000
# Of each kind of question how many, and in SQL an answer by chance.
_ASKED = {
    "satisfaction-5": (6, "1 + floor(random() * 5)::int"),
    "recommend-10": (1, "floor(random() * 11)::int"),
    "effort-7": (3, "1 + floor(random() * 7)::int"),
    "agreement-5": (3, "1 + floor(random() * 5)::int"),
    "yes-no": (2, "(array['yes','no'])[1 + floor(random() * 2)::int]"),
    "one": (2, "(array['a','b','c'])[1 + floor(random() * 3)::int]"),
    "several": (1, 'CASE WHEN random() < .5 THEN \'["a"]\'::jsonb ELSE \'["a", "c"]\' END'),
    "text": (1, "'What somebody wrote, number ' || n"),
}
_OPTIONS = (("a", "By telephone"), ("b", "By email"), ("c", "In person"))


def fill(base_url: str, small: int, large: int) -> None:
    """Make the rounds and print as JSON their addresses, and what closing the large one took."""
    leader = User.objects.create_user("bench@example.com", None, name="Robin Lane")
    organisation = create_organisation(name="A million answers", leader=leader)
    segments = [ensure_segment(organisation=organisation, name=f"Segment {n}") for n in range(8)]
    survey = create_survey(
        organisation=organisation,
        title="Nineteen questions",
        introduction="",
        thanks="",
        questions=[
            QuestionSpec(
                f"{kind}-{n}",
                kind,
                f"A question of the kind {kind}, number {n}",
                options=_OPTIONS if kind in {"one", "several"} else (),
            )
            for kind, (count, _) in _ASKED.items()
            for n in range(count)
        ],
    )
    closed, seconds = {}, 0.0
    for name, rows, quarter in (("small", small, "2026Q1"), ("large", large, "2026Q2")):
        sent = _answered(organisation, survey, quarter, rows, [one.pk for one in segments])
        began = time.monotonic()
        closed[name] = close_round(round=sent)
        seconds = time.monotonic() - began
    organisation_slug = organisation.slug
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    found: dict[str, object] = {
        name: reverse("feedback:results", args=[organisation_slug, one.pk])
        for name, one in closed.items()
    }
    for kind in ("csv", "xlsx", "sav"):
        found[kind] = reverse(
            "feedback:round_export", args=[organisation_slug, closed["large"].pk, kind]
        )
    found |= {
        "questions": survey.questions.count(),
        "close_s": round(seconds, 1),
        "close_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "link": signin_url(leader, base_url=base_url),
    }
    print(json.dumps(found))


def _answered(
    organisation: Organisation, survey: Survey, quarter: str, rows: int, segments: list[int]
) -> Round:
    """An open round with so many responses."""
    sent = create_round(
        organisation=organisation,
        survey=survey,
        title=f"{rows:,} responses",
        audience="external",
        confidential=False,
        period=period_for(organisation=organisation, quarter=Quarter.parse(quarter)),
        selection={},
    )
    Round.objects.filter(pk=sent.pk).update(state=Round.State.OPEN)
    pairs = ", ".join(
        f"'{kind}-{n}', {drawn}" for kind, (count, drawn) in _ASKED.items() for n in range(count)
    )
    with connection.cursor() as cursor:
        for start in range(0, rows, _AT_ONCE):
            cursor.execute(
                f"""
                INSERT INTO feedback_response
                    (id, organisation_id, round_id, segment_id, answers, version, submitted_at)
                SELECT gen_random_uuid(), %s, %s, (%s::bigint[])[1 + n %% 8],
                       jsonb_build_object({pairs}), 1, now()
                FROM generate_series(%s, %s) n
                """,  # noqa: S608  (words of ours)
                [organisation.pk, sent.pk, segments, start + 1, min(start + _AT_ONCE, rows)],
            )
    sent.refresh_from_db()
    return sent


def scan() -> None:
    """Print the CPU seconds that the database takes for the figures of the large round from its
    responses, by one scan."""
    large = Round.objects.select_related("survey").latest("pk")
    questions = list(large.survey.questions.all())
    with connection.cursor() as cursor:
        # Helpers end with the query, and their time with them.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    began = _spent(pid)
    counts_by_group(round=large, questions=questions)
    print(_spent(pid) - began)


def _spent(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
