"""People whose address does not work, or who called an email unwanted, are not asked again."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from feedback.models import Conversation, Round
from feedback.services.letting_go import recount_receipts
from feedback.services.stopping import cancel_waiting
from outbox.models import AddressReport
from outbox.services import take_reports
from programme.models import Person

# An email that comes back later than this after its round closed changes no receipt.
LATE = dt.timedelta(days=30)


def suppress_reported() -> None:
    """Take in what mail servers and services have reported since the last look."""
    while _take_some():
        pass


@transaction.atomic
def _take_some() -> bool:
    reports = take_reports()
    late = set[Round]()
    for report in reports:
        people = Person.objects.at_address(report.organisation_id, report.address)
        # Also whoever left that address without being among our people.
        outside = Conversation.objects.filter(
            organisation=report.organisation_id, email__iexact=report.address
        )
        if report.kind == AddressReport.Kind.BOUNCE:
            for found in (people, outside):
                found.filter(bounced_at=None).update(bounced_at=timezone.now())
            invited = Round.objects.filter(
                invitations__person__in=people,
                state=Round.State.CLOSED,
                closed_at__gt=report.reported_at - LATE,
            )
            late |= set(invited)
        else:
            for found in (people, outside):
                found.filter(unsubscribed_at=None).update(unsubscribed_at=timezone.now())
        cancel_waiting(people=people, outside=outside)
    recount_receipts(rounds=late)
    return bool(reports)
