"""Practices: one tap each a quarter, shown when it is over and five have."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from programme.models import Membership, Organisation, Practice, PracticeRating, Role
from programme.practices import PRACTICES
from programme.queries import current_quarter
from programme.queries.practices import standings
from programme.services import (
    ProgrammeError,
    add_practice,
    begin_practices,
    drop_practice,
    period_for,
    rate_practice,
)
from tests import factories


def url(name: str, of: Organisation, **where: object) -> str:
    return reverse(f"programme:{name}", kwargs={"organisation": of.slug, **where})


@pytest.fixture
def practice(organisation: Organisation) -> Practice:
    return add_practice(organisation=organisation, text="We ring back")


def rated_by(practice: Practice, *answers: str) -> list[Membership]:
    members = [factories.member(practice.organisation, Role.MEMBER) for _ in answers]
    for member, answer in zip(members, answers, strict=True):
        rate_practice(practice=practice, by=member, answer=answer)
    return members


def test_beginning_with_ours_and_adding_ones_own(
    organisation: Organisation, as_manager: Client
) -> None:
    page = url("practices", organisation)
    assert "Begin with our twelve" in as_manager.get(page).text
    add = url("practice_add", organisation)
    for _ in range(2):
        as_manager.post(add, {"suggested": "yes"})
    assert Practice.objects.count() == len(PRACTICES) == 12
    assert as_manager.post(add, {"text": "We <answer> on Sundays"}).status_code == 302
    assert "We &lt;answer&gt; on Sundays" in as_manager.get(page).text
    twice = as_manager.post(add, {"text": "We <answer> on Sundays"})
    assert twice.status_code == 422
    assert "in your list already" in twice.text
    assert as_manager.post(add, {"text": ""}).status_code == 422


def test_one_tap_and_another_replaces_it(
    organisation: Organisation, practice: Practice, as_member: Client
) -> None:
    rate = url("practice_rate", organisation, practice=practice.pk)
    assert as_member.post(rate, {"answer": "never"})["Location"].endswith(
        f"#practice-{practice.pk}"
    )
    as_member.post(rate, {"answer": "routine"})
    assert PracticeRating.objects.get().answer == "routine"
    page = as_member.get(url("practices", organisation)).text
    pressed = re.findall(r'value="(\w+)"[^>]*aria-pressed="true"', page)
    assert pressed == ["routine"]
    assert "You have rated all of them" in page
    assert "Choose routine, sometimes or never" in as_member.post(rate, {}, follow=True).text


def moved_back(organisation: Organisation, quarters: int = 1) -> None:
    """What was rated this quarter was rated so many quarters ago."""
    now = current_quarter(organisation)
    earlier = period_for(organisation=organisation, quarter=now.shift(-quarters))
    this = period_for(organisation=organisation, quarter=now)
    PracticeRating.objects.filter(period=this).update(period=earlier)


def test_nothing_is_shown_of_fewer_than_five(
    organisation: Organisation, practice: Practice, as_leader: Client
) -> None:
    rated_by(practice, "routine", "routine", "never", "sometimes")
    moved_back(organisation)
    assert "routine for" not in as_leader.get(url("practices", organisation)).text
    rated_by(practice, "routine")
    moved_back(organisation)
    page = as_leader.get(url("practices", organisation)).text
    assert "routine for 60 % (3 routine, 1 sometimes, 1 never)" in page


def test_one_more_rating_in_the_running_quarter_tells_nothing_but_its_number(
    organisation: Organisation, practice: Practice, as_leader: Client
) -> None:
    """Figures of six less figures of five would be what the sixth said."""
    rated_by(practice, *["routine"] * 5)
    five = as_leader.get(url("practices", organisation)).text
    assert "Rated by 5 so far." in five
    rated_by(practice, "never")
    six = as_leader.get(url("practices", organisation)).text
    assert "Rated by 6 so far." in six
    assert "routine for" not in five + six
    assert " %" not in five + six


def test_an_organisation_that_asks_for_more_shows_later(
    organisation: Organisation, practice: Practice, as_leader: Client
) -> None:
    rated_by(practice, *["routine"] * 5)
    moved_back(organisation)
    assert "routine for 100 %" in as_leader.get(url("practices", organisation)).text
    Organisation.objects.update(figures_from=6)
    assert "routine for" not in as_leader.get(url("practices", organisation)).text


def test_change_against_the_quarter_before(
    organisation: Organisation, practice: Practice, leader: Membership
) -> None:
    rated_by(practice, "routine", "never", "never", "never", "never")
    moved_back(organisation, 2)
    assert standings(leader)[1][0].last is None
    rated_by(practice, "routine", "routine", "never", "never", "never")
    moved_back(organisation)
    standing = standings(leader)[1][0]
    assert standing.last is not None
    assert (standing.last.share, standing.change) == (40, "up from 20 %")


def test_what_is_dropped_is_asked_no_more_and_may_come_back(
    organisation: Organisation, practice: Practice, leader: Membership, as_manager: Client
) -> None:
    rate_practice(practice=practice, by=leader, answer="routine")
    as_manager.post(url("practice_remove", organisation, practice=practice.pk))
    assert "We ring back" not in as_manager.get(url("practices", organisation)).text
    practice.refresh_from_db()
    with pytest.raises(ProgrammeError, match="no longer asked"):
        rate_practice(practice=practice, by=leader, answer="never")
    assert PracticeRating.objects.count() == 1
    assert add_practice(organisation=organisation, text="We ring back").pk != practice.pk
    drop_practice(practice=practice)


def test_who_may(
    organisation: Organisation,
    practice: Practice,
    as_member: Client,
    as_auditor: Client,
    stranger_client: Client,
) -> None:
    rate = url("practice_rate", organisation, practice=practice.pk)
    assert as_auditor.get(url("practices", organisation)).status_code == 200
    assert as_auditor.post(rate, {"answer": "never"}).status_code == 403
    assert as_member.post(url("practice_add", organisation), {"text": "x"}).status_code == 403
    gone = url("practice_remove", organisation, practice=practice.pk)
    assert as_member.post(gone).status_code == 403
    assert stranger_client.post(rate, {"answer": "never"}).status_code == 404
    assert not PracticeRating.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(
    organisation: Organisation,
    as_leader: Client,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    begin_practices(organisation=organisation)
    for practice in Practice.objects.all()[:number]:
        rated_by(practice, *["routine"] * 5)
    as_leader.get(url("practices", organisation))
    # User, membership; practices, ratings.
    with django_assert_num_queries(4):
        as_leader.get(url("practices", organisation))
