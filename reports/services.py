"""Building and sending board reports."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F, Max, Q
from django.template.loader import render_to_string
from django.utils import timezone
from kombu.exceptions import OperationalError

from outbox.models import Attachment
from outbox.services import NewEmail, write_emails
from programme.models import Membership, Organisation, Period
from reports import queries, rendering
from reports.assembly import assemble
from reports.models import BoardReport

logger = logging.getLogger(__name__)

# A build that has said nothing for this long is dead: printing is stopped well before.
DEAD_AFTER = timedelta(seconds=2 * rendering.MOST_SECONDS)
MOST_ATTEMPTS = 3

State = BoardReport.State


class ReportsError(Exception):
    """What a person asked for cannot be done; the text says why."""


def request_report(
    *, organisation: Organisation, period: Period, built_by: Membership | None
) -> BoardReport:
    """A new edition of the period's report, to be built in the worker. ReportsError while one is
    being built."""
    with transaction.atomic():
        Period.objects.select_for_update().get(pk=period.pk)
        editions = BoardReport.objects.filter(organisation=organisation, period=period)
        if editions.filter(state=State.BUILDING).exists():
            raise ReportsError(f"The report for {period.code} is being built already.")
        last = editions.aggregate(last=Max("edition"))["last"] or 0
        report = BoardReport.objects.create(
            organisation=organisation,
            period=period,
            edition=last + 1,
            step="Waiting for its turn",
            built_by=built_by,
        )
        transaction.on_commit(lambda: _wake_worker(report.pk))
    return report


def _wake_worker(report_id: int) -> None:
    """Losing this message costs at most a minute: the sweep finds what waits."""
    try:
        current_app.send_task("reports.tasks.build", [report_id], queue="reports")
    except OperationalError:
        logger.warning("The queue is not to be reached: the sweep will build what waits.")


def build_report(*, report_id: int) -> None:
    """Build one report to its end; does nothing where another worker is at it, or it is done."""
    if not _claim(report_id):
        return
    report = (
        BoardReport.objects.without_print()
        .select_related("period", "organisation")
        .get(pk=report_id)
    )
    attempt = report.attempts
    try:
        _say(report_id, attempt, 10, "Gathering the quarter’s figures")
        known = queries.gather(organisation=report.organisation, period=report.period)
        _say(report_id, attempt, 30, "Working out what really changed")
        figures = assemble(known).as_json()
        printed = rendering.print_report(
            figures,
            edition=report.edition,
            built_at=report.created_at,
            say=lambda word: _say(report_id, attempt, *_PRESS_STEPS[word]),
        )
        _finish(
            report_id,
            attempt,
            state=State.READY,
            progress=100,
            step="Ready",
            figures=figures,
            pdf=printed.pdf,
            pages=printed.pages,
            sha256=hashlib.sha256(printed.pdf).hexdigest(),
        )
    except rendering.PressError as error:
        _finish(report_id, attempt, state=State.FAILED, error=str(error))
    except Exception:
        logger.exception("Building report %s failed", report_id)
        _finish(
            report_id,
            attempt,
            state=State.FAILED,
            error="Something went wrong on our side. Nothing is lost; please build it again. "
            "If it fails again, your administrator finds the cause in the worker’s log.",
        )


_PRESS_STEPS = {
    "charts": (45, "Drawing the charts"),
    "pages": (65, "Setting the pages"),
}


def _claim(report_id: int) -> bool:
    """Take a waiting or a dead build; one that died too often is given up."""
    now = timezone.now()
    with transaction.atomic():
        report = (
            BoardReport.objects.select_for_update()
            .only("state", "started_at", "attempts")
            .filter(pk=report_id, state=State.BUILDING)
            .first()
        )
        if report is None:
            return False
        if report.started_at is not None and report.started_at > now - DEAD_AFTER:
            return False
        if report.attempts >= MOST_ATTEMPTS:
            BoardReport.objects.filter(pk=report_id).update(
                state=State.FAILED,
                finished_at=now,
                error=f"Building it was cut off {MOST_ATTEMPTS} times, most likely for want of "
                "memory on the machine. Nothing is lost; please build it again.",
            )
            return False
        BoardReport.objects.filter(pk=report_id).update(
            started_at=now, attempts=F("attempts") + 1, error=""
        )
    return True


def _say(report_id: int, attempt: int, percent: int, step: str) -> None:
    """Write down how far it is, for whoever watches."""
    BoardReport.objects.filter(pk=report_id, state=State.BUILDING, attempts=attempt).update(
        progress=percent, step=step
    )


def _finish(report_id: int, attempt: int, **fields: object) -> None:
    """Write the outcome down, unless a later attempt has taken over."""
    BoardReport.objects.filter(pk=report_id, state=State.BUILDING, attempts=attempt).update(
        finished_at=timezone.now(), **fields
    )


def sweep() -> None:
    """Have built what waits though its message was lost, and what died on the way."""
    for report_id in waiting_and_dead():
        _wake_worker(report_id)


def waiting_and_dead() -> list[int]:
    """The builds that nobody is at."""
    now = timezone.now()
    waiting = Q(started_at=None, created_at__lt=now - timedelta(seconds=30))
    dead = Q(started_at__lt=now - DEAD_AFTER)
    found = BoardReport.objects.filter(waiting | dead, state=State.BUILDING)
    return list(found.values_list("pk", flat=True))


def send_report(*, report: BoardReport, emails: Sequence[str], sent_by: Membership) -> int:
    """Email the PDF to those addresses, each once ever; how many are new. ReportsError."""
    if report.state != State.READY:
        raise ReportsError("Only a finished report can be sent.")
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
