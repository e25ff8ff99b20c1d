"""Emails that come in: by an email service, by a mailbox, by the embedded run's own server."""

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
from feedback.services import Taken, open_round, reply, take_email
from feedback.services.conversations import reply_address, token_of
from focusprog import settings as product_settings
from focusprog.mailsink import start_sink
from outbox import mailbox as box
from outbox.inbox import inbox_of
from outbox.incoming import MOST_WORDS, read_incoming
from outbox.models import AddressReport, Email, Inbox
from outbox.reading import parsed
from outbox.tasks import send_due
from programme.models import Membership, Organisation, Person
from tests import factories
from tests.doors import left
from tests.imapserver import ImapServer
from tests.mailserver import free_port, mailers

pytestmark = pytest.mark.django_db
SECRET = "us:a long secret"


@pytest.fixture
def talk(organisation: Organisation) -> Conversation:
    """With Ada, about a complaint of hers."""
    item = left(organisation, name="Ada", email="ada@example.com")
    Email.objects.all().delete()
    return item.conversation


def answer(
    talk: Conversation, text: str = "Nine is fine.", message_id: str = "<1@example.com>"
) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Ada <ada@example.com>"
    made["To"] = reply_address(talk)
    made["Subject"] = "Re: An answer"
    made["Message-ID"] = message_id
    made.set_content(text)
    return made


def kept(message: EmailMessage | bytes, **envelope: Any) -> Taken:
    content = message if isinstance(message, bytes) else message.as_bytes()
    return take_email(parsed(content), **envelope)


# What is taken, and what is left


def test_an_answer_joins_its_conversation_once(talk: Conversation) -> None:
    assert [kept(answer(talk)) for _ in range(2)] == [Taken.WORD, Taken.WORD]
    message = Message.objects.get()
    assert (message.text, message.by_email, message.sender) == ("Nine is fine.", True, "")
    assert (message.conversation, message.from_us) == (talk, False)
    assert Case.objects.get().waits_for_us


def test_one_without_an_id_counts_once_too(talk: Conversation) -> None:
    same = answer(talk)
    del same["Message-ID"]
    assert [kept(same) for _ in range(2)] == [Taken.WORD, Taken.WORD]
    other = answer(talk, "Or ten?")
    del other["Message-ID"]
    assert kept(other) is Taken.WORD
    assert [one.text for one in Message.objects.all()] == ["Nine is fine.", "Or ten?"]


def test_our_answer_joins_the_thread_of_theirs(
    organisation: Organisation, talk: Conversation, manager: Membership
) -> None:
    case = Case.objects.get()
    for number, message_id in enumerate(("<1@example.com>", "without brackets")):
        kept(answer(talk, f"Nine? {number}", message_id))
        reply(case=case, text="Yes.", by=manager)
    first, second = Email.objects.filter(key__startswith="case-reply:").order_by("pk")
    assert first.headers == {"In-Reply-To": "<1@example.com>", "References": "<1@example.com>"}
    assert second.headers == {}


@pytest.mark.parametrize(
    ("header", "value", "taken"),
    [
        ("Auto-Submitted", "auto-replied; owner=ada", Taken.AUTOMATIC),
        ("Auto-Submitted", "no", Taken.WORD),
        ("Precedence", "bulk", Taken.AUTOMATIC),
        ("Precedence", "list", Taken.WORD),
        ("X-Autoreply", "yes", Taken.AUTOMATIC),
        ("Return-Path", "<>", Taken.AUTOMATIC),
        ("Return-Path", "<ada@example.com>", Taken.WORD),
    ],
)
def test_what_a_program_sent_is_left(
    talk: Conversation, header: str, value: str, taken: Taken
) -> None:
    message = answer(talk)
    message[header] = value
    assert kept(message) is taken
    assert Message.objects.exists() == (taken is Taken.WORD)


def test_a_loop_ends(talk: Conversation, settings: Any) -> None:
    ours = answer(talk)
    ours.replace_header("From", f"Us <{settings.DEFAULT_FROM_EMAIL.upper()}>")
    assert kept(ours) is Taken.AUTOMATIC
    assert kept(answer(talk), sender="") is Taken.AUTOMATIC
    found = [kept(answer(talk, f"Again {n}", f"<{n}@example.com>")) for n in range(32)]
    assert found == [Taken.WORD] * 30 + [Taken.TOO_MANY] * 2
    # What is there already is no news.
    assert kept(answer(talk, "Again 3", "<3@example.com>")) is Taken.WORD


def test_nobody_guesses_an_address(talk: Conversation) -> None:
    token = token_of(talk)
    assert len(token.partition("-")[2]) == 32
    for wrong in (f"{token[:-1]}{'0' if token[-1] != '0' else '1'}", "1-" + "0" * 32, "f" * 49):
        message = answer(talk)
        message.replace_header("To", f"answers+{wrong}@localhost")
        assert kept(message) is Taken.UNKNOWN
    assert not Message.objects.exists()
    gone = answer(talk)
    talk.delete()
    assert kept(gone) is Taken.UNKNOWN


@pytest.mark.parametrize("header", ["Cc", "Delivered-To", "X-Original-To", "envelope"])
def test_the_address_may_stand_elsewhere(talk: Conversation, header: str) -> None:
    message = answer(talk)
    address = str(message["To"]).upper()
    message.replace_header("To", "somebody@example.com")
    if header == "envelope":
        assert kept(message, recipients=[address]) is Taken.WORD
    else:
        message[header] = address
        assert kept(message) is Taken.WORD


def test_from_another_address_it_says_so(
    organisation: Organisation, talk: Conversation, as_manager: Client, as_auditor: Client
) -> None:
    message = answer(talk)
    message.replace_header("From", "Bob <BOB@elsewhere.example>")
    message.set_content("Nine <script>is</script> fine.")
    assert kept(message) is Taken.WORD
    assert Message.objects.get().sender == "bob@elsewhere.example"
    page = reverse("feedback:case", args=[organisation.slug, Case.objects.get().pk])
    assert "bob@elsewhere.example" in as_manager.get(page).text
    assert "Nine &lt;script&gt;is&lt;/script&gt; fine." in as_manager.get(page).text
    assert "bob@elsewhere.example" not in as_auditor.get(page).text


def test_files_are_not_kept_and_both_sides_are_told(
    organisation: Organisation, talk: Conversation, as_manager: Client, manager: Any
) -> None:
    Case.objects.update(owner=manager)
    message = answer(talk, "Look at this.")
    message.add_attachment(b"\x89PNG", "image", "png", filename="gate.png")
    message.add_attachment(b"PK", "application", "zip", filename="all.zip")
    message.add_attachment(answer(talk, "An older one."))
    assert kept(message) is Taken.WORD
    # A picture without a word is news too; one of the letterhead is not.
    picture = answer(talk, "", "<2@example.com>")
    picture.add_attachment(b"\x89PNG", "image", "png", filename="gate.png")
    assert kept(picture) is Taken.WORD
    letterhead = answer(talk, "Yes.", "<3@example.com>")
    letterhead.add_related(b"\x89PNG", "image", "png", cid="<logo>")
    assert kept(letterhead) is Taken.WORD
    found = list(Message.objects.values_list("text", "attachments"))
    assert found == [("Look at this.", 3), ("", 1), ("Yes.", 0)]
    page = reverse("feedback:case", args=[organisation.slug, Case.objects.get().pk])
    shown = as_manager.get(page).text
    assert "3 files came with it" in shown
    assert "1 file came with it" in shown
    told = Email.objects.filter(key__startswith="case-answer:").order_by("pk")[1]
    assert "1 file came with it" in told.text
    assert "1 file came with it" in told.html
    link = reverse("follow_link", args=[token_of(talk)])
    own = Client().get(link, follow=True).text
    assert own.count("did not reach us") == 2
    assert kept(answer(talk, "\n", "<4@example.com>")) is Taken.EMPTY


def test_a_very_long_one_is_cut_and_says_so(talk: Conversation) -> None:
    assert kept(answer(talk, "word " * 10_000)) is Taken.WORD
    text = Message.objects.get().text
    assert text.endswith("[…]")
    assert MOST_WORDS - 10 < len(text) < MOST_WORDS + 10


ODD: dict[str, bytes] = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "unknown charset": b"Content-Type: text/plain; charset=nonsense\n\ngr\xc3\xbcn",
    "not what it says": b"Content-Type: text/plain; charset=utf-8\n\ngr\xfcn",
    "windows by another name": b"Content-Type: text/plain; charset=iso-8859-1\n\ngr\xfcn \x84x\x93",
    "a codec that is none": b"Content-Type: text/plain; charset=undefined\n\ngr\xc3\xbcn",
    "a codec of something else": b"Content-Type: text/plain; charset=hex\n\ngr\xc3\xbcn",
    "lone surrogates": b"Content-Type: text/plain; charset=unicode_escape\n\n\\ud800",
    "a NUL": b"Content-Type: text/plain; charset=utf-8\n\ngr\xc3\xbcn\x00",
    "a NUL in the charset": b'Content-Type: text/plain; charset="a\x00b"\n\ngr\xc3\xbcn',
    "base64 that is none": b"Content-Transfer-Encoding: base64\n\n%%%%",
    "a bad boundary": b"Content-Type: multipart/mixed; boundary=\n\ngr\xc3\xbcn",
    "a part without an end": b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\ngr\xc3\xbcn",
    "odd headers": b"Message-ID: <\xff\xfe\nTo: =?x?q?=ff?=\nFrom: \x00@@\n\ngr\xc3\xbcn",
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    ),
    "emails in emails": b"Content-Type: message/rfc822\n\n" * 2000,
    "a report on nothing": b"Content-Type: multipart/report; boundary=x\n\n--x--",
}


@pytest.mark.parametrize("name", ODD)
def test_an_email_in_any_shape_is_read(name: str, talk: Conversation) -> None:
    content = ODD[name]
    read_incoming(parsed(content))
    # The same with an address of ours: whatever is in it can be kept and shown.
    kept(content, recipients=[reply_address(talk)], sender="ada@example.com")
    for message in Message.objects.all():
        assert "\x00" not in message.text
        if "gr" in message.text:
            assert message.text.startswith(("grün", "> gr")), message.text
    Client().get(reverse("follow_link", args=[token_of(talk)]), follow=True)


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


def _sent(message: EmailMessage, to: str, sender: str = "ada@example.com") -> None:
    port = product_settings.MAILERS["default"]["OPTIONS"]["port"]
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.sendmail(sender, [to], message.as_bytes())


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_to_the_sink_is_threaded(
    talk: Conversation, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    _sent(answer(talk), reply_address(talk))
    assert Message.objects.get().text == "Nine is fine."
    # The server that could not keep it says so, and whoever sent it tries again.
    Message.objects.all().delete()
    to_others = answer(talk)
    _sent(to_others, "ada@example.com")
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


# What mail servers send back


def _refused(
    email: Email, *, status: str = "5.1.1", said: str = "550 5.1.1 no such user", whole: bool = True
) -> bytes:
    """As Postfix writes it."""
    returned = (
        b"Content-Type: message/rfc822\n\n" if whole else b"Content-Type: text/rfc822-headers\n\n"
    )
    return (
        b"From: MAILER-DAEMON@mx.example\nTo: focusprog@localhost\nSubject: Undelivered\n"
        b"Auto-Submitted: auto-replied\nMessage-ID: <r@mx.example>\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        b"--B\nContent-Type: text/plain\n\nI'm sorry.\n"
        b"--B\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx.example\n\n"
        b"Final-Recipient: rfc822; " + email.to_email.encode() + b"\n"
        b"Action: " + (b"failed" if status.startswith("5") else b"delayed") + b"\n"
        b"Status: " + status.encode() + b"\nDiagnostic-Code: smtp; " + said.encode() + b"\n\n"
        b"--B\n" + returned + b"Subject: Hello\nMessage-ID:\n " + email.message_id.encode() + b"\n"
        b"\nHello\n--B--\n"
    )


def _asked(of: Organisation) -> tuple[Person, Email]:
    person = factories.customer(of, "Ada", email="ada@example.com")
    open_round(round=factories.draft_round(of))
    Email.objects.update(state="sent")
    return person, Email.objects.get()


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_of_a_mail_server_is_a_bounce(organisation: Organisation, whole: bool) -> None:
    person, email = _asked(organisation)
    for _ in range(2):
        assert kept(_refused(email, whole=whole), sender="") is Taken.REPORT
    tasks.sweep()
    email.refresh_from_db()
    person.refresh_from_db()
    assert (email.state, person.bounced_at is not None) == ("bounced", True)
    assert "no such user" in email.last_error
    assert AddressReport.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "said", "state"),
    [
        ("5.7.1", "554 5.7.1 looks like spam", "failed"),
        ("5.2.2", "552 5.2.2 mailbox full", "failed"),
        ("4.4.1", "no answer yet", "sent"),
        ("5.1.1", "550 5.1.1 gone", "bounced"),
    ],
)
def test_only_an_address_that_is_none_bounces(
    organisation: Organisation, status: str, said: str, state: str
) -> None:
    person, email = _asked(organisation)
    kept(_refused(email, status=status, said=said))
    tasks.sweep()
    email.refresh_from_db()
    person.refresh_from_db()
    assert (email.state, person.bounced_at is not None) == (state, state == "bounced")


def test_nobody_makes_up_a_bounce(organisation: Organisation) -> None:
    person, email = _asked(organisation)
    forged = _refused(email).replace(email.message_id.encode(), b"<guessed@localhost>")
    assert kept(forged) is Taken.UNKNOWN
    assert kept(forged.replace(b"Message-ID:\n <guessed@localhost>", b"X: y")) is Taken.UNKNOWN
    tasks.sweep()
    person.refresh_from_db()
    assert person.bounced_at is None


def test_a_complaint_that_a_provider_forwards_is_an_unsubscription(
    organisation: Organisation,
) -> None:
    person, email = _asked(organisation)
    complaint = (
        _refused(email)
        .replace(b"delivery-status", b"feedback-report")
        .replace(b"Action: failed", b"Feedback-Type: abuse")
    )
    assert kept(complaint) is Taken.REPORT
    tasks.sweep()
    person.refresh_from_db()
    assert person.unsubscribed_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_bounce_at_the_sink_is_taken_in(organisation: Organisation) -> None:
    _, email = _asked(organisation)
    report = parsed(_refused(email))
    _sent(report, django_settings.DEFAULT_FROM_EMAIL, sender="")
    email.refresh_from_db()
    assert email.state == "bounced"


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
