"""You said, we did: the emails, each once however many there are, and what became of them."""

import datetime as dt
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback.models import Change, Told
from feedback.queries import changes as change_queries
from feedback.services import (
    continue_telling,
    count_what_is_due,
    live_counts,
    open_case,
    publish_change,
    receiver_of,
    send_change,
    telling,
    wake_telling,
    withdraw_change,
)
from feedback.spoken import LANGUAGES, speech
from outbox.models import Email, EmailState
from outbox.queries import Fates
from programme.models import Membership, Organisation
from tests import factories
from tests.changes import asked_round, case_of, told, written
from tests.conftest import at_once

pytestmark = pytest.mark.django_db


# Many


def test_many_are_told_in_batches_and_on_from_where_it_died(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BATCH", 4)
    change = written(organisation, rounds=[asked_round(organisation, 10)])
    assert send_change(change=change) == 10
    change.refresh_from_db()
    assert (change.sending, change.expected, change.sent_to) == (True, 10, 0)
    monkeypatch.setattr(telling, "_TURN_SECONDS", -1)
    continue_telling(change_id=change.pk)
    assert len(told(change)) == 4
    # Pressed again meanwhile, nothing begins anew.
    assert send_change(change=change) == 10
    wake_telling()
    monkeypatch.setattr(telling, "_TURN_SECONDS", 10)
    continue_telling(change_id=change.pk)
    continue_telling(change_id=change.pk)
    change.refresh_from_db()
    assert (change.sending, change.sent_to, len(set(told(change)))) == (False, 10, 10)


def test_withdrawn_in_the_middle_it_stops_and_goes_on_later(
    organisation: Organisation, leader: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BATCH", 4)
    monkeypatch.setattr(telling, "_TURN_SECONDS", -1)
    change = written(organisation, rounds=[asked_round(organisation, 10)])
    send_change(change=change)
    continue_telling(change_id=change.pk)
    withdraw_change(change=change, by=leader)
    continue_telling(change_id=change.pk)
    assert len(told(change)) == 4
    publish_change(change=change, by=leader)
    assert send_change(change=change) == 6
    for _ in range(3):
        continue_telling(change_id=change.pk)
    assert len(set(told(change))) == len(told(change)) == 10


@pytest.mark.django_db(transaction=True)
def test_pressed_and_delivered_five_times_at_once_it_tells_each_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "BATCH", 3)
    organisation = factories.organisation()
    change = written(organisation, rounds=[asked_round(organisation, 20)])
    send, go_on = (
        partial(send_change, change=change),
        partial(continue_telling, change_id=change.pk),
    )
    assert at_once(*[send] * 5) == [None] * 5
    assert at_once(*[go_on] * 5) == [None] * 5
    # Whoever found it in another's hands left it to them.
    go_on()
    change.refresh_from_db()
    assert (change.sending, change.sent_to) == (False, 20)
    assert len(told(change)) == len(set(told(change))) == 20
    assert at_once(*[send] * 5) == [None] * 5
    assert Told.objects.count() == len(told(change)) == 20


@pytest.mark.parametrize("people", [1, 40])
def test_the_reach_costs_the_same_for_few_and_many(
    organisation: Organisation, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    change = written(
        organisation,
        rounds=[asked_round(organisation, people)],
        cases=[case_of(organisation, "bea@example.com")],
    )
    with django_assert_num_queries(4):
        assert change_queries.reach_of(change).will == people + 1


# The email


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_email_speaks_the_receivers_language_around_our_words(
    organisation: Organisation, language: str
) -> None:
    person = factories.customer(organisation, email="ada@example.com", language=language)
    case = open_case(organisation=organisation, title="T", person=person)
    change = written(organisation, cases=[case], said="<b>Stuck</b> & {link}", did="{{ name }}")
    send_change(change=change)
    email, words = Email.objects.get(key=f"change:{change.pk}:{person.pk}"), speech(language)
    stop = email.headers["List-Unsubscribe"].strip("<>")
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert receiver_of(stop.rstrip("/").rsplit("/", 1)[-1]) == person
    for part in (email.text, email.html):
        assert words.door["did_said"] in part
        assert words.page["leave_do"] in part
        assert f"/did/{organisation.slug}/#change-{change.pk}" in part
        assert stop in part
        assert "{{ name }}" in part
    assert "<b>Stuck</b> & {link}" in email.text
    assert "&lt;b&gt;Stuck&lt;/b&gt; &amp; {link}" in email.html
    assert email.from_name == organisation.name
    assert change.written_by is not None
    assert email.reply_to == change.written_by.user.email
    assert (f'lang="{organisation.language}"' in email.html) is True


def test_no_title_adds_a_header(organisation: Organisation) -> None:
    title = "Doors\r\nBcc: all@example.net\n\nNew body"
    change = written(organisation, title=title, rounds=[asked_round(organisation, 1)])
    send_change(change=change)
    email = Email.objects.get(key__startswith="change:")
    assert email.subject == "You said, we did: Doors Bcc: all@example.net New body"
    assert set(email.headers) == {"List-Unsubscribe", "List-Unsubscribe-Post"}


def test_what_became_of_its_emails(organisation: Organisation) -> None:
    change = written(organisation, rounds=[asked_round(organisation, 6)])
    send_change(change=change)
    change.refresh_from_db()
    emails = list(Email.objects.filter(key__startswith="change:").order_by("pk"))
    for email, state in zip(
        emails, (EmailState.SENT, EmailState.BOUNCED, EmailState.FAILED), strict=False
    ):
        Email.objects.filter(pk=email.pk).update(state=state)
    emails[-1].delete()
    found = change_queries.delivery_of(change)
    assert found.emails == Fates(sent=1, bounced=1, failed=1, waiting=2)
    assert found.not_kept == 1


def test_emails_of_a_large_change_are_counted_by_a_worker(
    organisation: Organisation,
    as_manager: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    change = written(organisation, rounds=[asked_round(organisation, 6)])
    send_change(change=change)
    for module in (change_queries, live_counts):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 5)
    count_what_is_due()
    Email.objects.filter(key__startswith="change:").update(state=EmailState.SENT)
    change.refresh_from_db()
    with django_assert_num_queries(0):
        found = change_queries.delivery_of(change)
    # As it was counted, and the page says when.
    assert found.emails == Fates(waiting=6)
    page = as_manager.get(reverse("feedback:change", args=[organisation.slug, change.pk]))
    assert "Counted" in page.content.decode()
    # Not at each sweep, but when it is due; at rest not for an hour.
    count_what_is_due()
    change.refresh_from_db()
    assert change_queries.delivery_of(change).emails == Fates(waiting=6)
    Change.objects.update(count_due_at=timezone.now())
    count_what_is_due()
    change.refresh_from_db()
    assert change_queries.delivery_of(change).emails == Fates(sent=6)
    assert change.count_due_at is not None
    assert change.count_due_at > timezone.now() + dt.timedelta(minutes=50)


# What the thank-you tells


def test_the_thank_you_has_the_three_newest_of_the_last_year(organisation: Organisation) -> None:
    sent = asked_round(organisation, 1)
    made = [written(organisation, title=f"Change {number}") for number in range(5)]
    written(organisation, title="A draft", published=False)
    Change.objects.filter(pk=made[4].pk).update(
        published_at=timezone.now() - dt.timedelta(days=366)
    )
    assert change_queries.latest_changes(sent) == [made[3], made[2], made[1]]


def test_the_page_says_how_many_were_told_of_another_lately(organisation: Organisation) -> None:
    sent = asked_round(organisation, 5)
    first = written(organisation, rounds=[sent])
    send_change(change=first)
    second = written(organisation, rounds=[sent])
    assert change_queries.reach_of(second).lately == 5
    Told.objects.update(written_at=timezone.now() - dt.timedelta(days=8))
    assert change_queries.reach_of(second).lately == 0
    # Neither does a change hold a round back, nor a round a change.
    assert send_change(change=second) == 5
