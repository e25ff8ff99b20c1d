"""What waits, and in the meantime is no longer to be sent, or to somewhere else."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback import tasks
from feedback.models import Change, Conversation, Round, Told
from feedback.queries.receipts import receipts_of
from feedback.services import (
    close_round,
    forget,
    hash_of,
    open_round,
    pause_round,
    resume_round,
)
from feedback.services.stopping import set_unsubscribed
from outbox import sending
from outbox.models import AddressReport, Email, EmailState
from outbox.services import (
    NewEmail,
    cancel_emails,
    delete_emails,
    hold_emails,
    report_address,
    without_secrets,
    write_emails,
)
from outbox.tasks import send_due
from programme.models import Membership, Organisation, Person
from programme.services import remove_person, update_person
from tests import factories
from tests.mailserver import Script, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[Script]:
    with serving(settings) as script:
        yield script


def _write(number: int) -> None:
    write_emails(
        NewEmail(
            key=f"test:{n}",
            organisation_id=1,
            to_email=f"person{n}@example.com",
            subject="Hello",
            text="Hello",
        )
        for n in range(number)
    )


def _while_the_third_is_handed_over(server: Script, act: Callable[[], object]) -> None:
    """The rest of its chunk is in the same worker's hands."""

    def look() -> None:
        if len(server.accepted) == 2:
            act()
            connection.close()

    server.before_reply = look


# In a worker's hands


@pytest.mark.django_db(transaction=True)
def test_a_pause_leaves_only_the_email_that_is_being_handed_over(server: Script) -> None:
    _write(6)
    _while_the_third_is_handed_over(server, lambda: hold_emails("test:"))
    send_due()
    assert len(server.accepted) == 3
    waiting = Email.objects.filter(state=EmailState.QUEUED)
    assert [(one.on_hold, one.leased_until, one.attempts) for one in waiting] == [
        (True, None, 0)
    ] * 3
    assert Email.objects.filter(state=EmailState.SENT, on_hold=False).count() == 3


@pytest.mark.django_db(transaction=True)
def test_what_is_cancelled_in_a_workers_hands_does_not_leave(server: Script) -> None:
    _write(6)
    _while_the_third_is_handed_over(server, lambda: cancel_emails("test:", reason="Over."))
    send_due()
    assert len(server.accepted) == 3
    # The one that had left is called sent all the same.
    assert Email.objects.filter(state=EmailState.SENT, last_error="").count() == 3
    failed = Email.objects.filter(state=EmailState.FAILED, last_error="Over.", leased_until=None)
    assert failed.count() == 3


@pytest.mark.django_db(transaction=True)
def test_what_is_deleted_in_a_workers_hands_does_not_leave(server: Script) -> None:
    _write(6)
    _while_the_third_is_handed_over(server, lambda: delete_emails("test:", part=":5"))
    send_due()
    assert server.addresses() == [f"person{n}@example.com" for n in range(5)]
    assert set(Email.objects.values_list("state", flat=True)) == {EmailState.SENT}


@pytest.mark.django_db(transaction=True)
def test_what_a_busy_server_put_off_is_not_sent_after_the_close(
    organisation: Organisation, server: Script
) -> None:
    factories.customer(organisation, email="ada@example.com")
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    server.replies["ada@example.com"] = "450 busy"

    def close() -> None:
        close_round(round=sent)
        connection.close()

    server.before_reply = close
    send_due()
    del server.replies["ada@example.com"]
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=True):
        send_due()
    assert server.accepted == []
    assert Email.objects.get().state == EmailState.FAILED


def test_a_receipt_waits_until_no_worker_can_have_sent_it(organisation: Organisation) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    (leased,) = sending._lease_chunk()
    closed = close_round(round=sent)
    tasks.sweep()
    (receipt,) = receipts_of([Round.objects.get(pk=closed.pk)])
    assert (receipt.waiting, receipt.failed) == (1, 0)
    # The worker is dead: its lease runs out.
    Email.objects.filter(pk=leased.pk).update(leased_until=timezone.now())
    tasks.sweep()
    (receipt,) = receipts_of([Round.objects.get(pk=closed.pk)])
    assert (receipt.waiting, receipt.failed) == (0, 1)
    assert receipt.round.emails_failed == 1


# To whom


def _told(organisation: Organisation, **whom: Any) -> str:
    """The key of an email of news that waits for them."""
    change = Change.objects.create(
        organisation=organisation, title="Doors", said="Stuck", did="Oiled"
    )
    Told.objects.create(organisation=organisation, change=change, **whom)
    own = whom["person"].pk if "person" in whom else f"c{whom['conversation'].pk}"
    key = f"change:{change.pk}:{own}"
    write_emails(
        [
            NewEmail(
                key=key,
                organisation_id=organisation.pk,
                to_email="ada@example.com",
                subject="You said, we did",
                text="Doors",
            )
        ]
    )
    return key


def _waiting() -> set[str]:
    return set(Email.objects.filter(state=EmailState.QUEUED).values_list("key", flat=True))


def _reminded_round(organisation: Organisation, **fields: Any) -> Round:
    sent = factories.draft_round(organisation, reminder_days=[1, 2], **fields)
    open_round(round=sent)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1, hours=1), tick=True):
        tasks.sweep()
    return sent


def test_who_unsubscribes_gets_nothing_that_waits(organisation: Organisation) -> None:
    ada = factories.customer(organisation, "Ada", email="ada@example.com")
    bea = factories.customer(organisation, "Bea", email="bea@example.com")
    sent = _reminded_round(organisation)
    _told(organisation, person=ada)
    news = _told(organisation, person=bea)
    set_unsubscribed(receiver=ada, unsubscribed=True)
    assert _waiting() == {
        f"round:{sent.pk}:{bea.pk}:invite",
        f"round:{sent.pk}:{bea.pk}:reminder:1",
        news,
    }
    assert "could no longer be written to" in Email.objects.filter(state="failed")[0].last_error


def test_somebody_outside_gets_no_news_that_waits(organisation: Organisation) -> None:
    talk = Conversation.objects.create(organisation=organisation, email="ada@example.com")
    _told(organisation, conversation=talk)
    set_unsubscribed(receiver=talk, unsubscribed=True)
    assert _waiting() == set()


@pytest.mark.parametrize("kind", list(AddressReport.Kind))
def test_a_bounce_or_complaint_stops_what_waits(organisation: Organisation, kind: str) -> None:
    factories.customer(organisation, "Ada", email="ada@example.com")
    earlier = factories.draft_round(organisation)
    open_round(round=earlier)
    Email.objects.update(state=EmailState.SENT)
    later = factories.draft_round(organisation)
    open_round(round=later)
    pause_round(round=later)
    report_address(Email.objects.get(state=EmailState.SENT), kind)
    tasks.sweep()
    resume_round(round=later)
    assert _waiting() == set()
    (receipt,) = receipts_of([Round.objects.get(pk=later.pk)])
    assert (receipt.waiting, receipt.failed) == (0, 1)


def _corrected(person: Person, email: str) -> None:
    update_person(
        person=person,
        name=person.name,
        email=email,
        team=None,
        segment=None,
        yearly_value=Decimal(1),
        language="en",
    )


def test_after_a_pause_it_goes_to_who_can_be_asked_at_the_address_of_now(
    organisation: Organisation, server: Script
) -> None:
    left, moved, _ = (
        factories.customer(organisation, name, email=f"{name.lower()}@example.com")
        for name in ("Ada", "Bea", "Cleo")
    )
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    pause_round(round=sent)
    remove_person(person=left)
    _corrected(moved, "bea@example.org")
    resume_round(round=sent)
    send_due()
    assert sorted(str(message["To"]) for message in server.accepted) == [
        "Bea <bea@example.org>",
        "Cleo <cleo@example.com>",
    ]


def test_a_reminder_that_was_held_goes_to_the_address_of_now(
    organisation: Organisation, server: Script
) -> None:
    ada = factories.customer(organisation, "Ada", email="ada@example.com")
    sent = _reminded_round(organisation)
    Email.objects.filter(key__endswith=":invite").update(state=EmailState.SENT)
    pause_round(round=sent)
    _corrected(ada, "ada@example.org")
    resume_round(round=sent)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1, hours=1), tick=True):
        send_due()
    assert server.addresses() == ["Ada <ada@example.org>"]


def test_an_address_that_bounced_and_is_corrected_is_asked_again(
    organisation: Organisation,
) -> None:
    ada = factories.customer(
        organisation, "Ada", email="ada@exmaple.com", bounced_at=timezone.now()
    )
    assert not Person.objects.reachable().exists()
    _corrected(ada, "ADA@exmaple.com")  # the same
    assert not Person.objects.reachable().exists()
    _corrected(ada, "ada@example.com")
    assert Person.objects.reachable().get() == ada


# What others see of it


def test_nobody_can_answer_by_what_is_handed_over_of_a_person(
    organisation: Organisation, as_leader: Client
) -> None:
    ada = factories.customer(organisation, "Ada", email="ada@example.com")
    sent = factories.draft_round(organisation, confidential=True)
    open_round(round=sent)
    token = Email.objects.get().text.split("/a/")[1].split("/")[0]
    assert sent.invitations.get().token_hash == hash_of(token)
    for name in ("held", "held_json"):
        page = as_leader.get(reverse(f"keeping:{name}", args=[organisation.slug, ada.pk])).text
        assert token not in page
    assert "/a/…" in json.loads(page)["emails"][0]["text"]


def test_nobody_sees_that_someone_was_reminded_in_confidence(
    organisation: Organisation, as_leader: Client, leader: Membership
) -> None:
    people = [factories.customer(organisation, name) for name in ("Ada", "Bea")]
    named = _reminded_round(organisation)
    close_round(round=named)
    sent = factories.draft_round(organisation, confidential=True, reminder_days=[1])
    open_round(round=sent)
    factories.submitted(sent.invitations.get(person=people[0]), recommend=9)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1, hours=1), tick=True):
        tasks.sweep()
    assert Email.objects.filter(key=f"round:{sent.pk}:{people[1].pk}:reminder:1").exists()
    seen = []
    for person in people:
        url = reverse("keeping:held_json", args=[organisation.slug, person.pk])
        held = json.loads(as_leader.get(url).content)
        seen.append([one["subject"] for one in held["emails"]])
    assert seen[0] == seen[1]
    # The named round's invitation and reminder, and the confidential one's invitation.
    assert [forget(person=person)["emails"] for person in people] == [3, 3]
    assert not Email.objects.filter(key__contains=":reminder:").exists()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"Answer: https://fp.example/a/{'x' * 32}/", "Answer: https://fp.example/a/…/"),
        (f"http://localhost:8000/a/{'x' * 43}.{'y' * 43}/?score=9", None),
        (f"https://fp.example/forget/sure/{'x' * 40}:1abc:{'y' * 43}/", None),
        (f"https://fp.example/account/link/Mg/d1nxyz-{'0' * 32}/", None),
        (
            "https://fp.example/did/larkfield/#change-3",
            "https://fp.example/did/larkfield/#change-3",
        ),
    ],
)
def test_secrets_of_links_are_blanked(written: str, shown: str | None) -> None:
    found = without_secrets(written)
    if shown is not None:
        assert found == shown
    assert "xxxxx" not in found
    assert "yyyyy" not in found
    assert "00000" not in found
