"""The sender against real SMTP servers: what is sent, retried, given up, and never twice."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from outbox import sending, tasks
from outbox.models import Attachment, Email, EmailState
from tests.conftest import PROJECT, wait_until
from tests.emails import state, write
from tests.mailserver import Script, serving


@pytest.fixture
def server(settings: Any) -> Iterator[Script]:
    with serving(settings) as script:
        yield script


@pytest.mark.django_db
def test_a_key_is_one_email_ever() -> None:
    (first,) = write("ada")
    (again,) = write("ada", subject="Something else")
    assert again.pk == first.pk
    assert again.subject == "For ada"
    assert again.message_id == first.message_id


@pytest.mark.django_db
def test_attachments_belong_to_the_email_that_was_written() -> None:
    old = Attachment.objects.create(filename="a.pdf", content_type="application/pdf", content=b"1")
    new = Attachment.objects.create(filename="b.pdf", content_type="application/pdf", content=b"2")
    write("ada", attachments=(old,))
    write("ada", attachments=(new,))
    assert list(state("ada").attachments.all()) == [old]


@pytest.mark.django_db
def test_what_is_sent_is_what_was_written(server: Script) -> None:
    pdf = Attachment.objects.create(
        filename="Bericht für Q3.pdf", content_type="application/pdf", content=b"%PDF-1.7\x00\xff"
    )
    write(
        "ada",
        to_name="Lovelace, Ada",
        from_name="Bäckerei Müller, Söhne & Co",
        reply_to="office@example.org",
        text="Grüße",
        html="<p>Grüße</p>",
        headers={
            "List-Unsubscribe": f"<https://example.org/unsubscribe/{'x' * 120}/>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        attachments=(pdf,),
    )
    tasks.send_due()
    (message,) = server.accepted
    assert message["Message-ID"] == state("ada").message_id
    assert message["Subject"] == "For ada"
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Lovelace, Ada", "ada@example.com")
    (sender,) = message["From"].addresses
    assert sender.display_name == "Bäckerei Müller, Söhne & Co"
    assert sender.addr_spec == settings.DEFAULT_FROM_EMAIL
    assert message["Reply-To"] == "office@example.org"
    assert message["List-Unsubscribe"] == f"<https://example.org/unsubscribe/{'x' * 120}/>"
    plain = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Grüße"
    assert html.get_content().strip() == "<p>Grüße</p>"
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "Bericht für Q3.pdf"
    assert attached.get_content() == b"%PDF-1.7\x00\xff"
    sent = state("ada")
    assert (sent.state, sent.attempts, sent.leased_until) == (EmailState.SENT, 1, None)
    assert sent.sent_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hostile",
    [
        "Ada\r\nBcc: victim@example.net",
        "Ada\nBcc: victim@example.net\n\nbody",
        'Ada" <victim@example.net>, "x',
        "Ada <victim@example.net>, " + "a long, long name; with (commas), " * 5,
        "Ä <victim@example.net>, " + "ein langer, langer Name; " * 7,
        "=?utf-8?q?Ada=0ABcc=3A_victim=40example=2Enet?=",
        "\x00\x1f Ada\x85\u2028Bcc: victim@example.net".replace("\x00", ""),
    ],
)
def test_no_text_becomes_a_header_or_a_recipient(server: Script, hostile: str) -> None:
    write(
        "ada",
        to_name=hostile,
        from_name=hostile,
        subject=hostile,
        headers={"List-Unsubscribe": f"<https://example.org/{hostile}>"},
    )
    tasks.send_due()
    (message,) = server.accepted
    assert message["Bcc"] is None
    assert [a.addr_spec for a in message["To"].addresses] == ["ada@example.com"]
    assert [a.addr_spec for a in message["From"].addresses] == [settings.DEFAULT_FROM_EMAIL]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Hello ada"


@pytest.mark.django_db
def test_long_subjects_arrive_whole_in_lines_any_server_takes(server: Script) -> None:
    subject = "Ärger über Öl, " * 19
    write("ada", subject=subject)
    tasks.send_due()
    (message,) = server.accepted
    assert message["Subject"] == subject.strip()


@pytest.mark.django_db
def test_many_chunks_in_order_over_a_connection_each(
    server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CHUNK", 10)
    names = [f"person{n:02}" for n in range(25)]
    write(*names)
    tasks.send_due()
    assert server.addresses() == [f"{name}@example.com" for name in names]
    assert server.connections == 3


@pytest.mark.django_db
def test_a_sign_in_link_does_not_wait_behind_a_round(
    server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CHUNK", 5)
    write(*[f"person{n:02}" for n in range(20)], organisation_id=7)
    write("ada")
    tasks.send_due()
    assert server.addresses()[0] == "ada@example.com"
    assert len(server.accepted) == 21


@pytest.mark.django_db
def test_what_a_chunk_has_no_time_for_is_given_back(
    server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CHUNK_SECONDS", -1)
    monkeypatch.setattr(sending, "RUN_SECONDS", 0.2)
    write("ada")
    assert sending.send_due_emails() is True  # more is due: another run should follow
    ada = state("ada")
    assert (ada.attempts, ada.leased_until, server.accepted) == (0, None, [])


@pytest.mark.django_db
def test_an_overrun_lease_records_nothing(server: Script) -> None:
    (email,) = write("ada")
    other = timezone.now() + timedelta(minutes=5)
    Email.objects.filter(pk=email.pk).update(leased_until=other)
    email.leased_until = other - timedelta(minutes=9)
    sending._give_up(email, "too late")
    assert state("ada").state == EmailState.QUEUED
    assert state("ada").leased_until == other


# Two workers, dead workers: the database as it really is, with commits


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_email_once(
    server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CHUNK", 7)
    server.before_reply = lambda: time.sleep(0.005)
    names = [f"person{n:03}" for n in range(80)]
    write(*names)
    server.accepted.clear()
    before = server.connections

    def run() -> None:
        tasks.send_due()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(server.addresses()) == [f"{name}@example.com" for name in names]
    assert server.connections - before >= 12
    assert Email.objects.filter(state=EmailState.SENT, attempts=1).count() == 80


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_at_most_one(
    server: Script,
) -> None:
    names = [f"person{n:02}" for n in range(30)]
    write(*names)
    server.before_reply = lambda: time.sleep(0.05)
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    worker = subprocess.Popen(
        [sys.executable, "-c", _SEND_ONCE],
        cwd=PROJECT,
        env={**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}"},
    )
    wait_until(lambda: len(server.accepted) >= 10)
    worker.kill()
    worker.wait()
    time.sleep(0.2)
    server.before_reply = lambda: None
    sent = Email.objects.filter(state=EmailState.SENT).count()
    assert 9 <= sent < 30

    tasks.sweep()  # the dead worker's lease still holds
    assert Email.objects.filter(state=EmailState.QUEUED).count() == 30 - sent

    Email.objects.filter(state=EmailState.QUEUED).update(
        leased_until=timezone.now() - timedelta(seconds=1)
    )
    tasks.sweep()
    assert Email.objects.filter(state=EmailState.SENT).count() == 30
    ids = [message["Message-ID"] for message in server.accepted]
    assert set(ids) == set(Email.objects.values_list("message_id", flat=True))
    assert len(ids) - len(set(ids)) <= 1


_SEND_ONCE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "focusprog.settings"
import django
django.setup()
from outbox.tasks import send_due
send_due()
"""


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_the_real_worker(
    celery_worker: None, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    write("ada")
    wait_until(lambda: state("ada").state == EmailState.SENT)
    assert [str(message["To"]) for message in mailbox()] == ["ada@example.com"]


# How emails look


def test_the_button_and_the_base_escape_what_people_typed() -> None:
    html = render_to_string(
        "email/_button.html", {"url": "https://example.org/?a=1&b=2", "label": "<b>Answer</b>"}
    )
    assert "&lt;b&gt;Answer&lt;/b&gt;" in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    page = render_to_string("email/base.html", {"sender": "Tom & <Co>"})
    assert "Tom &amp; &lt;Co&gt;" in page
    assert "prefers-color-scheme: dark" in page
    assert page.lstrip().startswith("<!DOCTYPE html>")
