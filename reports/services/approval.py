"""From draft to reviewed to frozen, and the leader's own words on the way."""

from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from programme.models import Membership
from reports.contents import LeaderWords
from reports.models import BoardReport
from reports.services.building import print_again
from reports.services.errors import ReportsError

Approval = BoardReport.Approval


def review_report(*, report: BoardReport, by: Membership) -> None:
    """Say that someone has read the draft and found it right. ReportsError."""
    with transaction.atomic():
        _open(report, Approval.DRAFT)
        BoardReport.objects.filter(pk=report.pk).update(
            approval=Approval.REVIEWED, reviewed_by=by, reviewed_at=timezone.now()
        )


def write_words(
    *,
    report: BoardReport,
    headline: str,
    paragraph: str,
    by: Membership,
    passages: Mapping[str, str] | None = None,
) -> None:
    """Put the leader's headline, paragraph and `passages`, by the part that they open, in, marked
    as theirs, and print it again; it is a draft once more, for the review was of other words. A
    passage that says what the report says is the report's own. ReportsError."""
    with transaction.atomic():
        locked = _open(report, Approval.DRAFT, Approval.REVIEWED)
        own = {"summary": locked.figures["standfirst"], **locked.figures["passages"]}
        edited = {
            key: text
            for key, text in (passages or {}).items()
            if key in own and text and text != own[key]
        }
        words = LeaderWords(headline, paragraph, str(by.user), edited)
        kept = asdict(words) if headline or paragraph or edited else None
        figures = {**locked.figures, "words": kept}
        print_again(
            report,
            figures=figures,
            approval=Approval.DRAFT,
            reviewed_by=None,
            reviewed_at=None,
        )


def freeze_report(*, report: BoardReport, by: Membership) -> None:
    """From here on it never changes: it is printed once more, from the figures it has, without
    the word draft and with the day on it. ReportsError."""
    with transaction.atomic():
        _open(report, Approval.REVIEWED)
        print_again(report, approval=Approval.FROZEN, frozen_by=by, frozen_at=timezone.now())


def _open(report: BoardReport, *approvals: str) -> BoardReport:
    """The locked row, if it is finished, its quarter's latest edition and of those approvals."""
    locked = (
        BoardReport.objects.select_for_update(of=("self",))
        .defer("pdf")
        .select_related("period")
        .get(pk=report.pk)
    )
    if locked.frozen:
        raise ReportsError("This edition is frozen and never changes. A new edition corrects it.")
    if locked.state != BoardReport.State.READY:
        raise ReportsError("It is still being built. Please wait until it is ready.")
    if locked.approval not in approvals:
        raise ReportsError(
            "It has to be reviewed before it is frozen."
            if locked.approval == Approval.DRAFT
            else "It has been reviewed already."
        )
    editions = BoardReport.objects.filter(period_id=locked.period_id)
    if editions.filter(edition__gt=locked.edition).exists():
        raise ReportsError("There is a later edition of this quarter: go on with that one.")
    return locked
