"""Writing emails down; a worker sends them (see `outbox.tasks`)."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import make_msgid
from itertools import batched
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
    with transaction.atomic():
        for batch in batched(emails, 500):
            _write(batch)
        transaction.on_commit(wake_worker)


def _write(batch: tuple[NewEmail, ...]) -> None:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    now = timezone.now()
    rows = [
        Email(
            key=new.key,
            organisation_id=new.organisation_id,
            to_email=new.to_email,
            to_name=one_line(new.to_name)[:200],
            from_name=one_line(new.from_name)[:200],
            reply_to=new.reply_to,
            subject=one_line(new.subject)[:300],
            text=new.text,
            html=new.html,
            headers={name: one_line(words) for name, words in new.headers.items()},
            message_id=make_msgid(domain=host),
            due_at=now,
        )
        for new in batch
    ]
    Email.objects.bulk_create(rows, ignore_conflicts=True)
    carried = {
        row.message_id: new.attachments
        for row, new in zip(rows, batch, strict=True)
        if new.attachments
    }
    if carried:
        # Only rows that this call wrote have its Message-IDs.
        written = Email.objects.filter(message_id__in=carried).values_list("pk", "message_id")
        Email.attachments.through.objects.bulk_create(
            Email.attachments.through(email_id=pk, attachment=attachment)
            for pk, message_id in written
            for attachment in carried[message_id]
        )


def empty_emails(*, keys: Iterable[int]) -> None:
    """Take away what these emails said, with their links and attachments; a file that no other
    email carries goes too."""
    with transaction.atomic():
        emails = Email.objects.filter(pk__in=keys)
        emails.update(text="", html="", headers={})
        carried = Email.attachments.through.objects.filter(email__in=emails)
        files = set(carried.values_list("attachment_id", flat=True))
        carried.delete()
        Attachment.objects.filter(pk__in=files, emails=None).delete()


def one_line(text: str) -> str:
    """Text fit for a mail header: a line break in a name cannot start a header of its own, and
    what looks like a header's encoding stays the text that it is."""
    return " ".join(text.split()).replace("=?", "= ?")


def wake_worker() -> None:
    """Tell a worker that emails wait; losing this message costs at most a minute."""
    try:
        current_app.send_task("outbox.tasks.send_due")
    except OperationalError:
        logger.warning("The queue is not to be reached: the sweep will send what waits.")
