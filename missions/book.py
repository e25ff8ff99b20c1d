"""The mission book: on a few pages, how a statement came about and whose words are in it."""

import datetime as dt
from dataclasses import dataclass

from django.template.loader import render_to_string

from missions import agreement, queries, usage
from missions.models import (
    Consent,
    Contribution,
    Critique,
    Decision,
    Draft,
    Mission,
)
from programme.printing import print_once

MOST_DECISIONS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """One closed asking for consent, and what was answered."""

    consent: Consent
    result: agreement.ConsentResult


@dataclass(frozen=True, slots=True)
class Story:
    """How a mission came about, as far as everyone may know it: nothing of what is still being
    asked, no hidden words, and quotes only of those who agreed."""

    counts: queries.VoiceCounts
    themes: list[queries.ThemeWords]
    quotes: list[Contribution]
    drafts: list[Draft]
    orders: list[agreement.Order]
    comparison: str
    disagreements: list[str]
    critiques: list[Critique]
    consents: list[Asked]
    decisions: list[Decision]


def story(mission: Mission) -> Story:
    """Read it, in a fixed number of SQL queries for so many rankings and askings."""
    orders = agreement.orders(mission, agreement.rankings(mission), list(mission.candidates.all()))
    closed = mission.consents.filter(closed_at__isnull=False).select_related("draft")
    results = [(consent, agreement.consent_result(consent)) for consent in closed]
    decisions = Decision.objects.filter(mission=mission).select_related("decided_by__user")
    return Story(
        counts=queries.voice_counts(Contribution.objects.filter(mission=mission)),
        themes=queries.themes(mission),
        quotes=list(usage.quotes(mission)),
        drafts=list(mission.drafts.order_by("version")),
        orders=orders,
        comparison=agreement.comparison(orders),
        disagreements=agreement.disagreements(orders),
        critiques=list(
            agreement.critiques(mission).filter(frozen_at__isnull=False).order_by("draft__version")
        ),
        consents=[Asked(consent, result) for consent, result in results if result is not None],
        decisions=list(decisions[:MOST_DECISIONS]),
    )


def book(*, mission: Mission) -> bytes:
    """The PDF; printed once and kept while what is in it stays the same. PrintError."""
    html = render_to_string(
        "missions/book.html",
        {"mission": mission, "organisation": mission.organisation, "story": story(mission)},
    )
    day = mission.adopted_on or mission.created_at.date()
    at = dt.datetime.combine(day, dt.time(), dt.UTC)
    return print_once(html, organisation=mission.organisation, at=at)
