"""The ways by which emails come in: an email service, a mailbox, the embedded run's own server."""

import base64
import json
import smtplib
import socket
from collections.abc import Callable, Iterator, Sequence
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from feedback import tasks
from feedback.models import Case, Conversation, Message
from feedback.services import reply
from feedback.services.conversations import reply_address
from focusprog import settings as product_settings
from focusprog.mailsink import start_sink
from outbox import mailbox as box
from outbox.inbox import inbox_of
from outbox.models import Inbox
from outbox.tasks import send_due
from programme.models import Membership, Organisation
from tests.imapserver import ImapServer
from tests.incoming import ODD, answer, conversation, send_to_sink
from tests.mailserver import free_port, mailers

pytestmark = pytest.mark.django_db
SECRET = "us:a long secret"


@pytest.fixture
def talk(organisation: Organisation) -> Conversation:
    return conversation(organisation)


# By an email service


@pytest.fixture
def service(settings: Any) -> None:
    settings.MAILERS = {
        "default": {"BACKEND": "anymail.backends.postmark.EmailBackend", "OPTIONS": {}}
    }
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.REPLY_ADDRESS = "answers@reply.example"
    settings.SINK_TAKES_REPLIES = False


def _brought(message: EmailMessage, secret: str = SECRET, **fields: object) -> int:
    brought = {
        "FromFull": {"Email": "ada@example.com", "Name": "Ada"},
        "MessageID": "22c74902-a0c1-4511-804f-341342852c90",
        "OriginalRecipient": str(message["To"]),
        "RawEmail": message.as_string(policy=policy.SMTP),
        "Headers": [{"Name": "Return-Path", "Value": "<ada@example.com>"}],
        **fields,
    }
    return (
        Client()
        .post(
            reverse("mail_in"),
            json.dumps(brought),
            content_type="application/json",
            headers={"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()},
        )
        .status_code
    )


def test_a_service_brings_an_answer(talk: Conversation, service: None) -> None:
    message = answer(talk)
    assert str(message["To"]).endswith("@reply.example")
    assert [_brought(message) for _ in range(2)] == [200, 200]
    assert Message.objects.get().text == "Nine is fine."


def test_a_service_brings_one_in_pieces(talk: Conversation, service: None) -> None:
    pieces = {
        "ToFull": [{"Email": reply_address(talk), "Name": ""}],
        "Headers": [{"Name": "Message-ID", "Value": "<9@example.com>"}],
        "Subject": "Re",
        "TextBody": "Grün ist gut.",
        "HtmlBody": "<p>Grün ist gut.</p>",
        "Attachments": [{"Name": "a.png", "ContentType": "image/png", "Content": "iVBORw=="}],
    }
    message = answer(talk)
    brought = {"FromFull": {"Email": "ada@example.com"}, "OriginalRecipient": "", **pieces}
    sent = Client().post(
        reverse("mail_in"),
        json.dumps(brought),
        content_type="application/json",
        headers={"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()},
    )
    assert sent.status_code == 200
    found = Message.objects.get()
    assert (found.text, found.attachments, found.external_id) == (
        "Grün ist gut.",
        1,
        "<9@example.com>",
    )
    assert message["To"] == reply_address(talk)


def test_one_with_a_large_picture_arrives(talk: Conversation, service: None) -> None:
    message = answer(talk)
    message.add_attachment(b"\x89" * 3_000_000, "image", "png", filename="gate.png")
    assert _brought(message) == 200
    assert Message.objects.get().attachments == 1


def test_nobody_else_brings_emails(talk: Conversation, service: None, settings: Any) -> None:
    message = answer(talk)
    assert _brought(message, secret="us:guessed") == 400
    assert Client().get(reverse("mail_in")).status_code == 405
    settings.ANYMAIL = {}
    assert _brought(message) == 404
    assert reply_address(talk) == "", "nothing would bring an answer"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    huge = Client().post(
        reverse("mail_in"), b"", content_type="application/json", CONTENT_LENGTH="99999999"
    )
    assert huge.status_code == 413
    assert not Message.objects.exists()


# By a mailbox


@pytest.fixture
def mailbox_server(settings: Any) -> Iterator[ImapServer]:
    server = ImapServer()
    server.start()
    settings.INBOX_URL = server.url
    settings.REPLY_ADDRESS = "answers@example.com"
    settings.SINK_TAKES_REPLIES = False
    yield server
    server.stop()


def test_a_mailbox_is_read_once_and_left_as_it_is(
    talk: Conversation, mailbox_server: ImapServer
) -> None:
    box = mailbox_server.box
    first = box.put(answer(talk).as_bytes())
    other = box.put(b"Subject: For a colleague\n\nLunch?")
    tasks.look_into_inbox()
    assert [one.text for one in Message.objects.all()] == ["Nine is fine."]
    assert (box.seen, first in box.messages, other in box.messages) == ({first}, True, True)
    fetched = sum("FETCH" in asked for asked in box.asked)
    tasks.look_into_inbox()
    assert sum("FETCH" in asked for asked in box.asked) == fetched
    box.put(answer(talk, "Or ten?", "<2@example.com>").as_bytes())
    tasks.look_into_inbox()
    assert [one.text for one in Message.objects.all()] == ["Nine is fine.", "Or ten?"]
    # Numbered anew by its server: looked through again, taken once.
    box.uid_validity += 1
    tasks.look_into_inbox()
    assert Message.objects.count() == 2
    found = Inbox.objects.get()
    assert (found.last_uid, found.uid_validity, found.trouble) == (3, 8, "")
    assert found.looked_at is not None
    assert "word" not in found.address


def test_a_huge_email_is_read_as_far_as_its_words(
    talk: Conversation, mailbox_server: ImapServer
) -> None:
    message = answer(talk)
    message.add_attachment(b"\x89" * 4_000_000, "image", "png", filename="gate.png")
    mailbox_server.box.put(message.as_bytes())
    tasks.look_into_inbox()
    found = Message.objects.get()
    assert (found.text, found.attachments) == ("Nine is fine.", 1)


def test_one_that_cannot_be_read_holds_up_none_behind_it(
    talk: Conversation, mailbox_server: ImapServer
) -> None:
    for content in ODD.values():
        mailbox_server.box.put(content)
    mailbox_server.box.put(answer(talk).as_bytes())
    tasks.look_into_inbox()
    assert Message.objects.get().text == "Nine is fine."


def test_what_the_mailbox_says_is_shown(
    organisation: Organisation, as_manager: Client, mailbox_server: ImapServer, settings: Any
) -> None:
    page = reverse("feedback:mail", args=[organisation.slug])
    assert "has not been looked into yet" in as_manager.get(page).text
    mailbox_server.box.refuses = "[AUTHENTICATIONFAILED] <wrong> password"
    tasks.look_into_inbox()
    shown = as_manager.get(page).text
    assert "AUTHENTICATIONFAILED] &lt;wrong&gt; password" in shown
    assert "pass/word" not in shown
    assert "answers@example.com at 127.0.0.1" in shown
    mailbox_server.box.refuses = ""
    tasks.look_into_inbox()
    assert "AUTHENTICATIONFAILED" not in as_manager.get(page).text
    settings.INBOX_URL = f"imap://a:b@127.0.0.1:{free_port()}"
    tasks.look_into_inbox()
    assert "refused" in as_manager.get(page).text


def test_the_settings_page_says_whether_answers_come_in(
    organisation: Organisation, as_manager: Client, settings: Any, request: Any
) -> None:
    page = reverse("feedback:mail", args=[organisation.slug])
    assert "this installation’s own mail server" in as_manager.get(page).text
    settings.REPLY_ADDRESS = ""
    assert "do not come in" in as_manager.get(page).text
    request.getfixturevalue("service")
    assert "Postmark" in as_manager.get(page).text
    settings.ANYMAIL = {}
    assert "do not come in" in as_manager.get(page).text


# By the embedded run's own server


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_to_the_sink_is_threaded(
    talk: Conversation, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    send_to_sink(answer(talk), reply_address(talk))
    assert Message.objects.get().text == "Nine is fine."
    # The server that could not keep it says so, and whoever sent it tries again.
    Message.objects.all().delete()
    to_others = answer(talk)
    send_to_sink(to_others, "ada@example.com")
    assert not Message.objects.exists(), "it is on its way out"
    assert len(mailbox()) == 2


def test_what_cannot_be_taken_in_is_not_taken_from_whoever_sends_it(
    talk: Conversation, tmp_path: Path
) -> None:
    def away(content: bytes, recipients: Sequence[str], sender: str) -> None:
        raise OSError("the database is away")

    sink = start_sink(tmp_path, socket.create_server(("127.0.0.1", 0)), away)
    try:
        with (
            smtplib.SMTP(sink.hostname, sink.port, timeout=10) as server,
            pytest.raises(smtplib.SMTPDataError) as refused,
        ):
            server.sendmail("a@b.example", [reply_address(talk)], answer(talk).as_bytes())
        assert refused.value.smtp_code == 451
    finally:
        sink.stop()
    assert list(tmp_path.iterdir()) == []


# Trying it on one computer


def _folder() -> Path:
    assert django_settings.MAILBOX is not None
    return django_settings.MAILBOX


@pytest.mark.django_db(transaction=True)
def test_an_email_in_the_mailbox_is_answered_as_whoever_received_it(
    organisation: Organisation, talk: Conversation, manager: Membership, settings: Any
) -> None:
    settings.MAILERS = mailers()
    reply(case=Case.objects.get(), text="Tomorrow at nine?", by=manager)
    send_due()
    [name] = box.names(_folder())
    page = reverse("outbox:mailbox_email", args=[name])
    assert "Answer as" in Client().get(page).text
    send = reverse("outbox:mailbox_answer", args=[name])
    assert Client().post(send, {"text": " "}).status_code == 422
    assert Client().get(send).status_code == 405
    sent = Client().post(send, {"text": "Nine is <fine>."}, follow=True)
    assert "came in at once" in sent.text
    theirs = Message.objects.get(from_us=False)
    assert (theirs.text, theirs.sender, theirs.by_email) == ("Nine is <fine>.", "", True)
    # Theirs was kept too, and answers nothing of ours that one could answer.
    newest = box.names(_folder())[0]
    assert newest != name
    assert Client().post(reverse("outbox:mailbox_answer", args=[newest])).status_code == 404
    settings.MAILERS = mailers(port=free_port())
    assert Client().post(send, {"text": "Again."}).status_code == 502
    settings.MAILBOX = None
    assert Client().post(send, {"text": "Again."}).status_code == 404


# Settings


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (product_settings._inbox, "pop3://a:b@host"),
        (product_settings._inbox, "imap+ssl://host"),
        (product_settings._inbox, "imap+ssl://a:b@"),
        (product_settings._reply_address, "example.com"),
        (product_settings._reply_address, "@example.com"),
        (product_settings._reply_address, "answers+here@example.com"),
        (product_settings._reply_address, "a-mailbox-with-a-long-name@example.com"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(read: Callable[[str], str], given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must look like"):
        read(given)


def test_settings_that_work() -> None:
    for url in ("", "imap+ssl://answers%40example.com:pass@imap.example.com:993/Answers"):
        assert product_settings._inbox(url) == url
    for address in ("", "answers@example.com"):
        assert product_settings._reply_address(address) == address
    assert inbox_of("imap+ssl://a%40example.com:pass@h/Sub%20folder") == (
        "a@example.com at h, folder Sub folder"
    )
