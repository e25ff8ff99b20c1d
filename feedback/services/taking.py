"""Emails that come in, whichever way they came: an answer joins its conversation, and what a mail
server sends back reaches the bounces."""

import datetime as dt
import enum
import logging
from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone

from feedback.models import Conversation
from feedback.services.conversations import add_word, conversation_of
from outbox.incoming import Incoming, read_incoming
from outbox.services import take_delivery_report

logger = logging.getLogger(__name__)

# No person writes so many to one conversation; two programs that answer one another do.
MOST_AN_HOUR = 30


class Taken(enum.Enum):
    """What became of an email."""

    WORD = "threaded"
    REPORT = "a mail server's report on an email of ours"
    AUTOMATIC = "sent by a program"
    EMPTY = "without words"
    TOO_MANY = "too many in an hour"
    UNKNOWN = "for nobody here"

    @property
    def is_ours(self) -> bool:
        return self is not Taken.UNKNOWN


def take_email(
    message: EmailMessage, *, recipients: Iterable[str] = (), sender: str | None = None
) -> Taken:
    """Take one email in; taken twice, it is there once. `recipients` and `sender` are those of its
    envelope, where they are known. Nothing is ever sent back."""
    found = read_incoming(message, recipients=recipients, sender=sender)
    if found.report is not None:
        return Taken.REPORT if take_delivery_report(found.report) else Taken.UNKNOWN
    opened = (conversation_of(token) for token in found.tokens)
    conversation = next(filter(None, opened), None)
    taken = Taken.UNKNOWN if conversation is None else _add(found, conversation)
    if taken is not Taken.WORD:
        # Never whose or what: a log is no place for either.
        logger.info("An email that came in was left: %s", taken.value)
    return taken


def _add(found: Incoming, conversation: Conversation) -> Taken:
    if found.automatic or found.sender in _our_own():
        return Taken.AUTOMATIC
    if not found.text and not found.attachments:
        return Taken.EMPTY
    recent = conversation.messages.filter(
        from_us=False, by_email=True, sent_at__gt=timezone.now() - dt.timedelta(hours=1)
    )
    known = recent.filter(external_id=found.external_id).exists()
    if not known and recent.count() >= MOST_AN_HOUR:
        return Taken.TOO_MANY
    from_elsewhere = found.sender != conversation.address.lower()
    add_word(
        conversation=conversation,
        text=found.text,
        external_id=found.external_id,
        by_email=True,
        sender=found.sender if from_elsewhere else "",
        attachments=min(found.attachments, 999),
    )
    return Taken.WORD


def _our_own() -> set[str]:
    own = (settings.REPLY_ADDRESS, settings.DEFAULT_FROM_EMAIL)
    return {parseaddr(address)[1].lower() for address in own} - {""}
