"""What people write is text, all the way to an inbox and an answer page."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from feedback.services import QuestionSpec, open_round
from programme.models import Organisation
from tests import factories
from tests.conftest import wait_until
from tests.respondents import link_of, opened

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("celery_worker"),
]

ALLOWED = {
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"),
    *("Content-Transfer-Encoding", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"),
    *("Reply-To", "X-Peer", "X-MailFrom", "X-RcptTo"),
}
HOSTILE = "Bcc: all@example.net\r\nX-Evil: yes\r\n\r\nNew body"
TEMPLATE = "{{ settings.SECRET_KEY }} {% load static %} {organisation} %(day)s {# gone #}"


def _sent_to_ada(
    organisation: Organisation, mailbox: Callable[[], list[EmailMessage]], *, words: str
) -> tuple[EmailMessage, str]:
    """A round whose every text is `words`: Ada's email as it arrived, and her answer page."""
    organisation.name = words[:100]
    organisation.save()
    person = factories.customer(organisation, f"Ada {words}"[:200], email="ada@example.com")
    survey = factories.survey(
        organisation, QuestionSpec("q", "yes-no", words, hint=words), title=words
    )
    survey.introduction = words
    survey.save()
    sent = factories.draft_round(organisation, survey=survey, title=words)
    open_round(round=sent)
    (message,) = wait_until(mailbox)
    client, page = opened(link_of(person, sent))
    return message, client.get(page).content.decode()


def test_no_name_and_no_title_adds_a_header(
    organisation: Organisation, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    message, page = _sent_to_ada(organisation, mailbox, words=HOSTILE)
    assert set(message.keys()) <= ALLOWED
    assert len(message.keys()) == len(set(message.keys()))
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.com"]
    assert "Bcc: all@example.net" in str(message["Subject"])
    assert "\n" not in str(message["Subject"])
    assert message.get_body(("plain",)) is not None
    assert "Bcc: all@example.net" in page


def test_a_template_is_shown_as_it_was_typed(
    organisation: Organisation, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    message, page = _sent_to_ada(organisation, mailbox, words=TEMPLATE)
    assert str(message["Subject"]) == TEMPLATE
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert TEMPLATE in body.get_content()
    # The organisation's name, the title, the introduction, the question and its hint.
    assert page.count(TEMPLATE) >= 5
