"""Writing emails down; a worker sends them (see `outbox.tasks`)."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import make_msgid
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from outbox.models import Attachment, Email

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewEmail:
    """What a service wants sent; `key` names the cause, and one cause is one email, ever."""

    key: str
    to_email: str
    subject: str
    text: str
    html: str = ""
    to_name: str = ""
    from_name: str = ""
    reply_to: str = ""
    organisation_id: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


def write_emails(emails: Iterable[NewEmail]) -> None:
    """Write emails in the caller's transaction; those whose key is known are left as they were.

    The worker is woken after the commit. Where the queue is not to be reached, the sweep finds
    them within a minute.
    """
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    now = timezone.now()
    with transaction.atomic():
        for new in emails:
            email, written = Email.objects.get_or_create(
                key=new.key,
                defaults={
                    "organisation_id": new.organisation_id,
                    "to_email": new.to_email,
                    "to_name": one_line(new.to_name),
                    "from_name": one_line(new.from_name),
                    "reply_to": new.reply_to,
                    "subject": one_line(new.subject)[:300],
                    "text": new.text,
                    "html": new.html,
                    "headers": dict(new.headers),
                    "message_id": make_msgid(domain=host),
                    "due_at": now,
                },
            )
            if written and new.attachments:
                email.attachments.set(new.attachments)
        transaction.on_commit(wake_worker)


def one_line(text: str) -> str:
    """Text fit for a mail header: a line break in a name cannot start a header of its own."""
    return " ".join(text.split())


def wake_worker() -> None:
    """Tell a worker that emails wait; losing this message costs at most a minute."""
    try:
        current_app.send_task("outbox.tasks.send_due")
    except OperationalError:
        logger.warning("The queue is not to be reached: the sweep will send what waits.")
