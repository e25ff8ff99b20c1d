"""You said, we did: whom a change reaches, and that it reaches each once."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback import change_queries
from feedback.models import Case, Change, Comment, Invitation, Round, Told
from feedback.services import (
    FeedbackError,
    close_round,
    continue_telling,
    count_what_is_due,
    discard_change,
    forget,
    live_counts,
    open_case,
    open_case_from_item,
    open_round,
    publish_change,
    receiver_of,
    send_change,
    set_unsubscribed,
    suppress_reported,
    telling,
    wake_telling,
    withdraw_change,
    write_change,
)
from feedback.services.stopping import stop_token
from feedback.spoken import LANGUAGES, speech
from outbox.models import AddressReport, Email, EmailState
from outbox.queries import Fates
from programme.models import Membership, Organisation, Person, Role
from tests import factories
from tests.conftest import at_once
from tests.doors import left

pytestmark = pytest.mark.django_db


def asked_round(of: Organisation, people: int = 6, *, answering: int = 0, **fields: Any) -> Round:
    """A closed round to so many more customers (or staff), of whom some answered, with a comment
    each."""
    make = factories.staff if fields.get("audience") == "internal" else factories.customer
    asked = [make(of) for _ in range(people)]
    selection = {"people": [one.pk for one in asked]}
    sent = factories.draft_round(of, selection=selection, **fields)
    open_round(round=sent)
    for invitation in sent.invitations.order_by("pk")[:answering]:
        factories.submitted(invitation, recommend=3, comment="The door sticks")
    close_round(round=sent)
    sent.refresh_from_db()
    return sent


def written(of: Organisation, *, published: bool = True, **fields: Any) -> Change:
    """A change, published by a leader."""
    leader = of.memberships.filter(role=Role.LEADER).first() or factories.member(of, Role.LEADER)
    values = {"title": "Doors that open", "said": "They stick.", "did": "We oiled them.", **fields}
    change = write_change(organisation=of, by=leader, **values)
    return publish_change(change=change, by=leader) if published else change


def told(change: Change) -> list[str]:
    """The addresses that were written to, each as often as it was."""
    emails = Email.objects.filter(key__startswith=f"change:{change.pk}:")
    return sorted(emails.values_list("to_email", flat=True))


def addresses(sent: Round) -> list[str]:
    return sorted(sent.invitations.values_list("person__email", flat=True))


def test_everyone_invited_is_told_whether_they_answered_or_not(organisation: Organisation) -> None:
    sent = asked_round(organisation, answering=2)
    change = written(organisation, rounds=[sent])
    assert send_change(change=change) == 6
    assert told(change) == addresses(sent)
    change.refresh_from_db()
    assert (change.sent_to, change.sending) == (6, False)
    assert change.sent_at is not None


def test_a_second_sending_writes_to_nobody_twice(organisation: Organisation) -> None:
    change = written(organisation, rounds=[asked_round(organisation)])
    send_change(change=change)
    before = told(change)
    assert send_change(change=change) == 0
    # Not even when the emails are no longer kept.
    Email.objects.all().delete()
    assert send_change(change=change) == 0
    assert not Email.objects.exists()
    assert len(before) == Told.objects.count() == 6


def test_a_further_round_brings_only_those_who_have_not_had_it(
    organisation: Organisation, leader: Membership
) -> None:
    first = asked_round(organisation)
    change = written(organisation, rounds=[first])
    send_change(change=change)
    second = asked_round(organisation, 2)
    # One who had it under another address, and one who shares theirs with somebody who had it.
    mover = first.invitations.order_by("pk")[0].person
    assert mover is not None
    Invitation.objects.create(
        organisation=organisation, round=second, person=mover, token_hash="again"
    )
    Person.objects.filter(pk=mover.pk).update(email="moved@example.com")
    twin = factories.staff(organisation, email=addresses(first)[-1].upper())
    Invitation.objects.create(
        organisation=organisation, round=second, person=twin, token_hash="twin"
    )
    write_change(
        organisation=organisation,
        change=change,
        title=change.title,
        said=change.said,
        did=change.did,
        rounds=[second],
        by=leader,
    )
    assert set(change.rounds.all()) == {first, second}
    reach = change_queries.reach_of(change)
    assert (reach.will, reach.told) == (2, 7)
    assert send_change(change=change) == 2
    change.refresh_from_db()
    assert change.sent_to == len(told(change)) == 8


def test_nobody_is_written_to_who_should_not_be_and_the_page_says_why(
    organisation: Organisation,
) -> None:
    sent = asked_round(organisation, 8)
    people = [one.person for one in sent.invitations.select_related("person").order_by("pk")]
    now = timezone.now()
    troubles: list[dict[str, Any]] = [
        {"unsubscribed_at": now},
        {"unsubscribed_at": now},
        {"bounced_at": now},
        {"left_at": now},
        {"email": ""},
    ]
    for person, values in zip(people, troubles, strict=False):
        assert person is not None
        Person.objects.filter(pk=person.pk).update(**values)
    change = written(organisation, rounds=[sent])
    reach = change_queries.reach_of(change)
    assert reach == change_queries.Reach(will=3, stopped=2, bounced=1, left=1, no_address=1)
    assert dict(reach.not_told) == {
        "asked to get no more emails": 2,
        "an address that does not work": 1,
        "no longer on your list": 1,
        "no email address": 1,
    }
    assert send_change(change=change) == 3
    assert len(told(change)) == 3
    gone = people[-1]
    assert gone is not None
    forget(person=gone)
    (asked,) = change_queries.asked_rounds(change)
    assert (asked.invited, asked.forgotten, asked.at_places) == (7, 1, False)


def test_one_address_gets_it_once(organisation: Organisation) -> None:
    outside = asked_round(organisation, 2)
    inside = asked_round(organisation, 2, audience="internal")
    shared = addresses(outside)[0]
    Person.objects.filter(email=addresses(inside)[0]).update(email=shared.upper())
    change = written(organisation, rounds=[outside, inside])
    reach = change_queries.reach_of(change)
    assert (reach.will, reach.shared) == (3, 1)
    assert send_change(change=change) == 3
    assert sorted(one.lower() for one in told(change)) == sorted(
        {*addresses(outside), addresses(inside)[1]}
    )


def test_the_writer_of_a_named_comment_is_told_and_nobody_else(organisation: Organisation) -> None:
    sent = asked_round(organisation, answering=2)
    comment = Comment.objects.order_by("pk")[0]
    assert comment.response is not None
    assert comment.response.invitation is not None
    change = written(organisation, comments=[comment])
    assert not change.rounds.exists()
    send_change(change=change)
    person = comment.response.invitation.person
    assert person is not None
    assert told(change) == [person.email]
    assert sent.invitations.count() == 6


# Confidential rounds


@pytest.mark.parametrize("answering", [0, 10, 12])
def test_what_a_confidential_round_says_of_its_reach_tells_nothing_of_who_answered(
    organisation: Organisation, answering: int
) -> None:
    """The same people, the same figures and the same rows, however many answered."""
    sent = asked_round(organisation, 12, answering=answering, confidential=True)
    change = written(organisation, rounds=[sent])
    assert change_queries.reach_of(change) == change_queries.Reach(will=12)
    assert send_change(change=change) == 12
    assert told(change) == addresses(sent)
    assert Told.objects.filter(person__invitations__round=sent).count() == 12
    # Nor does the order in which they were written follow their answers.
    keys = Email.objects.filter(key__startswith="change:").order_by("pk")
    assert list(keys.values_list("to_email", flat=True)) == addresses(sent)


def test_a_confidential_comment_tells_its_whole_round(organisation: Organisation) -> None:
    sent = asked_round(organisation, 12, answering=10, confidential=True)
    comment = Comment.objects.filter(round=sent, released_at__isnull=False)[0]
    change = written(organisation, comments=[comment])
    assert list(change.rounds.all()) == [sent]
    assert send_change(change=change) == 12
    assert told(change) == addresses(sent)


def test_a_case_from_a_confidential_comment_tells_its_whole_round(
    organisation: Organisation,
) -> None:
    sent = asked_round(organisation, 12, answering=10, confidential=True)
    comment = Comment.objects.filter(round=sent)[0]
    case = open_case(organisation=organisation, title="The door", comment=comment)
    change = written(organisation, cases=[case])
    assert list(change.rounds.all()) == [sent]
    assert send_change(change=change) == 12


# Cases


def _case(organisation: Organisation, email: str) -> Case:
    return open_case_from_item(item=left(organisation, text=f"From {email}", email=email))


def test_whoever_a_case_is_with_is_told_also_from_outside(organisation: Organisation) -> None:
    person = factories.customer(organisation, email="ada@example.com", language="de")
    cases = [
        open_case(organisation=organisation, title="By hand", person=person),
        _case(organisation, "bea@example.com"),
        _case(organisation, "BEA@example.com"),
        # She is among our people, and this address is hers.
        _case(organisation, "Ada@Example.com"),
        _case(organisation, ""),
    ]
    change = written(organisation, cases=cases)
    assert change_queries.reach_of(change).will == 2
    assert send_change(change=change) == 2
    assert told(change) == ["ada@example.com", "bea@example.com"]
    german = Email.objects.get(key=f"change:{change.pk}:{person.pk}")
    assert german.subject == f"{speech('de').door['change_subject']}: Doors that open"
    assert send_change(change=change) == 0


def test_outsiders_who_stopped_or_whose_address_bounced_are_left_alone(
    organisation: Organisation, leader: Membership
) -> None:
    cases = [_case(organisation, f"{name}@example.com") for name in ("ada", "bea", "cy")]
    conversation = cases[0].conversation
    assert conversation is not None
    found = receiver_of(stop_token(conversation))
    assert found == conversation
    # A second conversation with the same address is meant as well.
    again = _case(organisation, "ADA@example.com")
    set_unsubscribed(receiver=found, unsubscribed=True)
    AddressReport.objects.create(
        organisation_id=organisation.pk, address="bea@example.com", kind="bounce"
    )
    suppress_reported()
    change = written(organisation, cases=[*cases, again])
    assert change_queries.reach_of(change) == change_queries.Reach(will=1, stopped=1, bounced=1)
    send_change(change=change)
    assert told(change) == ["cy@example.com"]


# Only for staff


def test_what_is_for_staff_reaches_staff_only(organisation: Organisation) -> None:
    outside = asked_round(organisation, 3)
    inside = asked_round(organisation, 4, audience="internal")
    case = _case(organisation, "bea@example.com")
    change = written(organisation, rounds=[outside, inside], cases=[case], staff_only=True)
    assert change_queries.reach_of(change) == change_queries.Reach(will=4, customers=4)
    assert send_change(change=change) == 4
    assert told(change) == addresses(inside)
    assert "/did/" not in Email.objects.filter(key__startswith="change:")[0].text
    assert not change_queries.public_changes(organisation).exists()
    assert change_queries.latest_changes(inside) == [change]
    assert change_queries.latest_changes(outside) == []


# Who may, and when


def test_nothing_is_sent_before_a_leader_publishes(
    organisation: Organisation, manager: Membership, leader: Membership
) -> None:
    change = written(organisation, published=False, rounds=[asked_round(organisation)])
    with pytest.raises(FeedbackError, match="publishes it first"):
        send_change(change=change)
    with pytest.raises(FeedbackError, match="Only a leader"):
        publish_change(change=change, by=manager)
    published = publish_change(change=change, by=leader)
    first = published.published_at
    assert publish_change(change=change, by=leader).published_at == first
    with pytest.raises(FeedbackError, match="only a leader changes"):
        write_change(
            organisation=organisation, change=change, title="T", said="S", did="D", by=manager
        )
    with pytest.raises(FeedbackError, match="Only a leader"):
        withdraw_change(change=change, by=manager)
    with pytest.raises(FeedbackError, match="cannot be discarded"):
        discard_change(change=change)
    assert withdraw_change(change=change, by=leader).published_at is None
    discard_change(change=change)
    assert not Change.objects.exists()


def test_where_nobody_would_get_it_that_is_said(organisation: Organisation) -> None:
    change = written(organisation)
    with pytest.raises(FeedbackError, match="Nobody would get it"):
        send_change(change=change)


def test_what_was_sent_is_added_to_and_not_taken_away(
    organisation: Organisation, leader: Membership
) -> None:
    sent = asked_round(organisation)
    change = written(organisation, rounds=[sent])
    send_change(change=change)
    mended = write_change(
        organisation=organisation,
        change=change,
        title="Doors that open, all of them",
        said="S",
        did="D",
        staff_only=True,
        by=leader,
    )
    assert list(mended.rounds.all()) == [sent]
    assert mended.staff_only is False
    with pytest.raises(FeedbackError, match="cannot be discarded"):
        discard_change(change=withdraw_change(change=change, by=leader))


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
        cases=[_case(organisation, "bea@example.com")],
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
