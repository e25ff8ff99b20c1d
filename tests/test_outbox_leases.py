"""Which emails a worker takes, and that it gives them back when it is asked to stop."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery.worker import state
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbox import sending, tasks
from outbox.models import Email, EmailState
from outbox.services import NewEmail, write_emails
from tests.mailserver import Script, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[Script]:
    with serving(settings) as script:
        yield script


def write(number: int, *, organisation_id: int | None = 1) -> None:
    about = "round" if organisation_id else "account"
    write_emails(
        NewEmail(
            key=f"test:{about}:{n}",
            organisation_id=organisation_id,
            to_email=f"{about}{n}@example.com",
            subject="Hello",
            text="Hello",
        )
        for n in range(number)
    )


def test_a_worker_that_is_asked_to_stop_gives_back_what_it_has_not_sent(server: Script) -> None:
    write(20)
    assert sending.send_due_emails(stopping=lambda: len(server.accepted) >= 5)
    assert len(server.accepted) == 5
    assert Email.objects.filter(state=EmailState.SENT).count() == 5
    left = Email.objects.filter(state=EmailState.QUEUED)
    assert [(email.leased_until, email.attempts) for email in left] == [(None, 0)] * 15
    assert not sending.send_due_emails()
    assert len({str(message["To"]) for message in server.accepted}) == 20


def test_celery_tells_when_a_worker_stops(server: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    write(3)
    # What Celery notes on a first SIGTERM: an exit code.
    monkeypatch.setattr(state, "should_stop", 0)
    tasks.send_due()
    assert server.accepted == []
    monkeypatch.setattr(state, "should_stop", None)
    tasks.send_due()
    assert len(server.accepted) == 3


def test_emails_about_an_account_go_first(server: Script) -> None:
    write(150)
    write(2, organisation_id=None)
    tasks.send_due()
    assert [to.partition("@")[0] for to in server.addresses()[:3]] == [
        *("account0", "account1", "round0")
    ]
    assert len(server.accepted) == 152


def test_what_waits_is_never_sorted() -> None:
    write(3_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_email")
    with CaptureQueriesContext(connection) as asked:
        assert len(sending._lease_chunk()) == sending.CHUNK
    (of_accounts, of_rounds) = (one["sql"] for one in asked if "FOR UPDATE" in one["sql"])
    with connection.cursor() as cursor:
        plans = []
        for sql in (of_accounts, of_rounds):
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert all("Seq Scan" not in plan for plan in plans), plans
    assert "email_due" in plans[1]
    assert "Sort" not in plans[1]
