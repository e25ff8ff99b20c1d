"""Sending board reports."""

from collections.abc import Sequence

from django.db import transaction
from django.template.loader import render_to_string

from outbox.models import Attachment
from outbox.services import NewEmail, write_emails
from programme.models import Membership
from reports import queries
from reports.models import BoardReport
from reports.services.errors import ReportsError


def send_report(*, report: BoardReport, emails: Sequence[str], sent_by: Membership) -> int:
    """Email the frozen PDF to those addresses, each once ever; how many are new. ReportsError."""
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
        attachment = Attachment.objects.create(
            organisation_id=locked.organisation_id,
            filename=locked.filename,
            content_type="application/pdf",
            content=locked.pdf,
        )
        context = {
            "report": locked,
            "organisation": locked.organisation,
            "sender": locked.organisation.name,
            "language": locked.organisation.language,
            "person": sent_by.user,
        }
        subject = f"{locked.organisation.name}: board report {locked.period.code}"
        text = render_to_string("reports/email.txt", context)
        html = render_to_string("reports/email.html", context)
        write_emails(
            NewEmail(
                key=queries.sending_key(locked, address),
                to_email=address,
                subject=subject,
                text=text,
                html=html,
                from_name=locked.organisation.name,
                reply_to=sent_by.user.email,
                organisation_id=locked.organisation_id,
                attachments=(attachment,),
            )
            for address in new
        )
    return len(new)
