"""Series: each due round exactly once, whatever the clock, the beat and the machine do."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback import tasks
from feedback.models import Invitation, Round, Series, Survey
from feedback.services import (
    FeedbackError,
    QuestionSpec,
    add_question,
    close_round,
    create_series,
    end_series,
    open_due_series,
    pause_series,
    resume_series,
)
from outbox.models import Email
from programme.models import Membership, Organisation
from tests import factories
from tests.conftest import at_once

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def _at(day: str, hour: str = "09:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=LONDON)


def _occurrences(series: Series) -> list[int | None]:
    return list(series.rounds.order_by("occurrence").values_list("occurrence", flat=True))


def test_a_quarterly_series_runs_two_quarters_by_itself(
    organisation: Organisation, manager: Membership
) -> None:
    person = factories.customer(organisation)
    with time_machine.travel(_at("2026-01-05"), tick=True):
        series = factories.series(
            organisation,
            title="How are we doing?",
            first_on=dt.date(2026, 1, 15),
            reminder_days=[5],
            created_by=manager,
        )
        tasks.sweep()
    assert _occurrences(series) == []
    day, ends = _at("2026-01-14"), _at("2026-07-14")
    while day < ends:
        with time_machine.travel(day, tick=True):
            tasks.sweep()
        day += dt.timedelta(hours=11)
    first, second = series.rounds.order_by("occurrence")
    assert [found.title for found in (first, second)] == [
        "How are we doing? January 2026",
        "How are we doing? April 2026",
    ]
    assert [found.period.code for found in (first, second)] == ["2026Q1", "2026Q2"]
    assert (first.state, second.state) == ("closed", "closed")
    assert Invitation.objects.filter(person=person).count() == 2
    keys = set(Email.objects.values_list("key", flat=True))
    assert keys == {
        f"round:{found.pk}:{part}"
        for found in (first, second)
        for part in (f"{person.pk}:invite", f"{person.pk}:reminder:1")
    }
    # Nine o'clock by the wall, in winter and in summer.
    local = [found.opens_at and found.opens_at.astimezone(LONDON) for found in (first, second)]
    assert [f"{moment:%m-%d %H:%M}" for moment in local if moment] == ["01-15 09:00", "04-15 09:00"]


def test_it_asks_the_newest_version_of_its_survey(organisation: Organisation) -> None:
    factories.customer(organisation)
    survey = factories.survey(organisation)
    series = factories.series(organisation, survey=survey)
    with time_machine.travel(series.next_at, tick=True):
        tasks.sweep()
    newer = add_question(survey=survey, spec=QuestionSpec("", "text", "Anything else?"))
    assert newer.pk != survey.pk
    series.refresh_from_db()
    with time_machine.travel(series.next_at, tick=True):
        tasks.sweep()
    asked = series.rounds.order_by("occurrence").values_list("survey", flat=True)
    assert list(asked) == [survey.pk, newer.pk]


def test_of_missed_occurrences_the_latest_is_sent_if_its_days_are_not_over(
    organisation: Organisation,
) -> None:
    factories.staff(organisation)
    with time_machine.travel(_at("2026-01-05"), tick=True):
        series = factories.series(
            organisation, audience="internal", cadence="monthly", first_on=dt.date(2026, 1, 15)
        )
    with time_machine.travel(_at("2026-04-20"), tick=True):
        tasks.sweep()
        tasks.sweep()
    assert _occurrences(series) == [3]
    with time_machine.travel(_at("2026-09-10"), tick=True):
        tasks.sweep()
    series.refresh_from_db()
    assert _occurrences(series) == [3]
    assert "were over before we came to it" in series.trouble
    assert series.next_at == _at("2026-09-15")


def test_pausing_lets_occurrences_go_and_ending_ends(organisation: Organisation) -> None:
    factories.staff(organisation)
    with time_machine.travel(_at("2026-01-05"), tick=True):
        series = factories.series(
            organisation, audience="internal", cadence="monthly", first_on=dt.date(2026, 1, 15)
        )
        pause_series(series=series)
    with time_machine.travel(_at("2026-02-20"), tick=True):
        tasks.sweep()
        series = resume_series(series=series)
        tasks.sweep()
    assert _occurrences(series) == []
    assert series.next_at == _at("2026-03-15")
    with time_machine.travel(_at("2026-03-15", "09:01"), tick=True):
        tasks.sweep()
        end_series(series=series)
    with time_machine.travel(_at("2026-08-15", "09:01"), tick=True):
        tasks.sweep()
    assert _occurrences(series) == [2]
    with pytest.raises(FeedbackError, match="ended"):
        resume_series(series=series)


def test_what_cannot_be_sent_is_said_and_the_next_one_comes(
    organisation: Organisation, manager: Membership
) -> None:
    series = factories.series(organisation, created_by=manager)
    with time_machine.travel(series.next_at, tick=True):
        tasks.sweep()
        tasks.sweep()
    series.refresh_from_db()
    assert "Nobody would be asked" in series.trouble
    assert not Round.objects.exists()
    told = Email.objects.get()
    assert told.subject == f"Not sent: {series.title}"
    factories.customer(organisation)
    with time_machine.travel(series.next_at, tick=True):
        tasks.sweep()
    series.refresh_from_db()
    assert series.trouble == ""
    assert _occurrences(series) == [1]


def test_a_survey_that_was_archived_is_not_asked(organisation: Organisation) -> None:
    factories.customer(organisation)
    survey = factories.survey(organisation)
    series = factories.series(organisation, survey=survey)
    Survey.objects.filter(pk=survey.pk).update(archived_at=timezone.now())
    with time_machine.travel(series.next_at, tick=True):
        tasks.sweep()
    series.refresh_from_db()
    assert "has been archived" in series.trouble
    survey.refresh_from_db()
    with pytest.raises(FeedbackError, match="archived"):
        factories.series(organisation, survey=survey)


def test_customers_are_not_asked_each_month_but_a_sample_of_them_may_be(
    organisation: Organisation,
) -> None:
    with pytest.raises(FeedbackError, match="random sample"):
        factories.series(organisation, cadence="monthly")
    for _ in range(12):
        factories.customer(organisation)
    series = factories.series(organisation, cadence="monthly", selection={"sample": 4})
    for _ in range(2):
        with time_machine.travel(series.next_at, tick=True):
            tasks.sweep()
        series.refresh_from_db()
    first, second = series.rounds.order_by("occurrence")
    assert first.selection["seed"] != second.selection["seed"]
    assert Invitation.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_tasks_delivered_five_times_open_one_round(
    organisation: Organisation,
) -> None:
    for _ in range(20):
        factories.staff(organisation)
    series = factories.series(organisation, audience="internal", reminder_days=[1])
    with time_machine.travel(series.next_at, tick=True):
        assert at_once(*[tasks.sweep] * 5) == [None] * 5
    assert _occurrences(series) == [0]
    with time_machine.travel(series.next_at + dt.timedelta(days=1, minutes=1), tick=True):
        assert at_once(*[tasks.sweep] * 5) == [None] * 5
    sent = Round.objects.get()
    keys = Email.objects.values_list("key", flat=True)
    assert len(keys) == len(set(keys)) == 40
    assert Invitation.objects.filter(round=sent).count() == 20


def test_a_series_is_set_up_and_watched_in_the_browser(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    factories.staff(organisation)
    add = reverse("feedback:series_add", args=[organisation.slug])
    first = timezone.now().astimezone(LONDON).date() + dt.timedelta(days=3)
    given = {
        "survey": factories.survey(organisation).pk,
        "title": "Pulse",
        "cadence": "monthly",
        "first_on": first.isoformat(),
        "opens_time": "08:30",
        "rule": "weekday",
        "days_open": "7",
        "reminders": "3",
        "audience": "internal",
        "privacy": "confidential",
    }
    wrong = {
        "first_on": "2001-01-01",
        "opens_time": "25:00",
        "rule": "never",
        "cadence": "hourly",
        "days_open": "0",
        "reminders": "9",
        "title": "x" * 151,
    }
    for name, value in wrong.items():
        shown = as_manager.post(add, {**given, name: value})
        assert (shown.status_code, list(shown.context["form"].errors)) == (422, [name])
    assert as_member.post(add, given).status_code == 403
    shown = as_manager.post(add, given, follow=True)
    assert b"The next round opens on" in shown.content
    series = Series.objects.get()
    assert (series.confidential, series.reminder_days) == (True, [3])
    page = reverse("feedback:series", args=[organisation.slug, series.pk])
    assert as_member.get(page).status_code == 200
    for name in ("pause", "resume", "end"):
        address = reverse(f"feedback:series_{name}", args=[organisation.slug, series.pk])
        assert as_member.post(address).status_code == 403
        # Looking changes nothing: it asks first.
        before = Series.objects.values().get()
        assert b"series</button>" in as_manager.get(address).content
        assert Series.objects.values().get() == before
        assert as_manager.post(address, follow=True).status_code == 200
    series.refresh_from_db()
    assert series.state == "ended"
    theirs = factories.series(factories.organisation())
    stranger = reverse("feedback:series", args=[organisation.slug, theirs.pk])
    assert as_manager.get(stranger).status_code == 404


def test_a_first_day_that_has_passed_is_refused(organisation: Organisation) -> None:
    with pytest.raises(FeedbackError, match="has passed"):
        create_series(
            organisation=organisation,
            survey=factories.survey(organisation),
            title="T",
            audience="internal",
            confidential=False,
            selection={},
            cadence="monthly",
            rule="day",
            first_on=dt.date(2020, 1, 1),
            opens_time=dt.time(9),
            days_open=5,
        )


def test_closing_a_round_of_a_series_early_leaves_the_series(organisation: Organisation) -> None:
    factories.customer(organisation)
    series = factories.series(organisation)
    with time_machine.travel(series.next_at, tick=True):
        open_due_series()
        close_round(round=Round.objects.get())
        open_due_series()
    assert _occurrences(series) == [0]
