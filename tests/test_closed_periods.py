"""Quarters: closed by a leader, for good, whatever anyone tries."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.models import Round
from feedback.services import FeedbackError, close_period, close_round, create_round, open_round
from programme.models import Membership, Organisation, Period
from programme.services import reminders_address
from tests import factories
from tests.conftest import wait_until
from tests.respondents import sent_round
from touchpoints.models import HandOff, HandOffTally, RatingTally
from touchpoints.services import Tally, TouchpointsError, add_ratings


def _url(organisation: Organisation, name: str = "periods", **where: object) -> str:
    return reverse(f"feedback:{name}", kwargs={"organisation": organisation.slug, **where})


@pytest.fixture
def closed(organisation: Organisation, leader: Membership) -> RatingTally:
    """A tally in 2025Q1, which is closed."""
    at, when = factories.touchpoint(organisation), factories.period(organisation, "2025Q1")
    tally = factories.tally(at, when, (1, 2, 3))
    close_period(period=when, by=leader)
    tally.period.refresh_from_db()
    return tally


def _add(tally: RatingTally, period: Period, source: str = "round-1") -> None:
    add_ratings(
        organisation=tally.organisation,
        source=source,
        period=period,
        voice="customer",
        tallies=[Tally(tally.touchpoint_id, None, None, "satisfaction-5", 9, 9, 9)],
    )


def test_closing_says_who_and_when_and_only_once(closed: RatingTally, leader: Membership) -> None:
    first = closed.period.closed_at
    assert first is not None
    assert closed.period.closed_by == leader
    again = close_period(period=closed.period, by=factories.member(closed.organisation))
    assert (again.closed_at, again.closed_by) == (first, leader)


@pytest.mark.parametrize("source", ["round-1", "round-2", "workshop-1", "import-1"])
def test_no_source_adds_to_it_or_takes_from_it(closed: RatingTally, source: str) -> None:
    with pytest.raises(TouchpointsError, match="2025Q1 is closed"):
        _add(closed, closed.period, source)


def test_ratings_cannot_be_moved_out_of_it(closed: RatingTally) -> None:
    with pytest.raises(TouchpointsError, match="2025Q1 is closed"):
        _add(closed, factories.period(closed.organisation, "2025Q2"))


def _rows(tally: RatingTally) -> list[Any]:
    return list(RatingTally.objects.filter(organisation=tally.organisation).values())


@pytest.mark.parametrize(
    "attempt",
    [
        lambda tally: factories.tally(tally.touchpoint, tally.period, (1, 1, 1), source="x"),
        lambda tally: RatingTally.objects.filter(pk=tally.pk).update(magic=99),
        lambda tally: RatingTally.objects.filter(pk=tally.pk).update(
            period=factories.period(tally.organisation, "2025Q2")
        ),
        lambda tally: RatingTally.objects.filter(pk=tally.pk).delete(),
        lambda tally: tally.touchpoint.delete(),
        lambda tally: RatingTally.objects.bulk_create(
            [RatingTally(**{**_rows(tally)[0], "id": None, "source": "x"})]
        ),
        lambda tally: RatingTally.objects.bulk_update(
            [RatingTally(pk=tally.pk, misery=50)], ["misery"]
        ),
        lambda tally: Period.objects.filter(pk=tally.period_id).update(closed_at=None),
        lambda tally: Period.objects.filter(pk=tally.period_id).update(closed_at=timezone.now()),
        lambda tally: Period.objects.filter(pk=tally.period_id).update(ends_on="2030-01-01"),
        lambda tally: Period.objects.filter(pk=tally.period_id)._raw_delete("default"),
    ],
)
def test_the_database_itself_refuses(
    closed: RatingTally, attempt: Callable[[RatingTally], object]
) -> None:
    """What no service offers, and a mistake in one could do."""
    before = _rows(closed)
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt(closed)
    assert _rows(closed) == before
    assert Period.objects.get(pk=closed.period_id).closed_at == closed.period.closed_at


def test_another_row_cannot_be_moved_into_it(closed: RatingTally) -> None:
    when = factories.period(closed.organisation, "2025Q2")
    other = factories.tally(closed.touchpoint, when, (1, 1, 1), source="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingTally.objects.filter(pk=other.pk).update(period=closed.period)


def test_hand_offs_ratings_stay_too(closed: RatingTally) -> None:
    organisation = closed.organisation
    link = HandOff.objects.create(
        organisation=organisation,
        touchpoint=closed.touchpoint,
        name="Order",
        giver=factories.team(organisation),
        receiver=factories.team(organisation),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOffTally.objects.create(
            organisation=organisation,
            hand_off=link,
            period=closed.period,
            source="round-1",
            scale="moment-3",
            magic=1,
        )


def test_who_closed_it_may_leave(closed: RatingTally, leader: Membership) -> None:
    leader.delete()
    closed.period.refresh_from_db()
    assert closed.period.closed_by is None
    assert closed.period.closed_at is not None


def test_no_round_is_prepared_or_sent_into_it(
    organisation: Organisation, leader: Membership
) -> None:
    when = factories.period(organisation, "2025Q1")
    factories.customer(organisation)
    prepared = factories.draft_round(organisation, period=when)
    close_period(period=when, by=leader)
    with pytest.raises(FeedbackError, match="2025Q1 is closed"):
        open_round(round=prepared)
    prepared.refresh_from_db()
    assert prepared.state == Round.State.DRAFT
    when.refresh_from_db()
    with pytest.raises(FeedbackError, match="2025Q1 is closed"):
        create_round(
            organisation=organisation,
            survey=factories.survey(organisation),
            title="Late",
            audience="external",
            confidential=False,
            period=when,
            selection={},
        )


def test_not_while_a_round_counts_into_it(organisation: Organisation, leader: Membership) -> None:
    when = factories.period(organisation, "2025Q1")
    sent, _ = sent_round(organisation, period=when, title="Spring")
    with pytest.raises(FeedbackError, match="“Spring” still takes answers"):
        close_period(period=when, by=leader)
    close_round(round=sent)
    assert close_period(period=when, by=leader).closed_at is not None


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_it_is_being_closed_waits_and_is_refused(
    organisation: Organisation, leader: Membership
) -> None:
    """Even past every service, by a transaction that began while it was open."""
    at, when = factories.touchpoint(organisation), factories.period(organisation, "2025Q1")
    refused: list[str] = []

    def write() -> None:
        try:
            factories.tally(at, when, (1, 2, 3))
        except IntegrityError as error:
            refused.append(str(error))
        finally:
            connection.close()

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone()[0])

    writer = threading.Thread(target=write)
    with transaction.atomic():
        close_period(period=when, by=leader)
        writer.start()
        wait_until(waits)
    writer.join()
    assert len(refused) == 1
    assert "never changes" in refused[0]
    assert not RatingTally.objects.exists()


# Pages


def test_a_leader_closes_by_typing_the_code(as_leader: Client, organisation: Organisation) -> None:
    at, when = factories.touchpoint(organisation), factories.period(organisation, "2025Q1")
    factories.tally(at, when, (100, 200, 3000))
    page = as_leader.get(_url(organisation)).text
    assert "1 January 2025 to 31 March 2025" in page
    assert "3,300" in page
    address = _url(organisation, "period_close", period=when.pk)
    assert address in page
    assert "3,300 ratings" in as_leader.get(address).text
    for code in ("", "yes", "2025Q2", "2025Q1" * 9):
        assert as_leader.post(address, {"code": code}).context["form"].errors
        when.refresh_from_db()
        assert when.closed_at is None
    page = as_leader.post(address, {"code": " 2025q1 "}, follow=True).text
    when.refresh_from_db()
    assert when.closed_at is not None
    assert "2025Q1 is closed: its ratings stay as they are." in page
    assert "It is closed already" in as_leader.get(address).text


def test_only_leaders_close(
    as_manager: Client, as_member: Client, as_auditor: Client, organisation: Organisation
) -> None:
    when = factories.period(organisation, "2025Q1")
    for client in (as_manager, as_member, as_auditor):
        assert "A leader closes them" in client.get(_url(organisation)).text
        address = _url(organisation, "period_close", period=when.pk)
        assert client.post(address, {"code": "2025Q1"}).status_code == 403
    when.refresh_from_db()
    assert when.closed_at is None


def test_another_organisation_s_quarter_is_not_found(
    as_leader: Client, organisation: Organisation
) -> None:
    theirs = factories.period(factories.organisation(), "2025Q1")
    address = _url(organisation, "period_close", period=theirs.pk)
    assert as_leader.post(address, {"code": "2025Q1"}).status_code == 404


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_quarter_that_lasts_cannot_be_closed(
    as_leader: Client, leader: Membership, organisation: Organisation, zone: str
) -> None:
    """It ends by the organisation's own clock."""
    Organisation.objects.filter(pk=organisation.pk).update(timezone=zone)
    today = timezone.localdate(timezone=dt.UTC)
    when = Period.objects.create(
        organisation=organisation,
        year=2031,
        number=1,
        starts_on=today - dt.timedelta(days=80),
        ends_on=today + dt.timedelta(days=1),
    )
    with pytest.raises(FeedbackError, match="close it after that day"):
        close_period(period=when, by=leader)
    address = _url(organisation, "period_close", period=when.pk)
    assert "can be closed after that day" in as_leader.get(address).text
    assert "lasts until" in as_leader.post(address, {"code": "2031Q1"}).text


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_for_three_as_for_one(
    as_leader: Client,
    organisation: Organisation,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for quarter in range(1, number + 1):
        sent, _ = sent_round(organisation, period=factories.period(organisation, f"2025Q{quarter}"))
        close_round(round=sent)
    with django_assert_num_queries(5):
        as_leader.get(_url(organisation))


# Reminders


def test_reminders_are_turned_off_by_the_link_and_on_again_signed_in(
    as_manager: Client, manager: Membership
) -> None:
    def wanted() -> bool:
        return Membership.objects.get(pk=manager.pk).wants_reminders

    address = reminders_address(manager)
    path = address[address.index("/reminders/") :]
    anyone = Client(enforce_csrf_checks=True)
    assert "Turn reminders off" in anyone.get(path).text
    assert wanted(), "looking changes nothing"
    assert "Turn reminders on" in anyone.post(path, {"List-Unsubscribe": "One-Click"}).text
    assert not wanted()
    own = reverse("programme:own_reminders", args=[manager.organisation.slug])
    assert "Turn reminders on" in as_manager.get(own).text
    as_manager.post(own, {"wanted": "yes"})
    assert wanted()
    assert anyone.post("/reminders/forged/").status_code == 404
