"""Sending what is due: leased rows, one connection a chunk, one outcome before the next email."""

import contextlib
import logging
import smtplib
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, partial

from anymail.exceptions import AnymailAPIError
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Q
from django.utils import timezone

from accounts.prepared import prepared_cursor
from outbox.message import message_for
from outbox.models import AddressReport, Attachment, Email, EmailState
from outbox.refusals import is_about_the_address
from outbox.services import NewEmail, report_address, unsaved
from outbox.wire import Letter, hand_over, letter_for

logger = logging.getLogger(__name__)

CHUNK = 100
# A chunk starts no email after CHUNK_SECONDS, and one email with its connection takes at most a
# dozen steps of 20 s (the mailer's time-out): a lease outlasts the worst chunk.
CHUNK_SECONDS = 240
LEASE = timedelta(minutes=10)
# How long one run keeps going before it hands over to the next, well under the queue's own
# patience with a task that does not end.
RUN_SECONDS = 600
# So many threads of a worker send at once: the others do what else is due, however much waits.
SENDERS = 3
GIVE_UP_AFTER = timedelta(hours=72)
_PATIENCE = 8  # seconds, of someone who waits for a test
LONGEST_WAIT = timedelta(hours=4)
_TOO_LARGE = 552  # by RFC 1870


_senders = threading.BoundedSemaphore(SENDERS)


class _UnreachableError(Exception):
    """The mail server takes no connection now, or nothing from us: that says nothing about any one
    email."""


def send_due_emails(*, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Send what is due, chunk by chunk, until nothing is left, the mail server is not to be
    reached, RUN_SECONDS are over, or we are `stopping`, which is asked before each email. True when
    more is due and another run should follow.

    Where SENDERS of this process are at it they will find what is due, and this call returns."""
    if not _senders.acquire(blocking=False):
        return False
    try:
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline and not stopping():
            chunk = _lease_chunk()
            if not chunk:
                return False
            if not _send_chunk(chunk, stopping):
                return False
        return True
    finally:
        _senders.release()


def try_mail_server(new: NewEmail) -> str:
    """Send one email at once, past the outbox. Empty where the server took it, otherwise what went
    wrong, with the server's own words."""
    mailer = mail.mailers["default"]
    if isinstance(mailer, SmtpBackend):
        mailer.timeout = _PATIENCE
    try:
        mailer.open()
        mailer.send_messages([message_for(unsaved(new), [])])
    except Exception as error:  # noqa: BLE001  (whatever it is, it is the answer)
        return _reason(error)
    finally:
        _close(mailer)
    return ""


def wait_before(attempt: int) -> timedelta | None:
    """How long after failed attempt number `attempt` (from 1) the next follows: a minute, two,
    four … four hours; None once the waits would add up to more than 72 hours."""
    waits = [min(timedelta(minutes=2**n), LONGEST_WAIT) for n in range(attempt)]
    return waits[-1] if sum(waits, timedelta()) <= GIVE_UP_AFTER else None


_LEASE = "UPDATE outbox_email SET leased_until = %s WHERE id = ANY(%s)"


def _lease_chunk() -> list[Email]:
    """Take the rows that are due longest, and keep others from them until the lease ends.

    Emails about an account go before a round's ten thousand: someone sits and waits for them. Two
    queries, each along an index of its own: one order for both would sort all that is due, each
    time, and a million may be.
    """
    now = timezone.now()
    due = Email.objects.filter(
        Q(leased_until=None) | Q(leased_until__lt=now),
        state=EmailState.QUEUED,
        on_hold=False,
        due_at__lte=now,
    ).order_by("due_at", "id")
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True)
        chunk = list(locked.filter(organisation_id=None)[:CHUNK])
        if len(chunk) < CHUNK:
            chunk += locked.exclude(organisation_id=None)[: CHUNK - len(chunk)]
        lease = now + LEASE
        with prepared_cursor() as cursor:
            cursor.execute(_LEASE, [lease, [email.pk for email in chunk]])
    for email in chunk:
        email.leased_until = lease
    return chunk


def _send_chunk(chunk: list[Email], stopping: Callable[[], bool]) -> bool:
    """Send leased rows over one connection, reopened where it dies; False when the server could
    not be reached, with the rest put off. What is no longer to be sent is given back."""
    fetchers = _attachment_fetchers(chunk)
    mailer = mail.mailers["default"]
    deadline = time.monotonic() + CHUNK_SECONDS
    try:
        with prepared_cursor() as cursor:
            is_due = _record_sent(cursor, None, chunk[0])
            for position, email in enumerate(chunk):
                if time.monotonic() > deadline or stopping():
                    _release(chunk[position:])
                    break
                try:
                    sent = is_due and _send_one(mailer, email, fetchers[email.pk])
                except _UnreachableError as error:
                    for waiting in chunk[position:]:
                        _put_off(waiting, str(error))
                    return False
                if not is_due:
                    _release([email])
                following = chunk[position + 1] if position + 1 < len(chunk) else None
                is_due = _record_sent(cursor, email if sent else None, following)
    finally:
        _close(mailer)
    return True


# Written out, since composing it costs more than sending the email. One that was cancelled in our
# hands has left all the same.
_SENT = """
    WITH recorded AS (
        UPDATE outbox_email SET state = 'sent', sent_at = %s, last_error = '', on_hold = false,
               leased_until = NULL, attempts = attempts + 1
        WHERE id = %s AND leased_until = %s AND state IN ('queued', 'failed')
    )
    SELECT count(*) FROM outbox_email
    WHERE id = %s AND leased_until = %s AND state = 'queued' AND NOT on_hold
"""


def _record_sent(cursor: CursorWrapper, sent: Email | None, following: Email | None) -> bool:
    """Record that one was sent, and say whether the next still is to be: since it was leased, its
    round may have closed, or its person been erased."""
    leases = [value for email in (sent, following) for value in _lease_of(email)]
    cursor.execute(_SENT, [timezone.now(), *leases])
    (due,) = cursor.fetchone()
    return bool(due)


def _lease_of(email: Email | None) -> tuple[int | None, datetime | None]:
    return (None, None) if email is None else (email.pk, email.leased_until)


def _send_one(
    mailer: BaseEmailBackend, email: Email, attachments: list[Callable[[], Attachment]]
) -> bool:
    """Send one; True where the server took it, and any other outcome is recorded. Raises
    _UnreachableError, having recorded nothing."""
    try:
        send = _way_to_send(mailer, email, attachments)
    except ValueError as error:
        _give_up(email, str(error))
        return False
    try:
        mailer.open()
    except OSError as error:  # smtplib's own exceptions are OSErrors too
        _close(mailer)
        raise _UnreachableError(_reason(error)) from error
    try:
        send()
    except Exception as error:
        # Whatever it is, those behind this email shall not wait for it.
        if not _connection_survives(error):
            _close(mailer)
        if _is_about_us(error):
            raise _UnreachableError(_reason(error)) from error
        if _is_bounce(error):
            _record(email, state=EmailState.BOUNCED, last_error=_reason(error))
            report_address(email, AddressReport.Kind.BOUNCE)
        elif _is_final(error):
            _give_up(email, _reason(error))
        else:
            _put_off(email, _reason(error))
        if not isinstance(error, OSError | ValueError):
            logger.exception("Email %s was not sent", email.pk)
        return False
    return True


def _way_to_send(
    mailer: BaseEmailBackend, email: Email, attachments: list[Callable[[], Attachment]]
) -> Callable[[], object]:
    """Over SMTP a plain email goes as the bytes it is; any other as the mailer composes it. Raises
    ValueError for an address that is none."""
    if isinstance(mailer, SmtpBackend) and not attachments and (letter := letter_for(email)):
        return partial(_hand_over, mailer, email.to_email, letter)
    return partial(mailer.send_messages, [message_for(email, attachments)])


def _hand_over(mailer: SmtpBackend, to: str, letter: Letter) -> None:
    assert mailer.connection is not None  # noqa: S101  (it was opened just before)
    hand_over(mailer.connection, to, letter)


def _codes(error: Exception) -> list[int]:
    """The SMTP codes in which a server refused."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    if isinstance(error, smtplib.SMTPResponseException):
        return [error.smtp_code]
    return []


def _is_final(error: Exception) -> bool:
    """Whether trying again is pointless: a 5xx of SMTP, an email service that found fault with
    this email (rather than with our key or our pace), an address that is none."""
    if codes := _codes(error):
        return all(500 <= code < 600 for code in codes)
    if isinstance(error, AnymailAPIError):
        return error.status_code in {400, 404, 413, 422}
    return not isinstance(error, OSError)


def _is_about_us(error: Exception) -> bool:
    """Whether the server takes nothing from our address, as it is set up now: however finally it
    says so, a whole round shall not be lost by that. An email that is too large is refused as
    early."""
    return isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != _TOO_LARGE


def _is_bounce(error: Exception) -> bool:
    """Whether the server says that there is no such address."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        is_about_the_address(f"{code} {_text(said)}") for code, said in error.recipients.values()
    )


def _connection_survives(error: Exception) -> bool:
    """After a plain refusal the server takes the next email; 421 says that it hangs up."""
    codes = _codes(error)
    return bool(codes) and 421 not in codes


def _reason(error: Exception) -> str:
    """What went wrong, in words for the person who looks at the round's receipt."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [f"{code} {_text(words)}" for code, words in error.recipients.values()]
        return f"The mail server refused the address: {'; '.join(answers)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server refused: {error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return f"The connection to the mail server was lost: {error}"
    return f"{type(error).__name__}: {error}"


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.replace("\0", "").split())[:500]


def _put_off(email: Email, reason: str) -> None:
    wait = wait_before(email.attempts + 1)
    if wait is None:
        _give_up(email, f"{reason} We tried for {GIVE_UP_AFTER.total_seconds() / 3600:.0f} hours.")
    else:
        _record(email, due_at=timezone.now() + wait, last_error=reason)


def _give_up(email: Email, reason: str) -> None:
    _record(email, state=EmailState.FAILED, last_error=reason)


def _record(email: Email, **outcome: datetime | str) -> None:
    """One UPDATE, only while the lease is ours: a worker that overran changes nothing."""
    Email.objects.filter(
        pk=email.pk, state=EmailState.QUEUED, leased_until=email.leased_until
    ).update(attempts=F("attempts") + 1, leased_until=None, **outcome)


def _release(emails: list[Email]) -> None:
    """Give back untouched what there was no time for."""
    Email.objects.filter(
        pk__in=[email.pk for email in emails], leased_until=emails[0].leased_until
    ).update(leased_until=None)


def _close(mailer: BaseEmailBackend) -> None:
    """Say goodbye if the server still listens."""
    with contextlib.suppress(OSError):
        mailer.close()


_ATTACHED = """
    SELECT email_id, attachment_id FROM outbox_email_attachments
    WHERE email_id = ANY(%s) ORDER BY id
"""


def _attachment_fetchers(chunk: list[Email]) -> dict[int, list[Callable[[], Attachment]]]:
    """For each email, ways to fetch its attachments: a hundred emails that carry the same report
    hold it in memory once, and those before it not at all."""
    fetch = lru_cache(maxsize=2)(lambda pk: Attachment.objects.get(pk=pk))
    found: defaultdict[int, list[Callable[[], Attachment]]] = defaultdict(list)
    with prepared_cursor() as cursor:
        cursor.execute(_ATTACHED, [[email.pk for email in chunk]])
        for email_pk, attachment_pk in cursor.fetchall():
            found[email_pk].append(partial(fetch, attachment_pk))
    return found
