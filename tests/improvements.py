"""Improvements as they are asked for, and ratings at their touchpoints."""

import datetime as dt

from django.urls import reverse

from programme.models import Organisation
from tests import factories
from touchpoints.models import Improvement
from touchpoints.services import add_improvement


def url(organisation: Organisation, name: str = "improvements", **where: object) -> str:
    return reverse(f"touchpoints:{name}", kwargs={"organisation": organisation.slug, **where})


FIELDS = {
    "title": "One page that names the order",
    "kind": "rule",
    "effort": "1",
    "impact": "3",
    "state": "planned",
}


def finished(organisation: Organisation) -> Improvement:
    """Done in the middle of 2026Q2, at a touchpoint that nobody has rated."""
    return add_improvement(
        organisation=organisation,
        title="Shorter letters",
        touchpoint=factories.touchpoint(organisation, "Letter"),
        state="done",
        done_on=dt.date(2026, 5, 15),
    )


def rate(improvement: Improvement, quarters: dict[str, tuple[int, int, int]]) -> None:
    assert improvement.touchpoint is not None
    for code, counts in quarters.items():
        when = factories.period(improvement.organisation, code)
        factories.tally(improvement.touchpoint, when, counts, source=code)
