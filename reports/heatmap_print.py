"""The heatmap of one quarter alone: the report's own appendix, from ratings as they are now.

It is no report: nobody approves it, and it is not kept beyond the cache.
"""

import datetime as dt

from django.template.loader import render_to_string
from django.utils import translation

from programme.models import Organisation, Period
from programme.printing import Attached, print_once
from reports.assembly import heatmap_table
from reports.heatmap_table import MOST_ROWS, heatmap_csv, heatmap_parts, row_count
from reports.languages import direction, spoken
from reports.phrases import said
from reports.queries import before_of, settings_of
from reports.terms import MOMENTS
from reports.wording import in_words
from reports.words import Months
from touchpoints.queries import heatmap


def print_heatmap(organisation: Organisation, period: Period) -> bytes:
    """The PDF, in the language of the reports, with every figure attached.
    PrintError."""
    wanted, before = settings_of(organisation), before_of(organisation, period)
    language = spoken(wanted.language or organisation.language)
    shown = heatmap(organisation=organisation, period=period, compare_with=before)
    figures = {
        "organisation": organisation.name,
        "language": language,
        "period": period.code,
        "period_words": in_words(Months(period.starts_on, period.ends_on), language),
        "compared_with": before.code if before else "",
        "heatmap": in_words(heatmap_table(shown), language),
        "paper": organisation.paper,
    }
    with translation.override(language):
        html = render_to_string(
            "reports/print/heatmap.html",
            {
                "figures": figures,
                "for_print": True,
                "printed_in": language,
                "direction": direction(language),
                "moments": MOMENTS,
                "heatmap_parts": list(heatmap_parts(figures)),
                "heatmap_left_out": max(row_count(figures) - MOST_ROWS, 0),
            },
        )
    attached = Attached(
        name=f"heatmap-{period.code}.csv",
        description=said(language, "Every figure of the heatmap"),
        content=heatmap_csv(figures),
    )
    # The quarter's own day, so that the same ratings give the same bytes.
    at = dt.datetime.combine(period.ends_on, dt.time(), dt.UTC)
    return print_once(html, organisation=organisation, at=at, attachments=[attached])
