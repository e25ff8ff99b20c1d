"""The embedded shape's mailbox: emails that its mail sink kept as files, read for a person.

Anything may be in such a file: see `outbox.reading`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser
from functools import lru_cache
from pathlib import Path

from outbox.reading import (
    bytes_of,
    disposition_of,
    filename_of,
    leaves,
    parsed,
    text_of,
    words_of,
)

# Names that the sink gives: the time in nanoseconds, then a number. They sort by arrival.
_NAME = re.compile(r"[0-9A-Za-z_-]{1,80}")
_HEADER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list."""

    name: str
    arrived_at: datetime | None
    subject: str
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class MailboxAttachment:
    """A part to download; `number` counts from 0 in the order of the email."""

    number: int
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """One email as a person would see it."""

    summary: Summary
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[MailboxAttachment, ...]


def names(folder: Path) -> list[str]:
    """Newest first."""
    found = (path.stem for path in folder.glob("*.eml") if _NAME.fullmatch(path.stem))
    return sorted(found, reverse=True)


def matching(folder: Path, address: str) -> list[str]:
    """The names of emails to (or from) an address that contains `address`, newest first."""
    wanted = address.strip().casefold()
    found = []
    for name in names(folder):
        summary = summarise(folder, name)
        if summary and wanted in f"{summary.to}\n{summary.sender}".casefold():
            found.append(name)
    return found


@lru_cache(maxsize=5000)
def summarise(folder: Path, name: str) -> Summary | None:
    """An email's line in the list, from its headers alone; None once the file is gone. The files
    never change, so what was read once stays true."""
    try:
        with (folder / f"{name}.eml").open("rb") as file:
            start = file.read(_HEADER_BYTES)
    except OSError:
        return None
    return _summary(name, BytesHeaderParser(policy=policy.compat32).parsebytes(start))


def open_email(folder: Path, name: str) -> Opened | None:
    """The whole email, or None where there is none of that name."""
    if not _NAME.fullmatch(name):
        return None
    try:
        content = (folder / f"{name}.eml").read_bytes()
    except OSError:
        return None
    plain = message_from_bytes(content, policy=policy.compat32)
    text, html, attachments = _parts(content)
    return Opened(
        summary=_summary(name, plain),
        headers=tuple((key, words_of(value)) for key, value in plain.items()),
        text=text,
        html=html,
        attachments=attachments,
    )


def _summary(name: str, message: "Message[str, str]") -> Summary:
    return Summary(
        name=name,
        arrived_at=_arrived_at(name),
        subject=words_of(message["Subject"]),
        sender=words_of(message["From"]),
        to=words_of(message["To"]),
    )


def _arrived_at(name: str) -> datetime | None:
    nanoseconds = name.partition("-")[0]
    try:
        return datetime.fromtimestamp(int(nanoseconds) / 1e9, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parts(content: bytes) -> tuple[str, str, tuple[MailboxAttachment, ...]]:
    """The plain text, the HTML, and all else; a part that cannot be read is a download."""
    text = html = ""
    attachments: list[MailboxAttachment] = []
    for part in leaves(parsed(content)):
        kind = part.get_content_type()
        is_body = disposition_of(part) != "attachment" and not filename_of(part)
        if is_body and kind == "text/plain" and not text:
            text = text_of(part)
        elif is_body and kind == "text/html" and not html:
            html = text_of(part)
        else:
            attachments.append(
                MailboxAttachment(
                    number=len(attachments),
                    filename=filename_of(part) or f"part-{len(attachments) + 1}",
                    content_type=kind,
                    content=bytes_of(part),
                )
            )
    return text, html, tuple(attachments)
