"""Commitments: who lives which clause, and the week's word on it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from missions import services, usage
from missions.models import CheckIn, Commitment, Mission
from missions.services.commitments import monday
from outbox.models import Email
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.missions import adopt, begin

TODAY = timezone.localdate()


@pytest.fixture
def adopted(leader: Membership) -> Mission:
    return adopt(begin(leader), leader, "Warm homes for everyone. We come when we said we would.")


@pytest.fixture
def commitment(adopted: Mission, manager: Membership) -> Commitment:
    clause = services.number_clauses(mission=adopted)[0]
    return services.make_commitment(clause=clause, text="I ring first", owner=manager)


def page(organisation: Organisation, name: str = "commitments", **where: object) -> str:
    return reverse(f"missions:{name}", kwargs={"organisation": organisation.slug, **where})


def test_a_commitment_is_made_and_stands_under_its_clause(
    adopted: Mission, manager: Membership, as_manager: Client
) -> None:
    address = page(adopted.organisation, "commitment_add")
    form = as_manager.get(address).content.decode()
    assert "Warm homes for everyone" in form
    clause = adopted.statement_clauses.get(position=1)
    as_manager.post(address, {"clause": clause.pk, "text": "I ring first", "owner": manager.pk})
    made = Commitment.objects.get()
    assert (made.clause, made.owner) == (clause, manager)
    seen = as_manager.get(page(adopted.organisation)).content.decode()
    assert "I ring first" in seen
    assert "We come when we said we would" in seen
    assert "0 of 1" in seen


@pytest.mark.parametrize(
    ("field", "value"),
    [("clause", "0"), ("clause", "abc"), ("text", ""), ("text", "x" * 301), ("owner", "0")],
)
def test_a_commitment_that_cannot_be_made_comes_back(
    adopted: Mission, manager: Membership, as_manager: Client, field: str, value: str
) -> None:
    clause = services.number_clauses(mission=adopted)[0]
    data = {"clause": clause.pk, "text": "I ring first", "owner": manager.pk, field: value}
    answer = as_manager.post(page(adopted.organisation, "commitment_add"), data)
    assert answer.status_code == 422
    assert not Commitment.objects.exists()


def test_strangers_and_auditors_own_nothing(adopted: Mission) -> None:
    clause = services.number_clauses(mission=adopted)[0]
    for owner in (
        factories.member(factories.organisation()),
        factories.member(adopted.organisation, Role.AUDITOR),
    ):
        with pytest.raises(services.MissionsError):
            services.make_commitment(clause=clause, text="No", owner=owner)
    assert not Commitment.objects.exists()


def test_the_weeks_last_word_counts_and_sends_nothing(
    commitment: Commitment, as_manager: Client
) -> None:
    address = page(commitment.organisation, "commitment_check", commitment=commitment.pk)
    as_manager.post(address, {"done": "yes"})
    as_manager.post(address, {"done": "no"})
    word = CheckIn.objects.get()
    assert (word.done, word.week) == (False, monday(TODAY))
    for nonsense in ("", "maybe", "\x00"):
        assert as_manager.post(address, {"done": nonsense}).status_code == 302
    assert CheckIn.objects.get().done is False
    assert not Email.objects.exists()


def test_weeks_are_shown_oldest_first(commitment: Commitment) -> None:
    this_week = dt.date(2026, 11, 23)
    assert monday(dt.date(2026, 11, 29)) == this_week
    for back, done in ((0, True), (2, False), (8, True)):
        CheckIn.objects.create(
            organisation=commitment.organisation,
            commitment=commitment,
            week=this_week - dt.timedelta(weeks=back),
            done=done,
        )
    (one,) = usage.commitments(commitment.clause.mission, this_week=this_week)
    assert [week.done for week in one.weeks] == [None] * 5 + [False, None, True]
    assert one.this_week is True


def test_only_its_owner_or_an_editor_says_how_the_week_went(
    commitment: Commitment, as_user: Callable[[User], Client]
) -> None:
    address = page(commitment.organisation, "commitment_check", commitment=commitment.pk)
    other = factories.member(commitment.organisation, Role.MEMBER)
    as_user(other.user).post(address, {"done": "yes"})
    assert not CheckIn.objects.exists()
    Commitment.objects.update(owner=other)
    as_user(other.user).post(address, {"done": "yes"})
    assert CheckIn.objects.get().by == other


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
def test_members_and_auditors_neither_make_nor_end(
    commitment: Commitment, as_user: Callable[[User], Client], role: Role
) -> None:
    client = as_user(factories.member(commitment.organisation, role).user)
    organisation = commitment.organisation
    assert client.post(page(organisation, "commitment_add")).status_code == 403
    end = page(organisation, "commitment_close", commitment=commitment.pk)
    assert client.post(end).status_code == 403
    seen = client.get(page(organisation)).content.decode()
    assert "I ring first" in seen
    assert "Not this week" not in seen


def test_an_ended_commitment_is_no_longer_asked_about(
    commitment: Commitment, manager: Membership, as_manager: Client
) -> None:
    services.check_in(commitment=commitment, done=True, by=manager)
    end = page(commitment.organisation, "commitment_close", commitment=commitment.pk)
    assert "I ring first" in as_manager.get(end).content.decode()
    as_manager.post(end)
    seen = as_manager.get(page(commitment.organisation)).content.decode()
    assert "No living commitments" in seen
    assert "done in 1 of 1 week" in seen
    assert "Not this week" not in seen
    assert CheckIn.objects.count() == 1
    with pytest.raises(services.MissionsError):
        services.check_in(commitment=commitment, done=True, by=manager)


def test_no_commitments_without_a_mission(organisation: Organisation, as_leader: Client) -> None:
    assert "No commitments yet" in as_leader.get(page(organisation)).content.decode()
    answer = as_leader.get(page(organisation, "commitment_add"))
    assert answer["Location"] == page(organisation)


@pytest.mark.parametrize("count", [1, 5])
def test_queries_of_the_commitments(
    adopted: Mission,
    leader: Membership,
    as_leader: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    clause = services.number_clauses(mission=adopted)[0]
    for n in range(count):
        made = services.make_commitment(clause=clause, text=f"No {n}", owner=leader)
        services.check_in(commitment=made, done=True, by=leader)
    as_leader.get(page(adopted.organisation))
    with django_assert_num_queries(6):
        as_leader.get(page(adopted.organisation))
