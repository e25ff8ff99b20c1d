"""You said, we did: whom a change reaches, and whom it must not."""

from typing import Any

import pytest
from django.utils import timezone

from feedback.models import Change, Comment, Invitation, Told
from feedback.queries import changes as change_queries
from feedback.services import (
    FeedbackError,
    discard_change,
    forget,
    open_case,
    publish_change,
    receiver_of,
    send_change,
    set_unsubscribed,
    suppress_reported,
    withdraw_change,
    write_change,
)
from feedback.services.stopping import stop_token
from feedback.spoken import speech
from outbox.models import AddressReport, Email
from programme.models import Membership, Organisation, Person
from tests import factories
from tests.changes import addresses, asked_round, case_of, told, written

pytestmark = pytest.mark.django_db


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


def test_whoever_a_case_is_with_is_told_also_from_outside(organisation: Organisation) -> None:
    person = factories.customer(organisation, email="ada@example.com", language="de")
    cases = [
        open_case(organisation=organisation, title="By hand", person=person),
        case_of(organisation, "bea@example.com"),
        case_of(organisation, "BEA@example.com"),
        # She is among our people, and this address is hers.
        case_of(organisation, "Ada@Example.com"),
        case_of(organisation, ""),
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
    cases = [case_of(organisation, f"{name}@example.com") for name in ("ada", "bea", "cy")]
    conversation = cases[0].conversation
    assert conversation is not None
    found = receiver_of(stop_token(conversation))
    assert found == conversation
    # A second conversation with the same address is meant as well.
    again = case_of(organisation, "ADA@example.com")
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
    case = case_of(organisation, "bea@example.com")
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
