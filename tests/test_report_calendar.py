"""A quarter's report is built by itself some days after the quarter, once, and leaders hear."""

import datetime as dt
from functools import partial

import pytest
import time_machine

from outbox.models import Email
from programme.models import Membership, Organisation, Period
from reports import queries, services
from reports.models import BoardReport
from tests import factories

DUE = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)  # five days after 30 September


@pytest.fixture
def ended(organisation: Organisation) -> Period:
    period = factories.period(organisation, "2026Q3")
    factories.tally(factories.touchpoint(organisation, "Invoice"), period, (30, 10, 5))
    return period


@pytest.mark.parametrize(("days", "built"), [(-1, 0), (0, 1), (40, 1), (70, 0)])
def test_it_is_due_some_days_after_the_quarter(ended: Period, days: int, built: int) -> None:
    with time_machine.travel(DUE + dt.timedelta(days=days), tick=False):
        services.sweep()
    assert BoardReport.objects.filter(scheduled=True).count() == built


def test_it_is_built_once_however_often_the_sweep_comes(
    ended: Period, leader: Membership, manager: Membership
) -> None:
    with time_machine.travel(DUE):
        services.sweep()
        services.sweep()
        report = BoardReport.objects.get()
        services.build_report(report_id=report.pk)
        services.sweep()
    report = BoardReport.objects.get()
    assert (report.state, report.approval, report.built_by) == ("ready", "draft", None)
    email = Email.objects.get()
    assert email.to_email == leader.user.email
    assert "is ready for your review" in email.subject
    assert report.figures["headline"] in email.text
    assert f"/reports/{report.pk}/" in email.text


def test_a_quarter_that_a_person_reported_on_is_left_to_them(ended: Period) -> None:
    with time_machine.travel(DUE - dt.timedelta(days=2)):
        services.request_report(organisation=ended.organisation, period=ended, built_by=None)
    with time_machine.travel(DUE):
        services.sweep()
    assert not BoardReport.objects.filter(scheduled=True).exists()


def test_one_built_while_the_quarter_ran_does_not_count(ended: Period) -> None:
    with time_machine.travel(DUE - dt.timedelta(days=30)):
        early = services.request_report(
            organisation=ended.organisation, period=ended, built_by=None
        )
        BoardReport.objects.filter(pk=early.pk).update(state="ready")
    with time_machine.travel(DUE):
        services.sweep()
    assert BoardReport.objects.get(scheduled=True).edition == 2


def test_the_organisation_s_own_days_count_or_none(ended: Period) -> None:
    save = partial(services.save_settings, organisation=ended.organisation)
    save(automatic=False, days_after=5)
    with time_machine.travel(DUE, tick=False):
        assert queries.due_by_calendar() == []
        save(automatic=True, days_after=6)
        assert queries.due_by_calendar() == []
        save(automatic=True, days_after=5)
        assert queries.due_by_calendar() == [(ended.organisation, ended)]


def test_a_quarter_without_ratings_has_no_report(organisation: Organisation) -> None:
    factories.period(organisation, "2026Q3")
    with time_machine.travel(DUE, tick=False):
        assert queries.due_by_calendar() == []


def test_a_failure_says_why_and_is_tried_again(
    ended: Period, leader: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.rendering.MOST_SECONDS", 0.2)
    with time_machine.travel(DUE) as clock:
        services.sweep()
        report = BoardReport.objects.get()
        for attempt in range(1, services.MOST_ATTEMPTS + 1):
            services.build_report(report_id=report.pk)
            report.refresh_from_db()
            assert (report.attempts, report.pdf) == (attempt, None)
            assert "was stopped" in report.error
            if attempt < services.MOST_ATTEMPTS:
                assert report.state == "building"
                assert not Email.objects.exists()
                clock.shift(services.DEAD_AFTER + dt.timedelta(seconds=30))
                assert services.waiting_and_dead() == [report.pk]
    assert report.state == "failed"
    email = Email.objects.get()
    assert "could not be built" in email.subject
    assert "was stopped" in email.text


@pytest.mark.parametrize("number", [1, 4])
def test_the_calendar_asks_the_database_twice(
    number: int, django_assert_num_queries: object, db: None
) -> None:
    for _ in range(number):
        of = factories.organisation()
        period = factories.period(of, "2026Q3")
        factories.tally(factories.touchpoint(of, "Invoice"), period, (3, 1, 5))
    with (
        time_machine.travel(DUE, tick=False),
        django_assert_num_queries(2),  # type: ignore[operator]
    ):
        assert len(queries.due_by_calendar()) == number
