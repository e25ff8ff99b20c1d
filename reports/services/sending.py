"""Sending board reports: as an attachment, or as a link of each address's own."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate

from outbox.models import Attachment
from outbox.services import NewEmail, write_emails
from programme.models import Membership
from reports import languages, queries
from reports.models import BoardReport, Delivery
from reports.services.errors import ReportsError
from reports.services.links import make_link
from reports.wording import words_of
from reports.words import say


def send_report(
    *,
    report: BoardReport,
    emails: Sequence[str],
    sent_by: Membership | None,
    delivery: str = Delivery.ATTACHMENT,
) -> int:
    """Email the frozen report to those addresses, each once ever; how many are new.
    ReportsError."""
    if report.state != BoardReport.State.READY or not report.frozen:
        raise ReportsError("Only a frozen report is sent. Have it reviewed, then freeze it.")
    addresses = list(dict.fromkeys(email.strip().lower() for email in emails))
    with transaction.atomic():
        # Locked so that two people who send at once do not both count the same address as new.
        locked = (
            BoardReport.objects.select_for_update(of=("self",))
            .select_related("period", "organisation")
            .get(pk=report.pk)
        )
        known = {sending.to_email for sending in queries.sendings(locked)}
        new = [address for address in addresses if address not in known]
        if not new:
            raise ReportsError("It was sent to all of these addresses before.")
        write_emails(_emails(locked, new, sent_by, delivery))
    return len(new)


def send_to_board(report: BoardReport) -> None:
    """What the settings ask for once a report is frozen and printed; in a transaction of the
    caller's. Addresses that have it already are left out."""
    wanted = queries.settings_of(report.organisation)
    known = {sending.to_email for sending in queries.sendings(report)}
    new = [address for address in wanted.board_list() if address not in known]
    if wanted.when_frozen and new:
        send_report(
            report=report, emails=new, sent_by=report.frozen_by, delivery=wanted.when_frozen
        )


def _emails(
    report: BoardReport, addresses: Sequence[str], sent_by: Membership | None, delivery: str
) -> Iterator[NewEmail]:
    organisation = report.organisation
    by_link = delivery == Delivery.LINK
    attachments: tuple[Attachment, ...] = ()
    if not by_link:
        attachments = (
            Attachment.objects.create(
                organisation_id=organisation.pk,
                filename=report.filename,
                content_type="application/pdf",
                content=report.pdf,
            ),
        )
    days = queries.settings_of(organisation).link_days
    language = languages.spoken(report.figures.get("language", "en"))
    subject = say("sent.subject", organisation=organisation.name, quarter=report.period.quarter)
    for address in addresses:
        context: dict[str, Any] = {
            "report": report,
            "organisation": organisation,
            "sender": organisation.name,
            "language": language,
            "direction": languages.direction(language),
            "person": str(sent_by.user) if sent_by else "",
        }
        if by_link:
            token, link = make_link(report=report, to_email=address, days=days)
            path = reverse("report_link", kwargs={"token": token})
            until = languages.day(
                language, localdate(link.expires_at, ZoneInfo(organisation.timezone))
            )
            context |= {"url": urljoin(settings.BASE_URL, path), "until": until}
        with translation.override(language):
            text = render_to_string("reports/email.txt", context)
            html = render_to_string("reports/email.html", context)
        yield NewEmail(
            key=queries.sending_key(report, address),
            to_email=address,
            subject=words_of(subject, language),
            text=text,
            html=html,
            from_name=organisation.name,
            reply_to=sent_by.user.email if sent_by else "",
            organisation_id=organisation.pk,
            attachments=attachments,
        )
