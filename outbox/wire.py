"""An email as the bytes that go over SMTP, written out by hand where nothing in it is special.

Composing a message by the standard library's classes costs several times what sending it does, and
ten thousand invitations differ in a name and a link. So what is plain is put together here: an
address of ASCII, lines that need no folding, no attachments. Whatever is not goes the careful way,
by `outbox.message`; both ways say the same.
"""

import contextlib
import re
import secrets
import smtplib
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from django.conf import settings

from outbox.models import Email

_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_PLAIN_HEADERS = {"List-Unsubscribe", "List-Unsubscribe-Post"}
_PLAIN_VALUE = re.compile(r"[\x21-\x7e]{1,900}")
_LONGEST_LINE = 998  # bytes, by RFC 5322
# By RFC 2047 an encoded word has at most 75 characters: so many bytes in base64, between its ends.
_IN_A_WORD = 42
_OK, _FORWARDED, _HANGS_UP = 250, 251, 421


@dataclass(frozen=True, slots=True)
class Letter:
    """Who sends it by the envelope, and what goes over the wire."""

    sender: str
    content: bytes


def letter_for(row: Email) -> Letter | None:
    """The email, if it is a plain one; None where only the careful way will do."""
    shared = _shared(settings.DEFAULT_FROM_EMAIL, row.from_name, row.reply_to, row.subject)
    if shared is None or not _ADDRESS.fullmatch(row.to_email) or not _is_plain(row.to_name):
        return None
    if not row.headers.keys() <= _PLAIN_HEADERS:
        return None
    if not all(map(_PLAIN_VALUE.fullmatch, (row.message_id, *row.headers.values()))):
        return None
    text, html = _part("plain", row.text), _part("html", row.html)
    if text is None or html is None:
        return None
    lines = [
        shared.lines,
        f"To: {_mailbox(row.to_name, row.to_email)}",
        f"Date: {format_datetime(datetime.now(UTC))}",
        f"Message-ID: {row.message_id}",
        *(f"{name}: {value}" for name, value in row.headers.items()),
    ]
    if not row.html:
        return Letter(shared.sender, "\r\n".join(lines).encode() + b"\r\n" + text)
    boundary = f"=_{secrets.token_hex(16)}"
    lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n')
    between = f"\r\n--{boundary}".encode()
    parts = ("\r\n".join(lines).encode(), text, html)
    return Letter(shared.sender, (between + b"\r\n").join(parts) + between + b"--\r\n")


def hand_over(connection: smtplib.SMTP, to: str, letter: Letter) -> None:
    """As `smtplib.SMTP.sendmail`, and with its exceptions, for addresses that are known to be
    plain: reading them by the syntax of headers is a third of what that takes."""
    connection.ehlo_or_helo_if_needed()
    size = f" size={len(letter.content)}" if connection.has_extn("size") else ""
    code, said = connection.docmd("mail", f"from:<{letter.sender}>{size}")
    if code != _OK:
        _start_over(connection, code)
        raise smtplib.SMTPSenderRefused(code, said, letter.sender)
    code, said = connection.docmd("rcpt", f"to:<{to}>")
    if code not in {_OK, _FORWARDED}:
        _start_over(connection, code)
        raise smtplib.SMTPRecipientsRefused({to: (code, said)})
    code, said = connection.data(letter.content)
    if code != _OK:
        _start_over(connection, code)
        raise smtplib.SMTPDataError(code, said)


def _start_over(connection: smtplib.SMTP, code: int) -> None:
    """Forget the email that was begun; one who says 421 hangs up."""
    if code == _HANGS_UP:
        connection.close()
        return
    with contextlib.suppress(smtplib.SMTPServerDisconnected):
        connection.rset()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all emails of a round have in common: the sender's address, and lines of the head."""

    sender: str
    lines: str


@lru_cache(maxsize=64)
def _shared(default: str, name: str, reply_to: str, subject: str) -> _Shared | None:
    own_name, sender = parseaddr(default)
    name = name or own_name
    if not _ADDRESS.fullmatch(sender) or (reply_to and not _ADDRESS.fullmatch(reply_to)):
        return None
    if not _is_plain(name) or not subject.isprintable():
        return None
    lines = [
        "MIME-Version: 1.0",
        f"Subject: {Header(subject, header_name='Subject').encode(linesep='\r\n')}",
        f"From: {_mailbox(name, sender)}",
        *([f"Reply-To: {reply_to}"] if reply_to else []),
        "Auto-Submitted: auto-generated",
    ]
    return _Shared(sender, "\r\n".join(lines))


def _is_plain(name: str) -> bool:
    """Whether it takes no more than one encoded word: programs differ in how they join several."""
    return name.isprintable() and (name.isascii() or len(name.encode()) <= _IN_A_WORD)


def _mailbox(name: str, address: str) -> str:
    """An address behind its name: quoted, or as an encoded word where it is not of ASCII."""
    if not name:
        return address
    if name.isascii():
        escaped = name.replace("\\", r"\\").replace('"', r"\"")
        return f'"{escaped}" <{address}>'
    return f"=?utf-8?b?{b64encode(name.encode()).decode()}?= <{address}>"


def _part(kind: str, words: str) -> bytes | None:
    """A text under its own headers; None where a line is too long for the wire."""
    unix = words.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    content = unix.replace("\n", "\r\n").encode()
    if len(content) > _LONGEST_LINE and max(map(len, content.split(b"\r\n"))) > _LONGEST_LINE:
        return None
    bits = "7bit" if unix.isascii() else "8bit"
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {bits}\r\n\r\n'
    )
    return head.encode() + content + b"\r\n"
