"""An email that came in: to whom of ours, from whom, and what in it is new. Pure."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import parseaddr

from outbox.delivery_reports import DeliveryReport, is_report, read_report
from outbox.new_words import html_as_text, new_words
from outbox.reading import bytes_of, disposition_of, filename_of, headers_of, leaves, text_of

# Of a message no more is read: its words stand before what is attached to it.
MOST_BYTES = 2 * 1024 * 1024
MOST_WORDS = 20_000  # characters
_TOKEN = re.compile(r"\+([0-9a-f]{1,16}-[0-9a-f]{32})@", re.IGNORECASE)
# Where servers write whom a message was for, beside what its sender wrote.
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To")
# Not "list", nor a List-Id: the address may be that of a group, which adds them to every email.
_PRECEDENCE = {"bulk", "junk", "auto_reply"}
_OF_PROGRAMS = ("X-Autoreply", "X-Autorespond")
_SEALS = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """The tokens that its addresses carry, where it came from, its own id, and its new words.

    `external_id` is its Message-ID, or a hash of it where it has none; `attachments` is how many
    files came along; `report` is what a mail server tells of an email of ours.
    """

    tokens: tuple[str, ...]
    sender: str
    external_id: str
    text: str
    attachments: int
    automatic: bool
    report: DeliveryReport | None


def read_incoming(
    message: EmailMessage, *, recipients: Iterable[str] = (), sender: str | None = None
) -> Incoming:
    """Read an email; `recipients` and `sender` are those of its envelope, where they are known."""
    addresses = [*recipients, *(value for name in _TO for value in headers_of(message, name))]
    text, attachments = _words(message)
    return Incoming(
        tokens=tokens_in(addresses),
        sender=parseaddr(" ".join(headers_of(message, "From")))[1].lower()[:254],
        external_id=_external_id(message),
        text=text,
        attachments=attachments,
        automatic=_is_automatic(message, sender),
        report=read_report(message) if is_report(message) else None,
    )


def tokens_in(addresses: Iterable[str]) -> tuple[str, ...]:
    """The tokens of `anything+TOKEN@…` addresses, in lower case, each once."""
    found = (match.lower() for one in addresses for match in _TOKEN.findall(one))
    return tuple(dict.fromkeys(found))


def _is_automatic(message: EmailMessage, sender: str | None) -> bool:
    """Whether a program sent it by itself: an answer to it could go round for ever."""
    submitted = " ".join(headers_of(message, "Auto-Submitted")).split(";")[0].strip().lower()
    precedence = " ".join(headers_of(message, "Precedence")).strip().lower()
    return_paths = [path.strip() for path in headers_of(message, "Return-Path")]
    return (
        submitted not in {"", "no"}
        or precedence in _PRECEDENCE
        or any(headers_of(message, name) for name in _OF_PROGRAMS)
        or sender in {"", "<>"}
        or "<>" in return_paths
        or is_report(message)
    )


def _external_id(message: EmailMessage) -> str:
    given = " ".join(headers_of(message, "Message-ID")).strip()
    if given and len(given) <= 300:
        return given
    whole = "\n".join(f"{name}: {value}" for name, value in message.raw_items())
    parts = b"".join(bytes_of(part) for part in leaves(message))
    return hashlib.sha256(whole.encode("utf-8", "replace") + parts).hexdigest()


def _words(message: EmailMessage) -> tuple[str, int]:
    """What is new in it, and how many files came along."""
    plain = html = ""
    attachments = 0
    for part in leaves(message):
        kind = part.get_content_type()
        is_body = disposition_of(part) != "attachment" and not filename_of(part)
        if is_body and kind == "text/plain":
            # Some programs put a picture in the middle of the words.
            plain = f"{plain}\n{text_of(part)}" if plain else text_of(part)
        elif is_body and kind == "text/html":
            html = html or text_of(part)
        elif not _is_trimming(part, kind):
            attachments += 1
    text = new_words(plain if plain.strip() else html_as_text(html))
    if len(text) > MOST_WORDS:
        text = f"{text[:MOST_WORDS].rstrip()} […]"
    return text, attachments


def _is_trimming(part: "Message[str, str]", kind: str) -> bool:
    """A seal, or a picture of the letterhead: nothing that somebody meant to send."""
    of_the_letterhead = disposition_of(part) != "attachment" and bool(
        headers_of(part, "Content-ID")
    )
    return kind in _SEALS or of_the_letterhead or not bytes_of(part)
