"""The register of decisions as a PDF, to read in a meeting or to keep."""

import hashlib

from django.core.cache import cache
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from missions import register
from missions.models import Decision
from programme.models import Organisation
from programme.printing import PrintError, print_pages
from programme.queries import today_at

KEEP_SECONDS = 24 * 3600
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
    identifier = hashlib.sha256(html.encode()).hexdigest()
    key = f"decisions:{identifier}"
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        pdf = print_pages(html, identifier=identifier, at=timezone.now())
        cache.set(key, pdf, KEEP_SECONDS)
    return pdf
