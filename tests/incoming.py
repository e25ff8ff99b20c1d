"""Emails that come in, as someone outside writes them."""

import smtplib
from email.message import EmailMessage
from typing import Any

from feedback.models import Conversation
from feedback.services import Taken, take_email
from feedback.services.conversations import reply_address
from focusprog import settings as product_settings
from outbox.models import Email
from outbox.reading import parsed
from programme.models import Organisation
from tests.doors import left


def conversation(organisation: Organisation) -> Conversation:
    """With Ada, about a complaint of hers."""
    item = left(organisation, name="Ada", email="ada@example.com")
    Email.objects.all().delete()
    return item.conversation


def answer(
    talk: Conversation, text: str = "Nine is fine.", message_id: str = "<1@example.com>"
) -> EmailMessage:
    """Ada's, to what she was written last."""
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


def send_to_sink(message: EmailMessage, to: str, sender: str = "ada@example.com") -> None:
    """To the embedded run's own server."""
    port = product_settings.MAILERS["default"]["OPTIONS"]["port"]
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.sendmail(sender, [to], message.as_bytes())
