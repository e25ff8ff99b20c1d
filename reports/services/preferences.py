"""How an organisation wants its reports."""

from programme.models import Organisation
from reports.models import ReportSettings


def save_settings(
    *, organisation: Organisation, paper: str, automatic: bool, days_after: int
) -> None:
    """Keep the paper, and whether and how many days after a quarter a report is built by itself;
    reports built before keep their paper."""
    ReportSettings.objects.update_or_create(
        organisation=organisation,
        defaults={"paper": paper, "automatic": automatic, "days_after": days_after},
    )
