"""Links to a frozen report: each for one address, for some days, and withdrawn at will."""

import datetime as dt
import hashlib
import secrets

from django.db.models import F
from django.utils import timezone

from reports.models import BoardReport, ReportLink
from reports.services.errors import ReportsError


def make_link(*, report: BoardReport, to_email: str, days: int) -> tuple[str, ReportLink]:
    """The secret, which is kept nowhere, and the row; in a transaction of the caller's."""
    token = secrets.token_urlsafe(24)
    link = ReportLink.objects.create(
        organisation_id=report.organisation_id,
        report=report,
        to_email=to_email,
        token_hash=_hashed(token),
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    return token, link


def link_for(token: str) -> ReportLink | None:
    """The link, whether or not it still works; None where there never was one."""
    found = ReportLink.objects.filter(token_hash=_hashed(token))
    return (
        found.select_related("report__organisation", "report__period")
        .defer("report__pdf", "report__figures")
        .first()
    )


def note_download(*, link: ReportLink) -> None:
    """Count that the PDF was fetched by it."""
    ReportLink.objects.filter(pk=link.pk).update(
        downloads=F("downloads") + 1, downloaded_at=timezone.now()
    )


def withdraw_link(*, link: ReportLink) -> None:
    """From now on it opens nothing; a second time changes nothing. ReportsError once it is over."""
    if link.expires_at <= timezone.now():
        raise ReportsError("This link has ended by itself already.")
    ReportLink.objects.filter(pk=link.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
