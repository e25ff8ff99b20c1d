"""Telling the leaders that a report was built by itself, or could not be."""

from collections.abc import Mapping
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from outbox.emails import email_from
from outbox.services import write_emails
from programme.models import Membership, Role
from reports.models import BoardReport


def tell_leaders(report: BoardReport, outcome: Mapping[str, object]) -> None:
    """One email to each leader; `outcome` is what the build came to: state, error, figures."""
    organisation, period = report.organisation, report.period
    failed = outcome["state"] == BoardReport.State.FAILED
    path = reverse(
        "reports:report", kwargs={"organisation": organisation.slug, "report": report.pk}
    )
    context = {
        "organisation": organisation,
        "language": organisation.language,
        "period": period,
        "figures": outcome.get("figures"),
        "error": outcome["error"],
        "link": urljoin(settings.BASE_URL, path),
    }
    what = "could not be built" if failed else "is ready for your review"
    leaders = Membership.objects.filter(organisation=organisation, role=Role.LEADER)
    write_emails(
        email_from(
            organisation,
            "reports/notice",
            context,
            key=f"report-notice:{report.pk}:{outcome['state']}:{leader.pk}",
            to_email=leader.user.email,
            subject=f"{organisation.name}: the board report {period.code} {what}",
        )
        for leader in leaders.select_related("user").order_by("pk")
    )
