"""What comes next of a series is changed; what there was stays."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from feedback import tasks
from feedback.models import Invitation, Series
from feedback.recurrence import Recurrence
from feedback.services import (
    FeedbackError,
    change_series,
    create_survey,
    end_series,
    pause_series,
)
from programme.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def _at(day: str, hour: str = "09:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=LONDON)


def _series(organisation: Organisation, **fields: Any) -> Series:
    with time_machine.travel(_at("2026-01-05"), tick=True):
        return factories.series(
            organisation, **{"first_on": dt.date(2026, 1, 15), "audience": "internal", **fields}
        )


def _as_is(series: Series) -> dict[str, Any]:
    """A series as `change_series` takes it."""
    names = ("survey", "title", "audience", "confidential", "selection", "cadence", "rule")
    return {name: getattr(series, name) for name in (*names, "opens_time", "days_open")} | {
        "series": series,
        "next_on": series.next_day,
    }


def _sent(series: Series) -> list[tuple[int | None, str]]:
    rounds = series.rounds.order_by("occurrence")
    return [
        (found.occurrence, f"{found.opens_at.astimezone(LONDON):%Y-%m-%d %H:%M}")
        for found in rounds
        if found.opens_at
    ]


def test_the_next_rounds_follow_the_new_calendar_and_no_number_comes_twice(
    organisation: Organisation,
) -> None:
    factories.staff(organisation)
    series = _series(organisation)
    with time_machine.travel(_at("2026-01-15"), tick=True):
        tasks.sweep()
    before = list(series.rounds.values())
    series.refresh_from_db()
    with time_machine.travel(_at("2026-02-01"), tick=True):
        tasks.sweep()
        before = list(series.rounds.values())
        changed = change_series(
            **{**_as_is(series), "cadence": "monthly", "next_on": dt.date(2026, 2, 10)}
        )
        tasks.sweep()
        assert changed.next_at == _at("2026-02-10")
        assert list(series.rounds.values()) == before
    for day in ("2026-02-10", "2026-03-10", "2026-04-10"):
        with time_machine.travel(_at(day, "09:01"), tick=True):
            tasks.sweep()
            tasks.sweep()
    assert _sent(series) == [
        (0, "2026-01-15 09:00"),
        (1, "2026-02-10 09:00"),
        (2, "2026-03-10 09:00"),
        (3, "2026-04-10 09:00"),
    ]


def test_whom_and_what_and_how_change_for_the_next_round_only(organisation: Organisation) -> None:
    person = factories.staff(organisation)
    other = factories.staff(organisation)
    series = _series(organisation, selection={"people": [person.pk]})
    with time_machine.travel(_at("2026-01-15"), tick=True):
        tasks.sweep()
        series.refresh_from_db()
        following = factories.survey(organisation)
        change_series(
            **{
                **_as_is(series),
                "survey": following,
                "title": "Pulse",
                "confidential": True,
                "selection": {"people": [other.pk]},
                "days_open": 3,
                "opens_time": dt.time(7, 30),
            },
            reminder_days=[2, 1],
        )
    with time_machine.travel(_at("2026-04-15"), tick=True):
        tasks.sweep()
    first, second = series.rounds.order_by("occurrence")
    assert (first.survey_id, first.confidential, first.title) == (
        *(series.survey_id, False, f"{series.title}, January 2026"),
    )
    assert (second.survey, second.confidential, second.title) == (
        *(following, True, "Pulse, April 2026"),
    )
    assert second.reminder_days == [1, 2]
    assert second.closes_at == _at("2026-04-18", "23:59")
    asked = Invitation.objects.order_by("round__occurrence").values_list("person", flat=True)
    assert list(asked) == [person.pk, other.pk]
    assert _sent(series)[1] == (1, "2026-04-15 07:30")


def test_the_31st_stays_the_31st_where_the_day_is_left_alone(organisation: Organisation) -> None:
    factories.staff(organisation)
    series = _series(organisation, cadence="monthly", first_on=dt.date(2026, 1, 31))
    with time_machine.travel(_at("2026-01-31"), tick=True):
        tasks.sweep()
        series.refresh_from_db()
        assert series.next_day == dt.date(2026, 2, 28)
        changed = change_series(**{**_as_is(series), "title": "Another"})
    assert [changed.recurrence.day(number) for number in (1, 2)] == [
        *(dt.date(2026, 2, 28), dt.date(2026, 3, 31)),
    ]


def test_a_calendar_begun_anew_counts_on() -> None:
    first = Recurrence(dt.date(2026, 1, 31), "monthly", "day", dt.time(9), "Europe/London")
    same = first.changed(
        number=3, on=dt.date(2026, 4, 30), cadence="monthly", rule="day", at=dt.time(8)
    )
    assert (same.day(4), same.at) == (dt.date(2026, 5, 31), dt.time(8))
    anew = first.changed(
        number=3, on=dt.date(2026, 4, 14), cadence="quarterly", rule="weekday", at=dt.time(9)
    )
    assert [anew.day(number) for number in (3, 4)] == [dt.date(2026, 4, 14), dt.date(2026, 7, 14)]
    assert anew.latest(_at("2026-07-14"), since=3) == 4
    assert anew.coming(_at("2026-07-14"), since=3) == 5


def test_what_cannot_be_is_refused_and_changes_nothing(organisation: Organisation) -> None:
    series = _series(organisation)
    stored = Series.objects.values().get()
    empty = create_survey(organisation=organisation, title="Empty")
    with time_machine.travel(_at("2026-01-10"), tick=True):
        for wrong, says in (
            ({"next_on": dt.date(2026, 1, 9)}, "has passed"),
            ({"audience": "external", "cadence": "monthly"}, "random sample"),
            (
                {"survey": empty},
                "no questions yet",
            ),
        ):
            with pytest.raises(FeedbackError, match=says):
                change_series(**{**_as_is(series), **wrong})
        assert Series.objects.values().get() == stored
        end_series(series=series)
        with pytest.raises(FeedbackError, match="has ended"):
            change_series(**_as_is(series))


def test_one_that_rests_is_changed_from_its_next_day_to_come(
    organisation: Organisation, as_manager: Client
) -> None:
    factories.staff(organisation)
    series = _series(organisation)
    with time_machine.travel(_at("2026-01-06"), tick=True):
        pause_series(series=series)
    with time_machine.travel(_at("2026-02-06"), tick=True):
        series.refresh_from_db()
        edit = reverse("feedback:series_edit", args=[organisation.slug, series.pk])
        assert as_manager.get(edit).context["form"]["first_on"].value() == dt.date(2026, 4, 15)
        change_series(**{**_as_is(series), "next_on": dt.date(2026, 4, 15), "days_open": 5})
    series.refresh_from_db()
    assert (series.state, series.next_number, series.next_at) == ("paused", 1, _at("2026-04-15"))


# In the browser


def test_it_is_changed_in_the_browser(
    organisation: Organisation, as_manager: Client, as_member: Client, stranger_client: Client
) -> None:
    team = factories.team(organisation)
    people = [factories.staff(organisation, team=team) for _ in range(3)]
    series = factories.series(
        organisation,
        audience="internal",
        selection={"people": [people[0].pk], "teams": [team.pk]},
        reminder_days=[3],
        confidential=True,
    )
    edit = reverse("feedback:series_edit", args=[organisation.slug, series.pk])
    form = as_manager.get(edit).context["form"]
    given = {name: form[name].value() for name in form.fields}
    assert given["picked"] == people[0].email
    sent = {name: value for name, value in given.items() if value not in (None, "")}
    assert as_manager.post(edit, sent).status_code == 302
    unchanged = Series.objects.get()
    for name in ("first_on", "first_number", "next_at", "selection", "reminder_days", "title"):
        assert getattr(unchanged, name) == getattr(series, name), name
    later = series.next_day + dt.timedelta(days=9)
    as_manager.post(edit, {**sent, "first_on": later, "sample": "2", "cadence": "yearly"})
    changed = Series.objects.get()
    assert (changed.next_day, changed.cadence) == (later, "yearly")
    assert changed.selection["sample"] == 2
    for name, value in {"first_on": "2001-01-01", "days_open": "0", "title": "x" * 151}.items():
        refused = as_manager.post(edit, {**sent, name: value})
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, [name])
    for client, status in ((as_member, 403), (stranger_client, 404)):
        assert client.post(edit, sent).status_code == status
    end_series(series=changed)
    assert as_manager.get(edit).status_code == 302


def test_the_next_days_are_shown_while_the_form_is_filled_in(
    organisation: Organisation, as_manager: Client, as_member: Client
) -> None:
    organisation.timezone = "Asia/Kolkata"
    organisation.save()
    survey = factories.survey(organisation)
    asked = {
        "first_on": "2027-01-31",
        "cadence": "monthly",
        "rule": "day",
        "opens_time": "09:00",
        "days_open": "7",
    }
    dates = reverse("feedback:series_dates", args=[organisation.slug])
    with time_machine.travel(_at("2026-11-05"), tick=True):
        shown = as_manager.get(dates, asked).content.decode()
        assert "Sunday 31 January 2027, 09:00" in shown
        assert "until 7 February" in shown
        assert "Sunday 28 February 2027, 09:00" in shown
        assert "Wednesday 31 March 2027, 09:00" in shown
        assert (
            "once the fields above say when"
            in as_manager.get(dates, {**asked, "days_open": "x"}).content.decode()
        )
        assert as_member.get(dates, asked).status_code == 403
        # Without script a button looks, and nothing is set up.
        given = {
            "survey": survey.pk,
            "title": "Pulse",
            "audience": "internal",
            "privacy": "named",
            "look": "yes",
        }
        add = reverse("feedback:series_add", args=[organisation.slug])
        looked = as_manager.post(add, asked | given).content.decode()
        assert "Wednesday 31 March 2027, 09:00" in looked
        assert not Series.objects.exists()


# Rounds that meet


@pytest.mark.parametrize(
    ("cadence", "first", "days", "most"),
    [
        ("monthly", "2026-01-31", 28, 27),
        ("monthly", "2026-01-31", 27, None),
        ("monthly", "2026-01-15", 31, 27),
        ("quarterly", "2026-01-15", 90, 89),
        ("quarterly", "2026-01-15", 89, None),
    ],
)
def test_rounds_that_would_be_open_at_once_are_said_to_be(
    organisation: Organisation,
    as_manager: Client,
    cadence: str,
    first: str,
    days: int,
    most: int | None,
) -> None:
    address = reverse("feedback:series_dates", args=[organisation.slug])
    given = {"cadence": cadence, "first_on": first, "opens_time": "09:00", "rule": "day"}
    with time_machine.travel(_at("2026-01-05"), tick=True):
        shown = as_manager.get(address, {**given, "days_open": str(days)}).text
    assert ("Two rounds would be open at once" in shown) == (most is not None)
    if most is not None:
        assert f"With at most {most} days to answer" in shown


def test_a_series_whose_rounds_meet_says_so_on_its_page(
    organisation: Organisation, as_manager: Client
) -> None:
    for days, warned in ((14, False), (90, True)):
        series = factories.series(
            organisation, audience="internal", cadence="monthly", days_open=days
        )
        page = as_manager.get(reverse("feedback:series", args=[organisation.slug, series.pk])).text
        assert ("Two rounds would be open at once" in page) == warned
