"""Writing emails down, and holding them; a worker sends them (see `outbox.tasks`)."""

import datetime as dt
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import make_msgid
from itertools import batched
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from outbox.delivery_reports import DeliveryReport
from outbox.models import AddressReport, Attachment, Email, EmailState

logger = logging.getLogger(__name__)

# How long the secrets of links stay readable in the copy of an email that was sent.
LINKS_KEPT = dt.timedelta(hours=1)
# A part of a web address, behind short ones, of twenty or more of a token's letters: read by the
# database as by Python.
_IN_AN_ADDRESS = r"(https?://[^/\s\"<>]+(?:/[A-Za-z0-9_.~-]{1,19}){1,4}/)[A-Za-z0-9_.:=-]{20,}"


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
        # Few at a time: each is some ten kilobytes, and a statement is in memory several times.
        for batch in batched(emails, 100):
            _write(batch)
        transaction.on_commit(wake_worker)


def unsaved(new: NewEmail) -> Email:
    """The row of an email, as yet nowhere."""
    return Email(
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
        message_id=make_msgid(domain=urlsplit(settings.BASE_URL).hostname or "localhost"),
        due_at=timezone.now(),
    )


def hold_emails(prefix: str) -> None:
    """Let those whose key begins so wait; the one in a worker's hands still leaves."""
    _waiting(prefix).update(on_hold=True)


def release_emails(prefix: str) -> None:
    """Send what was held; those that came due in between leave now."""
    with transaction.atomic():
        _waiting(prefix).update(on_hold=False)
        transaction.on_commit(wake_worker)


def readdress_email(key: str, *, to_email: str) -> None:
    """Send one that still waits to another address."""
    Email.objects.filter(key=key, state=EmailState.QUEUED).update(to_email=to_email)


def cancel_emails(prefix: str, *, reason: str) -> None:
    """Never send what still waits; `reason` is kept. One that leaves a worker's hands just now is
    recorded as sent nevertheless (see `outbox.sending`)."""
    _cancel(_waiting(prefix), reason)


def cancel_each(keys: Iterable[str], *, reason: str) -> None:
    """The same for emails by their whole keys."""
    _cancel(Email.objects.filter(key__in=list(keys), state=EmailState.QUEUED), reason)


def _cancel(waiting: QuerySet[Email], reason: str) -> None:
    waiting.update(state=EmailState.FAILED, on_hold=False, last_error=reason)


def delete_emails(prefix: str, *, part: str) -> None:
    """Delete those whose key begins so and has that part in it."""
    Email.objects.filter(key__startswith=prefix, key__contains=part).delete()


def _waiting(prefix: str) -> QuerySet[Email]:
    return Email.objects.filter(key__startswith=prefix, state=EmailState.QUEUED)


def report_address(email: Email, kind: str) -> None:
    """Note that an organisation's email was refused for its address, or called unwanted."""
    if email.organisation_id is not None:
        AddressReport.objects.create(
            organisation_id=email.organisation_id, address=email.to_email, kind=kind
        )


@transaction.atomic
def note_report(*, message_id: str, kind: str, said: str) -> None:
    """Take in what an email service says of one email; told twice, it counts once."""
    email = Email.objects.select_for_update().filter(message_id=message_id).first()
    if email is None:
        return
    if kind == AddressReport.Kind.BOUNCE:
        if email.state == EmailState.BOUNCED:
            return
        email.state, email.last_error = EmailState.BOUNCED, one_line(said)[:500]
        email.save(update_fields=["state", "last_error"])
    report_address(email, kind)


@transaction.atomic
def take_delivery_report(report: DeliveryReport) -> bool:
    """Take in what a mail server sent back; False where it is about no email of ours. One that
    was refused for another reason than its address has failed."""
    if not report.message_id:
        return False
    if report.unwanted or report.of_the_address:
        kind = AddressReport.Kind.COMPLAINT if report.unwanted else AddressReport.Kind.BOUNCE
        note_report(message_id=report.message_id, kind=kind, said=report.said)
    else:
        Email.objects.filter(message_id=report.message_id, state=EmailState.SENT).update(
            state=EmailState.FAILED, last_error=one_line(report.said)[:500]
        )
    return Email.objects.filter(message_id=report.message_id).exists()


@transaction.atomic
def take_reports(limit: int = 500) -> list[AddressReport]:
    """The reports that nobody has taken in, marked as taken when the caller commits."""
    waiting = AddressReport.objects.select_for_update(skip_locked=True).filter(taken_at=None)
    found = list(waiting.order_by("pk")[:limit])
    AddressReport.objects.filter(pk__in=[report.pk for report in found]).update(
        taken_at=timezone.now()
    )
    return found


def blank_old_links(*, limit: int = 1_000) -> int:
    """Blank the secrets in the copies of emails sent an hour ago; how many were changed."""
    before = timezone.now() - LINKS_KEPT
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outbox_email SET blanked_at = now(),
                   text = regexp_replace(text, %(secret)s, '\\1…', 'g'),
                   html = regexp_replace(html, %(secret)s, '\\1…', 'g'),
                   headers = regexp_replace(headers::text, %(secret)s, '\\1…', 'g')::jsonb
            WHERE id IN (
                SELECT id FROM outbox_email
                WHERE blanked_at IS NULL AND state <> 'queued'
                  AND due_at < %(before)s AND coalesce(sent_at, due_at) < %(before)s
                ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            )
            """,
            {"secret": _IN_AN_ADDRESS, "before": before, "limit": limit},
        )
        changed: int = cursor.rowcount
    return changed


def without_secrets(text: str) -> str:
    """An email's text as it may be shown to others than whom it was sent to."""
    return re.sub(_IN_AN_ADDRESS, r"\1…", text)


def _write(batch: tuple[NewEmail, ...]) -> None:
    rows = [unsaved(new) for new in batch]
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
