"""People whose address does not work, or who called an email unwanted, are not asked again."""

from django.db import transaction
from django.utils import timezone

from outbox.models import AddressReport
from outbox.services import take_reports
from programme.models import Person


def suppress_reported() -> None:
    """Take in what mail servers and services have reported since the last look."""
    while _take_some():
        pass


@transaction.atomic
def _take_some() -> bool:
    reports = take_reports()
    for report in reports:
        people = Person.objects.filter(
            organisation=report.organisation_id, email__iexact=report.address
        )
        if report.kind == AddressReport.Kind.BOUNCE:
            people.filter(bounced_at=None).update(bounced_at=timezone.now())
        else:
            people.filter(unsubscribed_at=None).update(unsubscribed_at=timezone.now())
    return bool(reports)
