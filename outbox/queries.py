"""What is known of the way that emails go, and how many wait."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from outbox.models import Email, EmailState


@dataclass(frozen=True, slots=True)
class MailWay:
    """How this installation sends: never a password."""

    sender: str
    server: str
    secured: str


@dataclass(frozen=True, slots=True)
class MailCounts:
    """Of an organisation's emails; `trouble` is what the last that is not sent yet met with."""

    waiting: int
    bounced: int
    failed: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of the emails of one cause: how many were sent, failed, bounced, or wait."""

    sent: int = 0
    failed: int = 0
    bounced: int = 0
    waiting: int = 0

    @property
    def all(self) -> int:
        return self.sent + self.failed + self.bounced + self.waiting


# What was cancelled in a worker's hands may have left: until its lease is over, it waits.
# Compared byte by byte, as the index for beginnings is, whatever the database's own order.
_FATES = """
    SELECT p.prefix, e.sent, e.failed, e.bounced, e.queued
    FROM unnest(%(prefixes)s::text[]) AS p(prefix)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'sent') AS sent,
               count(*) FILTER (
                   WHERE state = 'failed' AND (leased_until > %(now)s) IS NOT TRUE
               ) AS failed,
               count(*) FILTER (WHERE state = 'bounced') AS bounced,
               count(*) FILTER (
                   WHERE state = 'queued' OR state = 'failed' AND leased_until > %(now)s
               ) AS queued
        FROM outbox_email
        WHERE key ~>=~ p.prefix AND key ~<~ (p.prefix || '~') AND key LIKE '%%' || %(last)s
    ) e
"""


def fates(prefixes: Iterable[str], *, last: str = "") -> dict[str, Fates]:
    """By the beginnings of their keys, and what they end with; one SQL query, which reads all of
    these emails."""
    wanted = list(prefixes)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FATES, {"prefixes": wanted, "last": last, "now": timezone.now()})
        return {prefix: Fates(*counts) for prefix, *counts in cursor.fetchall()}


def mail_way() -> MailWay:
    mailer = settings.MAILERS["default"]
    options = mailer.get("OPTIONS", {})
    if mailer["BACKEND"].startswith("anymail.backends."):
        service = mailer["BACKEND"].split(".")[2].replace("_", " ").title()
        return MailWay(
            settings.DEFAULT_FROM_EMAIL, f"{service}, an email service", "by its own web address"
        )
    secured = (
        "by STARTTLS" if options.get("use_tls") else "by TLS" if options.get("use_ssl") else ""
    )
    server = f"{options.get('host', 'localhost')}, port {options.get('port', 25)}"
    return MailWay(settings.DEFAULT_FROM_EMAIL, server, secured)


def undelivered(keys: Iterable[str]) -> dict[str, str]:
    """Which of these emails did not arrive, and why, in the mail server's words; one SQL query."""
    lost = Email.objects.filter(
        key__in=list(keys), state__in=(EmailState.BOUNCED, EmailState.FAILED)
    )
    return dict(lost.values_list("key", "last_error"))


def mail_counts(organisation_id: int) -> MailCounts:
    # Those that were sent, which are nearly all, are left out of the index.
    all_of_them = Email.objects.filter(organisation_id=organisation_id)
    emails = all_of_them.exclude(state=EmailState.SENT)
    counts = dict(emails.values_list("state").annotate(n=Count("*")))
    last = (
        all_of_them.filter(state=EmailState.QUEUED)
        .exclude(last_error="")
        .order_by("-due_at")
        .values_list("last_error", flat=True)
        .first()
    )
    return MailCounts(
        waiting=counts.get(EmailState.QUEUED, 0),
        bounced=counts.get(EmailState.BOUNCED, 0),
        failed=counts.get(EmailState.FAILED, 0),
        trouble=last or "",
    )
