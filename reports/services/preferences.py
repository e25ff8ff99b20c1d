"""How an organisation wants its reports."""

from programme.models import Organisation
from reports.models import ReportSettings


def save_settings(*, organisation: Organisation, **wanted: object) -> None:
    """Keep the fields of `ReportSettings`; reports built before keep their language."""
    ReportSettings.objects.update_or_create(organisation=organisation, defaults=wanted)
