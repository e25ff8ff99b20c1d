"""How customers answered "would you recommend us?", and whether they stayed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from feedback.loyalty import Counted
from feedback.models import LoyaltyCount, Question, Round
from feedback.queries import stored_results
from programme.models import Loss, Organisation, Period, Person

# Loyalty is what they said last in the year up to a quarter's end.
_YEAR = dt.timedelta(days=360)
MOST_PERIODS = 12


@dataclass(frozen=True, slots=True)
class Recommend:
    """How customers answered "would you recommend us?": 0 to 6, 7 or 8, 9 or 10."""

    n: int
    detractors: int
    passives: int
    promoters: int


def recommend(*, organisation: Organisation, period: Period) -> Recommend | None:
    """The quarter's recommend answers over all customer rounds, or None where nobody was asked."""
    rounds = Round.objects.filter(
        organisation=organisation,
        period=period,
        audience=Round.Audience.EXTERNAL,
        results__isnull=False,
    )
    keys: dict[int, list[str]] = {}
    asked = Question.objects.filter(
        survey__rounds__in=rounds, kind=Question.Kind.RECOMMEND, touchpoint=None
    )
    for survey, key in asked.values_list("survey_id", "key").distinct():
        keys.setdefault(survey, []).append(key)
    by_value: dict[int, int] = {}
    for found in rounds:
        for key in keys.get(found.survey_id, []):
            for value, n in (
                stored_results(found)["questions"].get(key, {}).get("counts", {}).items()
            ):
                by_value[int(value)] = by_value.get(int(value), 0) + n
    n = sum(by_value.values())
    if not n:
        return None
    detractors = sum(count for value, count in by_value.items() if value <= 6)
    promoters = sum(count for value, count in by_value.items() if value >= 9)
    return Recommend(n, detractors, n - detractors - promoters, promoters)


# Step by step, since without statistics the joins would be taken in an order that never ends.
_CORNERS = """
    WITH asked AS MATERIALIZED (
        SELECT d.id, q.key
        FROM feedback_round d
        JOIN programme_period t ON t.id = d.period_id
        JOIN feedback_question q
          ON q.survey_id = d.survey_id AND q.kind = 'recommend-10' AND q.touchpoint_id IS NULL
        WHERE d.organisation_id = %(organisation)s AND d.audience = 'external'
          AND NOT d.confidential AND d.results IS NOT NULL
          AND t.ends_on > %(since)s AND t.ends_on <= %(until)s
    ), answered AS MATERIALIZED (
        SELECT r.invitation_id, r.submitted_at, (r.answers ->> asked.key)::int >= 9 AS loyal
        FROM asked
        JOIN feedback_response r ON r.round_id = asked.id
        WHERE r.submitted_at IS NOT NULL AND jsonb_typeof(r.answers -> asked.key) = 'number'
    ), said AS MATERIALIZED (
        SELECT DISTINCT ON (i.person_id) i.person_id, i.segment_id, answered.loyal
        FROM answered
        JOIN feedback_invitation i ON i.id = answered.invitation_id
        WHERE i.person_id IS NOT NULL
        ORDER BY i.person_id, answered.submitted_at DESC
    )
    SELECT said.segment_id, said.loyal,
           (p.left_at IS NULL OR p.left_at >= %(end)s) AND l.id IS NULL AS stayed,
           count(*), coalesce(sum(coalesce(p.yearly_value, l.worth)), 0),
           count(coalesce(p.yearly_value, l.worth))
    FROM said
    JOIN programme_person p ON p.id = said.person_id
    LEFT JOIN LATERAL (
        SELECT id, worth FROM programme_loss
        WHERE customer_id = p.id AND lost_on > %(since)s AND lost_on <= %(until)s
        ORDER BY lost_on DESC LIMIT 1
    ) l ON true
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
"""


def corners_counted(*, organisation: Organisation, period: Period) -> list[Counted]:
    """As `segments_counted`, of all segments together."""
    return together(segments_counted(organisation=organisation, period=period))


def together(by_segment: Iterable[tuple[int | None, Counted]]) -> list[Counted]:
    """What was counted of segments, added up."""
    found: dict[tuple[bool, bool], Counted] = {}
    for _, one in by_segment:
        key = (one.loyal, one.stayed)
        known = found.get(key, Counted(*key, n=0, value=0))
        found[key] = Counted(
            *key, known.n + one.n, known.value + one.value, known.valued + one.valued
        )
    return list(found.values())


def segments_counted(
    *, organisation: Organisation, period: Period
) -> list[tuple[int | None, Counted]]:
    """Customers by the segment they were in when they were last asked (None is in none), by what
    they then said in a year of named rounds, and by whether they were still customers when the
    quarter ended. In one query, which reads each of their answers."""
    end = dt.datetime.combine(period.ends_on + dt.timedelta(days=1), dt.time(), dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            _CORNERS,
            {
                "organisation": organisation.pk,
                "end": end,
                "since": period.ends_on - _YEAR,
                "until": period.ends_on,
            },
        )
        return [
            (segment, Counted(loyal, stayed, n, float(value), valued))
            for segment, loyal, stayed, n, value, valued in cursor.fetchall()
        ]


def _asking(organisation: Organisation) -> QuerySet[Round]:
    """Closed rounds that know what a customer said of the whole."""
    asked = Question.objects.filter(
        survey=OuterRef("survey"), kind=Question.Kind.RECOMMEND, touchpoint=None
    )
    return Round.objects.filter(
        Exists(asked),
        organisation=organisation,
        audience=Round.Audience.EXTERNAL,
        confidential=False,
        results__isnull=False,
        imported_from="",
    )


def periods_asked(organisation: Organisation) -> list[Period]:
    """The quarters in which a named round asked customers whether they would recommend us, the
    newest first."""
    found = Period.objects.filter(rounds__in=_asking(organisation)).distinct()
    return list(found.order_by("-year", "-number")[:MOST_PERIODS])


def answers_within(*, organisation: Organisation, period: Period) -> int:
    """How many answers counting a quarter's corners has to read."""
    found = _asking(organisation).filter(
        period__ends_on__gt=period.ends_on - _YEAR, period__ends_on__lte=period.ends_on
    )
    return sum(answered or 0 for answered in found.values_list("results__answered", flat=True))


def counted_loyalty(*, organisation: Organisation, period: Period) -> LoyaltyCount | None:
    """What was last counted of a quarter."""
    return LoyaltyCount.objects.filter(organisation=organisation, period=period).first()


def anyone_left(organisation: Organisation) -> bool:
    """Whether it is known of any customer that they left."""
    people = Person.objects.filter(organisation=organisation, left_at__isnull=False).customers()
    losses = Loss.objects.filter(organisation=organisation, customer__isnull=False)
    return people.exists() or losses.exists()
