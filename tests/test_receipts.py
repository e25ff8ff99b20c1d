"""Receipts: counted while a round is open, and read from what closing wrote down afterwards."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback import tasks
from feedback.models import Invitation, Round
from feedback.queries import receipts as receipt_queries
from feedback.queries.receipts import receipts_of
from feedback.services import close_round, count_what_is_due, live_counts, open_round
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
    with django_assert_num_queries(2):
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
    # Two more, for all the open ones.
    with django_assert_num_queries(INDEX_QUERIES + 2):
        as_manager.get(reverse("feedback:index", args=[organisation.slug]))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five places are more than a look counts."""
    monkeypatch.setattr(receipt_queries, "MOST_AT_ONCE", 4)


@pytest.mark.usefixtures("large")
def test_a_large_open_round_is_read_from_what_a_worker_counted(
    organisation: Organisation,
    as_manager: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sent = _open(organisation, 5)
    # Nobody has counted it yet, so that this look does.
    assert receipts_of([sent])[0].counted_at is None
    count_what_is_due()
    first = sent.invitations.order_by("pk")[0]
    factories.submitted(first, recommend=9)
    sent.refresh_from_db()
    with django_assert_num_queries(0):
        (kept,) = receipts_of([sent])
    assert (kept.invited, kept.sent, kept.answered) == (5, 5, 0)
    assert kept.counted_at == sent.counted_at is not None
    here = (organisation.slug, sent.pk)
    for name in ("feedback:round", "feedback:round_receipt_table"):
        args = [*here, "csv"] if name.endswith("table") else here
        page = as_manager.get(reverse(name, args=args))
        assert "ounted" in page.content.decode()
    # A moment later nothing is due; when it is, the numbers are those of that moment.
    count_what_is_due()
    sent.refresh_from_db()
    assert receipts_of([sent])[0] == kept
    Round.objects.update(count_due_at=timezone.now())
    tasks.sweep()
    sent.refresh_from_db()
    assert receipts_of([sent])[0].answered == 1
    # A closed one has its receipt, and nothing else.
    closed = close_round(round=sent)
    assert (closed.counted, closed.counted_at, closed.count_due_at) == (None, None, None)
    assert receipts_of([closed])[0].answered == 1


@pytest.mark.usefixtures("large")
def test_a_large_confidential_round_tells_no_more_than_a_small_one(
    organisation: Organisation,
) -> None:
    chosen = [factories.staff(organisation).pk for _ in range(9)]
    sent = factories.draft_round(
        organisation, audience="internal", confidential=True, selection={"people": chosen}
    )
    open_round(round=sent)
    places = list(sent.invitations.order_by("pk"))
    for place, answered in zip(places, range(1, 10), strict=True):
        factories.submitted(place, recommend=9)
        Round.objects.update(count_due_at=None)
        count_what_is_due()
        (read,) = receipts_of([Round.objects.get(pk=sent.pk)])
        assert read.counted_at is not None
        assert read.answered == (answered if answered >= 5 else None)
        assert (read.opened is None) == (answered < 5)


def test_a_round_that_closes_while_it_is_counted_keeps_its_receipt(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = _open(organisation)
    count = receipt_queries.count_live

    def and_close(rounds: list[int]) -> object:
        counted = count(rounds)
        close_round(round=sent)
        return counted

    monkeypatch.setattr(live_counts, "count_live", and_close)
    count_what_is_due()
    assert Round.objects.get(pk=sent.pk).counted is None
