"""Receipts: counted while a round is open, and read from what closing wrote down afterwards."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback import tasks
from feedback.models import Invitation, Round
from feedback.receipt_queries import receipts_of
from feedback.services import close_round, open_round
from outbox.models import AddressReport, Email
from outbox.services import note_report
from programme.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db

INDEX_QUERIES = 8


def _open(of: Organisation, people: int = 3) -> Round:
    chosen = [factories.customer(of).pk for _ in range(people)]
    sent = factories.draft_round(of, selection={"people": chosen})
    open_round(round=sent)
    Email.objects.filter(key__startswith=f"round:{sent.pk}:").update(
        state="sent", leased_until=None
    )
    return Round.objects.get(pk=sent.pk)


def test_closed_rounds_are_read_and_only_open_ones_are_counted(
    organisation: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    closed = close_round(round=_open(organisation))
    opened = [_open(organisation, people) for people in (1, 2)]
    with django_assert_num_queries(0):
        (read,) = receipts_of([closed])
    assert (read.invited, read.sent, read.opened, read.answered) == (3, 3, 0, 0)
    with django_assert_num_queries(1):
        found = receipts_of([*opened, closed])
    assert [one.invited for one in found] == [1, 2, 3]
    # Whatever becomes of the invitations, the receipt stays.
    Invitation.objects.filter(round=closed).delete()
    assert receipts_of([Round.objects.get(pk=closed.pk)])[0].lines == read.lines


def test_an_email_in_a_workers_hands_is_waited_for(organisation: Organisation) -> None:
    sent = _open(organisation)
    last = Email.objects.order_by("pk")[0]
    Email.objects.filter(pk=last.pk).update(
        state="queued", leased_until=timezone.now() + dt.timedelta(minutes=5)
    )
    closed = close_round(round=sent)
    tasks.sweep()
    closed.refresh_from_db()
    assert closed.emails_sent is None
    assert (receipts_of([closed])[0].sent, receipts_of([closed])[0].waiting) == (2, 1)
    Email.objects.filter(pk=last.pk).update(state="sent", leased_until=None)
    tasks.sweep()
    settled = Round.objects.get(pk=closed.pk)
    assert (settled.emails_sent, settled.emails_failed, settled.emails_bounced) == (3, 0, 0)


def test_an_email_that_comes_back_after_the_close_is_counted(organisation: Organisation) -> None:
    closed = close_round(round=_open(organisation))
    email = Email.objects.order_by("pk")[0]
    for _ in range(2):
        note_report(
            message_id=email.message_id, kind=AddressReport.Kind.BOUNCE, said="no such user"
        )
        tasks.sweep()
    closed.refresh_from_db()
    assert (closed.emails_sent, closed.emails_bounced) == (2, 1)


def test_a_receipt_is_not_counted_anew_once_its_emails_are_gone(
    organisation: Organisation,
) -> None:
    closed = close_round(round=_open(organisation))
    first, second, _ = Email.objects.order_by("pk")
    second.delete()
    note_report(message_id=first.message_id, kind=AddressReport.Kind.BOUNCE, said="no such user")
    tasks.sweep()
    closed.refresh_from_db()
    assert (closed.emails_sent, closed.emails_bounced) == (3, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_rounds_asks_no_more_for_three(
    organisation: Organisation,
    as_manager: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        close_round(round=_open(organisation))
    with django_assert_num_queries(INDEX_QUERIES):
        assert (
            as_manager.get(reverse("feedback:index", args=[organisation.slug])).status_code == 200
        )
    for _ in range(count):
        _open(organisation)
    # One more, for all the open ones.
    with django_assert_num_queries(INDEX_QUERIES + 1):
        as_manager.get(reverse("feedback:index", args=[organisation.slug]))
