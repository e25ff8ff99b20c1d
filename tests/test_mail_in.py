"""What is taken of the emails that come in: people's answers, and what mail servers send back."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from feedback import tasks
from feedback.models import Case, Conversation, Message
from feedback.services import Taken, open_round, reply
from feedback.services.conversations import reply_address, token_of
from outbox.incoming import MOST_WORDS, read_incoming
from outbox.models import AddressReport, Email
from outbox.reading import parsed
from programme.models import Membership, Organisation, Person
from tests import factories
from tests.incoming import ODD, answer, conversation, kept, send_to_sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(organisation: Organisation) -> Conversation:
    return conversation(organisation)


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
    send_to_sink(report, django_settings.DEFAULT_FROM_EMAIL, sender="")
    email.refresh_from_db()
    assert email.state == "bounced"
