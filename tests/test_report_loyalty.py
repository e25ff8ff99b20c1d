"""Loyalty against retention, from what customers said in named rounds and whether they stayed."""

import datetime as dt

from django.utils import timezone

from feedback.loyalty import Counted
from feedback.models import Invitation, Response, Round
from programme.models import Organisation, Period, Person
from reports import queries
from tests import factories


def asked(
    period: Period, scores: list[int], *, left: int = 0, confidential: bool = False
) -> list[Response]:
    """A closed round of the quarter in which customers worth 100 each gave these scores; the last
    `left` of them left on its last day."""
    of = period.organisation
    held = factories.draft_round(of, period=period, confidential=confidential)
    Round.objects.filter(pk=held.pk).update(state="closed", results={"questions": {}})
    made = []
    for place, score in enumerate(scores):
        gone = place >= len(scores) - left
        at = dt.datetime.combine(period.ends_on, dt.time(12), dt.UTC)
        person = factories.customer(of, yearly_value=100, left_at=at if gone else None)
        invitation = Invitation.objects.create(
            organisation=of, round=held, person=person, token_hash=f"{held.pk}-{place}"
        )
        made.append(
            Response.objects.create(
                organisation=of,
                round=held,
                invitation=invitation,
                answers={"recommend": score},
                submitted_at=timezone.now(),
            )
        )
    return made


def corners(period: Period) -> dict[tuple[bool, bool], Counted]:
    found = queries.gather(organisation=period.organisation, period=period).corners
    return {(one.loyal, one.stayed): one for one in found}


def test_corners_count_customers_once_and_add_their_value(organisation: Organisation) -> None:
    now = factories.period(organisation, "2026Q3")
    asked(now, [9, 10, 8, 0, 6], left=1)
    found = corners(now)
    assert (found[True, True].n, found[True, True].value) == (2, 200)
    assert (found[False, True].n, found[False, False].n) == (2, 1)


def test_a_quarter_that_ended_before_someone_left_counts_them_as_staying(
    organisation: Organisation,
) -> None:
    before, now = (factories.period(organisation, code) for code in ("2026Q2", "2026Q3"))
    asked(before, [9])
    Person.objects.filter(organisation=organisation).update(
        left_at=dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    )
    assert (True, True) in corners(before)
    assert (True, False) in corners(now)


def test_confidential_rounds_and_other_organisations_are_left_out(
    organisation: Organisation,
) -> None:
    now = factories.period(organisation, "2026Q3")
    asked(now, [9, 9], confidential=True)
    asked(factories.period(factories.organisation(), "2026Q3"), [9])
    asked(factories.period(organisation, "2025Q3"), [9])
    assert corners(now) == {}
