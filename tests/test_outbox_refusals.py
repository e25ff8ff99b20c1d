"""Mail servers that refuse, hang up, stay silent, or are not there."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from outbox import sending, tasks
from outbox.models import Email, EmailState
from tests.emails import state, write
from tests.mailserver import Script, free_port, mailers, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[Script]:
    with serving(settings) as script:
        yield script


def _wait_for(event: threading.Event) -> None:
    event.wait(60)


@pytest.mark.parametrize(
    ("reply", "then"),
    [
        ("550 no such person", EmailState.FAILED),
        ("RCPT 550 no such person", EmailState.BOUNCED),
        ("RCPT 550 5.1.1 unknown user", EmailState.BOUNCED),
        ("RCPT 550 5.7.1 relaying denied", EmailState.FAILED),
        ("RCPT 554 no", EmailState.FAILED),
        ("RCPT 550 blocked by policy", EmailState.FAILED),
        ("450 mailbox busy", EmailState.QUEUED),
        ("RCPT 451 greylisted, come back", EmailState.QUEUED),
        ("421 going down", EmailState.QUEUED),
        ("RCPT 421 too many", EmailState.QUEUED),
        ("drop", EmailState.QUEUED),
    ],
)
def test_one_refusal_does_not_stop_the_others(server: Script, reply: str, then: str) -> None:
    server.replies["bob@example.com"] = reply
    write("ada", "bob", "cleo", "dora")
    before = timezone.now()
    tasks.send_due()
    assert server.addresses() == ["ada@example.com", "cleo@example.com", "dora@example.com"]
    bob = state("bob")
    assert bob.state == then
    assert bob.attempts == 1
    assert bob.leased_until is None
    if reply == "drop":
        assert "connection" in bob.last_error
    else:
        assert reply.removeprefix("RCPT ") in bob.last_error
    if then == EmailState.QUEUED:
        assert timedelta(seconds=50) < bob.due_at - before < timedelta(seconds=90)
    # A refusal leaves the connection open; a server that hangs up is called again.
    hangs_up = "421" in reply or reply == "drop"
    assert server.connections == (2 if hangs_up else 1)


def test_a_silent_server_is_a_time_out(server: Script, settings: Any) -> None:
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    settings.MAILERS = mailers(port=port, timeout=1)
    gone = threading.Event()
    server.before_reply = lambda: _wait_for(gone)
    write("ada")
    tasks.send_due()
    gone.set()
    ada = state("ada")
    assert ada.state == EmailState.QUEUED
    assert "timed out" in ada.last_error


def test_an_address_that_is_none_fails_with_its_reason(server: Script) -> None:
    write("ada", to_email="nobody at all")
    write("bob", to_email="a@example.com, b@example.com")
    write("cleo", to_email="jörg@example.com")
    write("dora")
    tasks.send_due()
    assert server.addresses() == ["dora@example.com"]
    for name in ("ada", "bob", "cleo"):
        assert state(name).state == EmailState.FAILED
        assert state(name).last_error


def test_a_retry_keeps_its_message_id_and_then_arrives(server: Script) -> None:
    server.replies["ada@example.com"] = "451 later"
    (written,) = write("ada")
    tasks.send_due()
    tasks.send_due()  # not due yet
    assert state("ada").attempts == 1
    del server.replies["ada@example.com"]
    Email.objects.update(due_at=timezone.now())
    tasks.sweep()
    assert [m["Message-ID"] for m in server.accepted] == [written.message_id]
    assert state("ada").state == EmailState.SENT
    assert state("ada").last_error == ""


def test_the_waits_double_to_four_hours_and_end_after_three_days() -> None:
    waits: list[timedelta] = []
    while (wait := sending.wait_before(len(waits) + 1)) is not None:
        waits.append(wait)
    assert waits[:4] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
    assert max(waits) == timedelta(hours=4)
    assert timedelta(hours=68) < sum(waits, timedelta()) <= timedelta(hours=72)


def test_after_three_days_it_is_given_up_with_the_last_reason(server: Script) -> None:
    server.replies["ada@example.com"] = "450 mailbox full"
    write("ada")
    tries = 0
    while state("ada").state == EmailState.QUEUED:
        tries += 1
        assert tries < 40
        Email.objects.update(due_at=timezone.now())
        tasks.send_due()
    ada = state("ada")
    assert ada.state == EmailState.FAILED
    assert "450 mailbox full" in ada.last_error
    assert "72 hours" in ada.last_error
    assert ada.attempts == tries


def test_no_server_puts_all_off_with_one_look_a_chunk(settings: Any) -> None:
    settings.MAILERS = mailers(port=free_port())
    write(*[f"person{n}" for n in range(3)])
    tasks.send_due()
    for email in Email.objects.all():
        assert (email.state, email.attempts, email.leased_until) == (EmailState.QUEUED, 1, None)
        assert "connection" in email.last_error
        assert email.due_at > timezone.now()


def test_a_wrong_password_is_not_held_against_the_emails(server: Script, settings: Any) -> None:
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    settings.MAILERS = mailers(port=port, username="us", password="wrong")
    write("ada")
    tasks.send_due()
    assert state("ada").state == EmailState.QUEUED
    assert state("ada").last_error


@pytest.mark.parametrize(
    ("reply", "then"),
    [
        ("553 5.7.1 sender address rejected: not owned by user", EmailState.QUEUED),
        ("530 5.7.0 authentication required", EmailState.QUEUED),
        ("451 try again", EmailState.QUEUED),
        ("552 5.3.4 message too large", EmailState.FAILED),
    ],
)
def test_a_sender_that_is_refused_is_not_held_against_the_emails(
    server: Script, reply: str, then: str
) -> None:
    server.to_sender = reply
    write("ada", "bob")
    tasks.send_due()
    for name in ("ada", "bob"):
        assert (state(name).state, state(name).attempts) == (then, 1)
        assert reply in state(name).last_error
    server.to_sender = "250 OK"
    Email.objects.update(due_at=timezone.now())
    tasks.sweep()
    assert len(server.accepted) == (2 if then == EmailState.QUEUED else 0)
