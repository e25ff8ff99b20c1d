"""What `bench heatmap` measures: sixty touchpoints, eight segments, eight quarters, and responses.

Runs in a process of its own beside the programme (`manage.py shell`), on the folder's database.
"""

import json

import numpy as np
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.signin import signin_url
from feedback.services import QuestionSpec, create_round, create_survey
from programme.models import Organisation, Period
from programme.periods import Quarter
from programme.services import create_organisation, ensure_segment, period_for
from touchpoints.models import RatingTally, Touchpoint, Voice
from touchpoints.services import Tally, add_ratings, ensure_touchpoint

TOUCHPOINTS, SEGMENTS, QUARTERS = 60, 8, 8
_SEED = 4


def fill(base_url: str, responses: int) -> None:
    """Make an organisation and print as JSON its leader's link, the page, ten drawers and how many
    queries the page takes."""
    leader = User.objects.create_user("bench@example.com", None, name="Robin Lane")
    organisation = create_organisation(name="Sixty by eight", leader=leader)
    segments = [ensure_segment(organisation=organisation, name=f"Segment {n}") for n in range(1, 9)]
    touchpoints = [
        ensure_touchpoint(
            organisation=organisation,
            journey="The whole way",
            stage=f"Stage {1 + n // 8}",
            name=f"A touchpoint with a name, {n + 1}",
        )
        for n in range(TOUCHPOINTS)
    ]
    rng = np.random.default_rng(_SEED)
    first = Quarter.parse("2024Q1")
    periods = [
        period_for(organisation=organisation, quarter=first.shift(n)) for n in range(QUARTERS)
    ]
    for period in periods:
        for voice, slices in ((Voice.CUSTOMER, [s.pk for s in segments]), (Voice.STAFF, [None])):
            drawn = [
                (at.pk, pk, rng.multinomial(rng.integers(8, 60), rng.dirichlet((2, 2, 3))))
                for at in touchpoints
                for pk in slices
            ]
            add_ratings(
                organisation=organisation,
                source=f"{voice}-{period.code}",
                period=period,
                voice=voice,
                tallies=[
                    Tally(at, segment, None, "satisfaction-5", *map(int, counts))
                    for at, segment, counts in drawn
                ],
            )
    _respond(organisation, periods, responses)
    where = {"organisation": organisation.slug}
    page = reverse("touchpoints:index", kwargs=where)
    drawers = [
        reverse("touchpoints:cell", kwargs={**where, "touchpoint": at.pk})
        + f"?period={periods[-1].code}&segment={segments[2].pk}"
        for at in touchpoints[::6]
    ]
    # Signing in makes older links worthless: ask first.
    queries = _queries(leader, page)
    leader.refresh_from_db()
    print(
        json.dumps(
            {
                "link": signin_url(leader, base_url=base_url),
                "page": page,
                "drawers": drawers,
                "queries": queries,
            }
        )
    )


def grow(times: int) -> None:
    """As many times the responses, and the tallies that they would have made."""
    organisation = Organisation.objects.get(name="Sixty by eight")
    RatingTally.objects.filter(organisation=organisation).update(
        misery=F("misery") * times, mediocrity=F("mediocrity") * times, magic=F("magic") * times
    )
    periods = list(Period.objects.filter(organisation=organisation).order_by("year", "number"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feedback_response")
        (stored,) = cursor.fetchone()
    _respond(organisation, periods, stored * (times - 1))


def _respond(organisation: Organisation, periods: list[Period], responses: int) -> None:
    """Responses that rate every touchpoint in eight, shared evenly among the quarters."""
    touchpoints = Touchpoint.objects.filter(organisation=organisation).values_list("pk", flat=True)
    questions = [
        QuestionSpec(f"t{pk}", "satisfaction-5", "How was it?", touchpoint_id=pk)
        for pk in touchpoints[::8]
    ]
    survey = create_survey(
        organisation=organisation, title="Bench", introduction="", thanks="", questions=questions
    )
    answers = json.dumps({question.key: 4 for question in questions})
    for period in periods:
        asked = create_round(
            organisation=organisation,
            survey=survey,
            title=period.code,
            audience="external",
            confidential=False,
            period=period,
            selection={},
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO feedback_response"
                " (id, organisation_id, round_id, answers, version, submitted_at)"
                " SELECT gen_random_uuid(), %s, %s, %s::jsonb, 1, now()"
                " FROM generate_series(1, %s)",
                [organisation.pk, asked.pk, answers, responses // len(periods)],
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _queries(leader: User, page: str) -> int:
    client = Client(headers={"host": "localhost"})
    client.force_login(leader)
    with CaptureQueriesContext(connection) as asked:
        if client.get(page).status_code != 200:
            raise RuntimeError("the heatmap does not answer")
    return len(asked)
