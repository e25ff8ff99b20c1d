"""A mailbox that is looked into by IMAP, for those whose emails no service brings.

We only read. How far we came is kept in the database, nothing is deleted, and what was ours is
marked as read, so that what stays unread was for nobody here.
"""

import contextlib
import imaplib
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from outbox.incoming import MOST_BYTES
from outbox.models import Inbox
from outbox.reading import parsed

logger = logging.getLogger(__name__)

_PATIENCE = 20  # seconds, for each answer of the server
# The next look, a minute later, goes on where one that has much to do stops.
_LOOK_SECONDS = 50
# At the first look, and after the mailbox has numbered its messages anew.
_LOOK_BACK = timedelta(days=7)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PORTS = {"imap": 143, "imap+tls": 143, "imap+ssl": 993}

# True where the message was ours.
type Take = Callable[[EmailMessage], bool]


def inbox_of(url: str) -> str:
    """The mailbox that a URL names, as a person may see it: never a password."""
    parts = urlsplit(url)
    folder = _folder(parts)
    return f"{unquote(parts.username or '')} at {parts.hostname or ''}" + (
        "" if folder == "INBOX" else f", folder {folder}"
    )


def look_into_inbox(url: str, take: Take) -> int:
    """Hand over what is new, oldest first; how many messages. What goes wrong with the server is
    kept for the page of mail settings; what goes wrong with our database ends the look, which the
    next one takes up at the same message."""
    box, _ = Inbox.objects.get_or_create(address=inbox_of(url))
    taken, trouble = 0, ""
    try:
        with _signed_in(urlsplit(url)) as server:
            for uid, message in _new(server, box):
                if _take(take, message):
                    # A mailbox that may not be changed is good enough.
                    with contextlib.suppress(imaplib.IMAP4.error):
                        server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
                Inbox.objects.filter(pk=box.pk, last_uid__lt=int(uid)).update(last_uid=int(uid))
                taken += 1
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        trouble = _reason(error)
    Inbox.objects.filter(pk=box.pk).update(looked_at=timezone.now(), trouble=trouble)
    return taken


@contextlib.contextmanager
def _signed_in(parts: SplitResult) -> Iterator[imaplib.IMAP4]:
    """A connection with the folder open."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    secure = ssl.create_default_context()
    if parts.scheme == "imap+ssl":
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=secure, timeout=_PATIENCE)
    else:
        server = imaplib.IMAP4(host, port, timeout=_PATIENCE)
    with server:
        if parts.scheme == "imap+tls":
            server.starttls(ssl_context=secure)
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        kind, said = server.select(_quoted(_folder(parts)))
        if kind != "OK":
            raise imaplib.IMAP4.error(_text(said[0]))
        yield server


def _new(server: imaplib.IMAP4, box: Inbox) -> Iterator[tuple[str, EmailMessage]]:
    """Messages that were not handed over yet, with their numbers."""
    deadline = time.monotonic() + _LOOK_SECONDS
    for uid in _new_uids(server, box):
        if time.monotonic() > deadline:
            return
        # Read without marking it, and no more of it than its words need.
        _, answer = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        content = next((part[1] for part in answer if isinstance(part, tuple)), None)
        if content is not None:  # it may be gone by now
            yield uid, parsed(content)


def _new_uids(server: imaplib.IMAP4, box: Inbox) -> list[str]:
    _, said = server.response("UIDVALIDITY")
    validity = int(_text(said[0]) or 0) if said else 0
    if validity != box.uid_validity:
        box.uid_validity, box.last_uid = validity, 0
        box.save(update_fields=["uid_validity", "last_uid"])
    if box.last_uid:
        wanted = f"UID {box.last_uid + 1}:*"
    else:
        since = timezone.now() - _LOOK_BACK
        wanted = f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
    _, found = server.uid("SEARCH", wanted)
    uids = sorted(int(uid) for uid in (found[0] or b"").split())
    # "5:*" finds the last message even where that is the fourth.
    return [str(uid) for uid in uids if uid > box.last_uid]


def _take(take: Take, message: EmailMessage) -> bool:
    """Whether it was ours. One that nothing can be made of must not hold up those behind it."""
    try:
        return take(message)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        logger.exception("An email in the mailbox could not be taken in")
        return False


def _folder(parts: SplitResult) -> str:
    return unquote(parts.path.strip("/")) or "INBOX"


def _quoted(folder: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'


def _text(words: object) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words or "")
    return " ".join(text.replace("\0", "").split())[:500]


def _reason(error: Exception) -> str:
    """What went wrong, for whoever looks after the installation."""
    if isinstance(error, TimeoutError):
        return "The server did not answer in time."
    said = error.args[0] if isinstance(error, imaplib.IMAP4.error) and error.args else error
    return _text(said) or type(error).__name__
