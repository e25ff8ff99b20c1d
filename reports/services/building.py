"""Building board reports: what is asked for, by a person or the calendar, and the worker's part."""

import hashlib
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from programme.models import Membership, Organisation, Period
from programme.printing import Printed, PrintError
from programme.queries import logo_pictures
from reports import drawings, queries, rendering
from reports.assembly import assemble
from reports.contents import Correction
from reports.editions import differences
from reports.languages import spoken
from reports.models import BoardReport
from reports.services.errors import ReportsError
from reports.services.notices import tell_leaders
from reports.services.sending import send_to_board

logger = logging.getLogger(__name__)

# A build that has said nothing for this long is dead: printing is stopped well before.
DEAD_AFTER = timedelta(seconds=2 * (rendering.MOST_SECONDS + drawings.MOST_SECONDS))
MOST_ATTEMPTS = 3
MOST_LETTERS = 200

State = BoardReport.State
Approval = BoardReport.Approval


def request_report(
    *,
    organisation: Organisation,
    period: Period,
    built_by: Membership | None,
    correction: str = "",
    scheduled: bool = False,
) -> BoardReport:
    """A new edition of the period's report, to be built in the worker; one whose print alone had
    failed is printed again instead. After a frozen edition, `correction` says what the new one
    corrects. ReportsError without it, or while one is being built."""
    with transaction.atomic():
        Period.objects.select_for_update().get(pk=period.pk)
        editions = BoardReport.objects.filter(organisation=organisation, period=period)
        if editions.filter(state=State.BUILDING).exists():
            raise ReportsError(f"The report for {period.code} is being built already.")
        last = editions.defer("pdf").order_by("-edition").first()
        if last is not None and last.state == State.FAILED and last.figures:
            print_again(last)
            return last
        frozen = editions.filter(approval=Approval.FROZEN).order_by("-edition").only("edition")
        corrected = frozen.first()
        if corrected is not None and not correction:
            raise ReportsError(
                f"Edition {corrected.edition} of {period.code} is frozen. A new edition corrects "
                "it: say what it corrects."
            )
        report = BoardReport.objects.create(
            organisation=organisation,
            period=period,
            edition=last.edition + 1 if last else 1,
            step="Waiting for its turn",
            built_by=built_by,
            correction=correction,
            scheduled=scheduled,
        )
        transaction.on_commit(lambda: _wake_worker(report.pk))
    return report


def print_again(report: BoardReport, **fields: object) -> None:
    """Have the figures that are there printed, with those fields changed; in a transaction of
    the caller's, who holds the row."""
    BoardReport.objects.filter(pk=report.pk).update(
        state=State.BUILDING,
        progress=0,
        step="Waiting for its turn",
        error="",
        attempts=0,
        started_at=None,
        **fields,
    )
    report.state = State.BUILDING
    transaction.on_commit(lambda: _wake_worker(report.pk))


def _wake_worker(report_id: int) -> None:
    """Losing this message costs at most a minute: the sweep finds what waits."""
    try:
        current_app.send_task("reports.tasks.build", [report_id], queue="reports")
    except OperationalError:
        logger.warning("The queue is not to be reached: the sweep will build what waits.")


def build_report(*, report_id: int) -> None:
    """Build one report to its end; does nothing where another worker is at it, or it is done.
    One that has its figures already is printed from them."""
    if not _claim(report_id):
        return
    report = (
        BoardReport.objects.defer("pdf")
        .select_related("period", "organisation", "frozen_by__user")
        .get(pk=report_id)
    )
    attempt = report.attempts
    try:
        figures = report.figures or _figures(report)
        printed = print_kept(report, figures)
        outcome: dict[str, object] = {
            "state": State.READY,
            "progress": 100,
            "step": "Ready",
            "error": "",
            "figures": figures,
            "pdf": printed.pdf,
            "pages": printed.pages,
            "missing_letters": printed.missing[:MOST_LETTERS],
            "sha256": hashlib.sha256(printed.pdf).hexdigest(),
        }
    except PrintError as error:
        outcome = _failure(report, str(error))
    except Exception:
        logger.exception("Building report %s failed", report_id)
        outcome = _failure(
            report,
            "Something went wrong on our side. Nothing is lost; please build it again. "
            "If it fails again, your administrator finds the cause in the worker’s log.",
        )
    _finish(report, attempt, outcome)


def _figures(report: BoardReport) -> dict[str, Any]:
    """What the report says, from the database as it is now."""
    _say(report.pk, report.attempts, 10, "Gathering the quarter’s figures")
    known = queries.gather(organisation=report.organisation, period=report.period)
    _say(report.pk, report.attempts, 30, "Working out what really changed")
    wanted = queries.settings_of(report.organisation)
    contents = replace(
        assemble(known),
        language=spoken(wanted.language or report.organisation.language),
        paper=report.organisation.paper,
        colour=report.organisation.colour,
        logo=report.organisation.logo,
    )
    corrected = queries.frozen_before(report)
    if report.correction and corrected is not None:
        changed = differences(corrected.figures, contents.as_json())
        contents = replace(
            contents, correction=Correction(corrected.edition, report.correction, changed)
        )
    return contents.as_json()


def print_kept(report: BoardReport, figures: dict[str, Any]) -> Printed:
    """The print of those figures: the same bytes each time, for they and the report's own times
    are all that goes in. PrintError."""
    return rendering.print_report(
        figures,
        edition=report.edition,
        built_at=report.created_at,
        frozen_at=report.frozen_at,
        pictures=logo_pictures(report.organisation_id, figures.get("logo", "")),
        say=lambda word: _say(report.pk, report.attempts, *_PRESS_STEPS[word]),
    )


def _failure(report: BoardReport, why: str) -> dict[str, object]:
    """A scheduled build, which nobody watches, is left for the sweep to try again; its last
    attempt fails like any other."""
    if report.scheduled and report.attempts < MOST_ATTEMPTS:
        return {"error": why, "step": "It did not work; it is tried again in some minutes"}
    return {"error": why, "state": State.FAILED}


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
            .only("state", "started_at", "attempts", "error")
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
            started_at=now, attempts=F("attempts") + 1, error="", progress=0
        )
    return True


def _say(report_id: int, attempt: int, percent: int, step: str) -> None:
    """Write down how far it is, for whoever watches."""
    BoardReport.objects.filter(pk=report_id, state=State.BUILDING, attempts=attempt).update(
        progress=percent, step=step
    )


def _finish(report: BoardReport, attempt: int, outcome: dict[str, object]) -> None:
    """Write the outcome down, unless a later attempt has taken over; tell the leaders of what
    the calendar had built, and send the board what is frozen where it is to have it by itself."""
    with transaction.atomic():
        mine = BoardReport.objects.filter(pk=report.pk, state=State.BUILDING, attempts=attempt)
        if not mine.update(finished_at=timezone.now(), **outcome):
            return
        if report.scheduled and "state" in outcome and not report.frozen:
            tell_leaders(report, outcome)
        if report.frozen and outcome.get("state") == State.READY:
            report.state = State.READY
            send_to_board(report)


def sweep() -> None:
    """Have built what the calendar asks for, what waits though its message was lost, and what
    died on the way."""
    for organisation, period in queries.due_by_calendar():
        with suppress(ReportsError):  # another sweep, or a person, was first
            request_report(organisation=organisation, period=period, built_by=None, scheduled=True)
    for report_id in waiting_and_dead():
        _wake_worker(report_id)


def waiting_and_dead() -> list[int]:
    """The builds that nobody is at."""
    now = timezone.now()
    waiting = Q(started_at=None, created_at__lt=now - timedelta(seconds=30))
    dead = Q(started_at__lt=now - DEAD_AFTER)
    found = BoardReport.objects.filter(waiting | dead, state=State.BUILDING)
    return list(found.values_list("pk", flat=True))
