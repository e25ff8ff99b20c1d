"""The register of decisions as a PDF, to read in a meeting or to keep."""

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from missions import register
from missions.models import Decision
from programme.models import Organisation
from programme.printing import PrintError, print_once
from programme.queries import today_at

# More would keep whoever waits for it, and a web process, for half a minute.
MOST_DECISIONS = 200


def printed(*, organisation: Organisation, decisions: QuerySet[Decision], is_all: bool) -> bytes:
    """The PDF of those decisions; kept while their words stay the same. PrintError, also where
    they are more than `MOST_DECISIONS`."""
    if (many := decisions.count()) > MOST_DECISIONS:
        raise PrintError(
            f"The PDF takes up to {MOST_DECISIONS} decisions at once: these are {many}."
        )
    html = render_to_string(
        "missions/decisions_print.html",
        {
            "organisation": organisation,
            "decisions": decisions,
            "share": register.share_that_asked(decisions),
            "is_all": is_all,
            "today": today_at(organisation),
        },
    )
    return print_once(html, organisation=organisation, at=timezone.now())
