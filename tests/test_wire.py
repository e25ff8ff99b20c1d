"""Plain emails written out by hand say what the library's own message says."""

import smtplib
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.conf import settings as project
from hypothesis import given
from hypothesis import strategies as st

from outbox.message import message_for
from outbox.models import Email
from outbox.wire import Letter, hand_over, letter_for

_HEADERS = (
    *("Subject", "From", "To", "Reply-To", "Message-ID", "Auto-Submitted"),
    *("List-Unsubscribe", "List-Unsubscribe-Post"),
)
# What `outbox.services.one_line` leaves of any text.
_names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200).map(
    lambda text: " ".join(text.split()).replace("=?", "= ?")
)
_words = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
)


def email(**fields: object) -> Email:
    usual: dict[str, object] = {
        "to_email": "ada@example.com",
        "subject": "How are we doing?",
        "text": "Hello Ada",
        "message_id": "<1@example.org>",
    }
    return Email(**{**usual, **fields})


def by_hand(row: Email) -> Letter:
    letter = letter_for(row)
    assert letter is not None
    return letter


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> list[tuple[str, str]]:
    """Each text with its type; the wire ends a text with exactly one line break."""
    return [
        (part.get_content_type(), part.get_content().replace("\r\n", "\n").rstrip("\n"))
        for part in message.walk()
        if not part.is_multipart()
    ]


def assert_alike(row: Email) -> None:
    letter = letter_for(row)
    if letter is None:
        return
    ours, theirs = read(letter.content), read(message_for(row, []).message().as_bytes())
    for name in _HEADERS:
        assert str(ours[name]) == str(theirs[name]), name
    assert parts(ours) == parts(theirs)
    assert ours["Date"] is not None
    assert ours["MIME-Version"] == "1.0"
    assert not ours.defects
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998
    assert b"\n" not in letter.content.replace(b"\r\n", b"")
    assert b"\r" not in letter.content.replace(b"\r\n", b"")


@given(to_name=_names, from_name=_names, subject=_names, text=_words, html=_words)
def test_both_ways_say_the_same(
    to_name: str, from_name: str, subject: str, text: str, html: str
) -> None:
    assert_alike(
        email(
            to_name=to_name,
            from_name=from_name[:100],
            subject=subject,
            text=f"Hello {text}",
            html=html,
            reply_to="office@example.org",
            headers={
                "List-Unsubscribe": f"<https://example.org/unsubscribe/{'x' * 120}/>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
    )


def test_an_invitation_is_written_by_hand() -> None:
    row = email(
        to_name='Zoë Ångström, née "O\'Neill"',
        from_name="Bäckerei Müller, Söhne & Co",
        html="<p>Grüße</p>",
        text="Grüße\n.\nFrom here",
    )
    letter = by_hand(row)
    assert letter.sender == project.DEFAULT_FROM_EMAIL
    message = read(letter.content)
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (row.to_name, row.to_email)
    assert parts(message) == [("text/plain", row.text), ("text/html", row.html)]
    assert_alike(row)


def test_what_is_not_plain_goes_the_careful_way() -> None:
    assert letter_for(email()) is not None
    for fields in (
        {"to_email": "ada@exämple.com"},
        {"to_email": "ädа@example.com"},
        {"to_email": '"a b"@example.com'},
        {"to_email": "nobody"},
        {"to_email": "ada@example.com\r\nRCPT TO:<eve@example.com>"},
        {"to_name": "Ada\x1f"},
        {"subject": "One\u2028two"},
        {"reply_to": "office@exämple.org"},
        {"text": "x" * 999},
        {"html": "é" * 500},
        {"headers": {"Bcc": "eve@example.com"}},
        {"headers": {"List-Unsubscribe": "<https://example.org/ä/>"}},
        {"headers": {"List-Unsubscribe": "<https://example.org/>\r\nBcc: eve@example.com"}},
        {"headers": {"List-Unsubscribe": f"<https://example.org/{'x' * 1000}/>"}},
    ):
        assert letter_for(email(**fields)) is None, fields


def test_no_text_ends_the_part_it_is_in() -> None:
    """Nobody can know the boundary beforehand: it is drawn for each email."""
    first, second = (by_hand(email(html="<p>x</p>")).content for _ in range(2))
    boundaries = {read(content).get_boundary() for content in (first, second)}
    assert len(boundaries) == 2


def test_handing_over_is_what_the_library_does() -> None:
    """The same commands, whatever the server says to them, and the same exceptions."""
    letter = by_hand(email(text="One\n.two\n..three"))
    for answers in (
        {},
        {"mail": 421},
        {"mail": 550},
        {"rcpt": 421},
        {"rcpt": 450},
        {"rcpt": 251},
        {"data": 421},
        {"data": 554},
    ):
        ours, theirs = _Recorded(answers), _Recorded(answers)
        failed = [
            _failure(lambda: hand_over(ours, "ada@example.com", letter)),  # noqa: B023
            _failure(lambda: theirs.sendmail(letter.sender, ["ada@example.com"], letter.content)),  # noqa: B023
        ]
        assert failed[0] == failed[1], answers
        assert ours.said == theirs.said, answers
        assert ours.closed == theirs.closed, answers


def _failure(send: Callable[[], object]) -> tuple[object, ...]:
    try:
        send()
    except smtplib.SMTPException as error:
        return type(error), error.args
    return ()


class _Recorded(smtplib.SMTP):
    """A connection to a server that gives these answers, and takes everything else."""

    def __init__(self, answers: dict[str, int]) -> None:
        super().__init__(local_hostname="here")
        self.answers = answers
        self.said: list[bytes] = []
        self.closed = False
        self._step = ""
        self.esmtp_features = {"size": "1000000"}
        self.does_esmtp = True
        self.ehlo_resp = b"ok"

    def send(self, s: Any) -> None:
        self.said.append(s if isinstance(s, bytes) else s.encode())
        word = self.said[-1].split()[0].lower().decode()
        self._step = word if word in {"mail", "rcpt", "rset"} else self._step
        if word == "data":
            self._step = "go"
        elif self._step == "go":
            self._step = "data"

    def getreply(self) -> tuple[int, bytes]:
        if self._step == "go":
            return 354, b"go on"
        return self.answers.get(self._step, 250), b"said"

    def close(self) -> None:
        self.closed = True
