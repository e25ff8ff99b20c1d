"""The mail settings' test, and what becomes of addresses that bounce or complain."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback import tasks
from feedback.models import Invitation, Round
from feedback.queries.receipts import receipts_of
from feedback.services import open_round
from outbox.models import AddressReport, Email
from outbox.services import blank_old_links
from outbox.tasks import send_due
from programme.models import Organisation, Person
from tests import factories
from tests.mailserver import Script, free_port, mailers, serving

pytestmark = pytest.mark.django_db
SECRET = "us:a long secret"


@pytest.fixture
def server(settings: Any) -> Iterator[Script]:
    with serving(settings) as script:
        yield script


@pytest.fixture
def service(settings: Any) -> None:
    """An email service that calls back."""
    settings.MAILERS = {
        "default": {"BACKEND": "anymail.backends.postmark.EmailBackend", "OPTIONS": {}}
    }
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def _page(of: Organisation) -> str:
    return reverse("feedback:mail", args=[of.slug])


def test_a_test_of_the_settings_goes_out_while_one_waits(
    organisation: Organisation, as_manager: Client, server: Script
) -> None:
    assert as_manager.get(_page(organisation)).status_code == 200
    assert server.accepted == []
    shown = as_manager.post(_page(organisation))
    assert b"took the test" in shown.content
    (message,) = server.accepted
    assert message["From"].addresses[0].display_name == organisation.name
    assert not Email.objects.exists()


@pytest.mark.parametrize(
    "reply", ["535 5.7.8 your <password> is wrong", "RCPT 550 5.7.1 relaying denied", "421 busy"]
)
def test_when_it_fails_the_servers_own_words_are_shown(
    organisation: Organisation, as_manager: Client, server: Script, settings: Any, reply: str
) -> None:
    (person,) = [member.user for member in organisation.memberships.select_related("user")]
    server.replies[person.email] = reply
    shown = as_manager.post(_page(organisation)).content.decode()
    words = reply.removeprefix("RCPT ").replace("<", "&lt;").replace(">", "&gt;")
    assert words in shown
    assert "took the test" not in shown


def test_a_server_that_is_not_there_is_said_so(
    organisation: Organisation, as_manager: Client, settings: Any
) -> None:
    settings.MAILERS = mailers(port=free_port())
    assert b"connection to the mail server was lost" in as_manager.post(_page(organisation)).content


def test_only_managers_look_at_it(organisation: Organisation, as_member: Client) -> None:
    assert as_member.get(_page(organisation)).status_code == 403


# Bounces and complaints


def _sent(of: Organisation, address: str = "ada@example.com") -> tuple[Round, Person, Email]:
    person = factories.customer(of, "Ada", email=address)
    sent = factories.draft_round(of)
    open_round(round=sent)
    return sent, person, Email.objects.get()


def test_an_address_that_the_server_refuses_is_not_asked_again(
    organisation: Organisation, server: Script
) -> None:
    sent, person, _ = _sent(organisation, "Ada@Example.com")
    server.replies["Ada@Example.com"] = "RCPT 550 5.1.1 no such user"
    send_due()
    tasks.sweep()
    person.refresh_from_db()
    assert person.bounced_at is not None
    assert (receipts_of([sent])[0].bounced, receipts_of([sent])[0].failed) == (1, 0)
    tasks.sweep()
    assert AddressReport.objects.filter(taken_at=None).count() == 0


def _event(email: Email, **fields: object) -> dict[str, object]:
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "ID": 42,
        "MessageID": "00000000-0000-0000-0000-000000000000",
        "Email": email.to_email,
        "Description": "The server was unable to deliver your message",
        "Details": "550 no such user",
        "BouncedAt": "2026-11-05T16:33:54.9070259Z",
        "Metadata": {"email": email.message_id},
        **fields,
    }


def _tell(client: Client, event: object, secret: str = SECRET) -> int:
    return client.post(
        reverse("mail_events"),
        json.dumps(event),
        content_type="application/json",
        headers={"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()},
    ).status_code


def test_a_service_tells_of_a_bounce(
    organisation: Organisation, client: Client, service: None
) -> None:
    sent, person, email = _sent(organisation)
    Email.objects.update(state="sent")
    for _ in range(2):
        assert _tell(client, _event(email)) == 200
    tasks.sweep()
    email.refresh_from_db()
    person.refresh_from_db()
    assert email.state == "bounced"
    assert person.bounced_at is not None
    assert receipts_of([sent])[0].bounced == 1
    assert AddressReport.objects.count() == 1


def test_a_complaint_is_an_unsubscription(
    organisation: Organisation, client: Client, service: None
) -> None:
    _, person, email = _sent(organisation)
    Email.objects.update(state="sent")
    complaint = _event(email, RecordType="SpamComplaint", Type="SpamComplaint", TypeCode=512)
    assert _tell(client, complaint) == 200
    tasks.sweep()
    person.refresh_from_db()
    assert person.unsubscribed_at is not None
    email.refresh_from_db()
    assert email.state == "sent"


def test_nobody_else_tells_of_bounces(
    organisation: Organisation, client: Client, service: None, settings: Any
) -> None:
    _, person, email = _sent(organisation)
    assert _tell(client, _event(email), secret="us:guessed") == 400
    assert _tell(client, _event(email, Metadata={})) == 200  # of no email of ours
    assert client.get(reverse("mail_events")).status_code == 405
    settings.ANYMAIL = {}
    assert _tell(client, _event(email)) == 404
    tasks.sweep()
    person.refresh_from_db()
    assert person.bounced_at is None


# Secrets fade


def test_the_secrets_in_old_emails_are_blanked(organisation: Organisation) -> None:
    _, _, email = _sent(organisation)
    token = email.text.split("/a/")[1].split()[0].strip("/")
    old = timezone.now() - dt.timedelta(minutes=61)
    Email.objects.update(due_at=old)
    assert blank_old_links() == 0  # it has not been sent yet
    Email.objects.update(state="sent", sent_at=timezone.now() - dt.timedelta(minutes=59))
    assert blank_old_links() == 0
    Email.objects.update(sent_at=old)
    assert blank_old_links() == 1
    assert blank_old_links() == 0
    email.refresh_from_db()
    for kept in (email.text, email.html, json.dumps(email.headers)):
        assert token not in kept
    assert "/a/…" in email.text
    assert "Would you recommend us?" in email.text
    assert email.headers["List-Unsubscribe"].endswith("/unsubscribe/…/>")


# The first question in the email


def test_a_score_in_the_email_opens_the_page_with_it_chosen_and_answers_nothing(
    organisation: Organisation, client: Client
) -> None:
    sent, _, email = _sent(organisation)
    link = next(
        line.split(": ", 1)[1] for line in email.text.splitlines() if line.endswith("?score=8")
    )
    assert link.replace("&", "&amp;") in email.html
    page = client.get(link[link.index("/a/") :], follow=True)
    content = page.content.decode()
    chosen = [part for part in content.split("<input")[1:] if "checked" in part.split(">")[0]]
    assert len(chosen) == 1
    assert 'value="8"' in chosen[0]
    assert not sent.responses.exists()
    assert Invitation.objects.get().answered_at is None
    assert client.head(link[link.index("/a/") :]).status_code == 302
    for odd in ("99", "<script>", "magic", ""):
        path = f"{link[link.index('/a/') :].split('?')[0]}?score={odd}"
        content = client.get(path, follow=True).content.decode()
        assert "<script>" not in content
        assert not any("checked" in part.split(">")[0] for part in content.split("<input")[1:])
