"""The organisation's home page: the mission, what needs you now, how to begin."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import Case, Round
from feedback.services import open_round
from missions.models import Mission
from programme.models import Charter, CharterVersion, Organisation
from reports.models import BoardReport
from tests import factories
from tests.doors import left
from touchpoints.models import Improvement


def home(organisation: Organisation) -> str:
    return reverse("home", kwargs={"organisation": organisation.slug})


def page(client: Client, organisation: Organisation) -> str:
    answer = client.get(home(organisation))
    assert answer.status_code == 200
    return answer.text


def test_a_new_organisation_is_shown_how_to_begin(
    organisation: Organisation, as_leader: Client
) -> None:
    text = page(as_leader, organisation)
    assert "Your mission will stand here." in text
    assert "How to begin" in text
    for name in (
        "programme:people",
        "touchpoints:map",
        "missions:index",
        "feedback:index",
        "touchpoints:index",
        "reports:index",
    ):
        assert f'href="{reverse(name, kwargs={"organisation": organisation.slug})}"' in text
    assert "Done:" not in text
    assert "What needs you now" not in text


def test_steps_are_ticked_as_they_are_taken(organisation: Organisation, as_leader: Client) -> None:
    factories.customer(organisation)
    assert page(as_leader, organisation).count("Done:") == 1
    touchpoint = factories.touchpoint(organisation)
    assert page(as_leader, organisation).count("Done:") == 2
    factories.tally(touchpoint, factories.period(organisation), (9, 9, 9))
    assert page(as_leader, organisation).count("Done:") == 3


def test_the_list_goes_once_all_is_done(organisation: Organisation, as_leader: Client) -> None:
    period = factories.period(organisation)
    factories.customer(organisation)
    factories.tally(factories.touchpoint(organisation), period, (9, 9, 9))
    Mission.objects.create(
        organisation=organisation, title="M", state="adopted", statement="Nobody waits."
    )
    open_round(round=factories.draft_round(organisation))
    charter = Charter.objects.create(organisation=organisation)
    CharterVersion.objects.create(organisation=organisation, charter=charter, number=1, answers={})
    BoardReport.objects.create(organisation=organisation, period=period, state="building")
    assert "How to begin" in page(as_leader, organisation)
    BoardReport.objects.update(state="ready")
    assert "How to begin" not in page(as_leader, organisation)


def test_the_mission_stands_on_top(organisation: Organisation, as_member: Client) -> None:
    mission = Mission.objects.create(organisation=organisation, title="M")
    assert "The mission is being written." in page(as_member, organisation)
    mission.state, mission.statement = "adopted", "Nobody <waits> for us."
    mission.adopted_on = dt.date(2026, 3, 1)
    mission.save()
    text = page(as_member, organisation)
    assert '<p class="mission-text">Nobody &lt;waits&gt; for us.</p>' in text
    assert "adopted on 1 March 2026" in text


def test_open_rounds_show_their_answers_but_confidential_ones_do_not(
    organisation: Organisation, as_manager: Client
) -> None:
    for _ in range(3):
        factories.customer(organisation)
        factories.staff(organisation)
    named = factories.draft_round(organisation, title="Customers, autumn")
    sealed = factories.draft_round(
        organisation, title="Our people", audience="internal", confidential=True
    )
    for one in (named, sealed):
        open_round(round=one)
    text = page(as_manager, organisation)
    assert "0 of 3 have answered" in text
    assert "3 invited; answers to a confidential round are counted once it is closed" in text
    Round.objects.update(state="closed")
    assert "Customers, autumn" not in page(as_manager, organisation)


def test_a_round_by_links_alone_says_how_many_answered_and_not_of_how_many(
    organisation: Organisation, as_manager: Client
) -> None:
    round_ = factories.draft_round(organisation)
    factories.customer(organisation)
    open_round(round=round_)
    round_.invitations.all().delete()
    shown = " ".join(page(as_manager, organisation).split())
    assert "0 have answered" in shown
    assert "<progress" not in shown


def test_what_was_left_at_the_open_door_waits_for_those_who_answer_it(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    left(organisation, kind="suggestion")
    assert "1 message at the open door" in page(as_manager, organisation)
    assert "at the open door" not in page(as_member, organisation)


def test_what_is_due_or_late_is_named(organisation: Organisation, as_manager: Client) -> None:
    now = timezone.now()
    day = dt.timedelta(days=1)
    Case.objects.create(organisation=organisation, title="Wrong part sent", due_at=now - day)
    Case.objects.create(organisation=organisation, title="In a week", due_at=now + 7 * day)
    Case.objects.create(
        organisation=organisation, title="Settled", due_at=now - day, state="recovered"
    )
    late = now.date() - 2 * day
    Improvement.objects.create(organisation=organisation, title="One invoice", due_on=late)
    Improvement.objects.create(
        organisation=organisation, title="Finished", due_on=late, state="done"
    )
    text = page(as_manager, organisation)
    assert "Wrong part sent" in text
    assert "One invoice" in text
    for absent in ("In a week", "Settled", "Finished"):
        assert absent not in text


def test_worries_and_gains_of_the_latest_quarter_with_ratings(
    organisation: Organisation, as_auditor: Client
) -> None:
    invoice = factories.touchpoint(organisation, "Invoice")
    hotline = factories.touchpoint(organisation, "Hotline")
    factories.tally(invoice, factories.period(organisation, "2026Q2"), (1, 2, 30))
    factories.tally(invoice, factories.period(organisation, "2026Q3"), (30, 2, 1))
    factories.tally(hotline, factories.period(organisation, "2026Q3"), (1, 2, 40))
    text = page(as_auditor, organisation)
    worries, gains = text.split("Worries in 2026Q3")[1].split("Gains in 2026Q3")
    assert "Invoice" in worries
    assert "since 2026Q2" in worries
    assert "Hotline" in gains
    assert "Firmly a moment of magic" in gains


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_database_the_same_for_one_and_for_three(
    number: int,
    organisation: Organisation,
    as_leader: Client,
    django_assert_num_queries: Callable[..., object],
) -> None:
    period = factories.period(organisation)
    factories.customer(organisation)
    for _ in range(number):
        factories.tally(factories.touchpoint(organisation), period, (30, 9, 1))
        open_round(round=factories.draft_round(organisation))
        Case.objects.create(organisation=organisation, title="Late", due_at=timezone.now())
        Improvement.objects.create(
            organisation=organisation, title="Late", due_on=dt.date(2026, 1, 1)
        )
    page(as_leader, organisation)
    with django_assert_num_queries(19):  # type: ignore[attr-defined]
        page(as_leader, organisation)
