"""An organisation's home page: the mission, what needs you now, and how to begin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from feedback.models import Case, Round
from feedback.queries import held_comments
from feedback.queries.following_up import waiting_item_count
from feedback.queries.receipts import Receipt, receipts_of
from missions.models import Mission
from missions.queries import adopted
from programme.access import OrganisationRequest, members
from programme.models import CharterVersion, Organisation, Period, Person, Role
from reports.findings import gains, worries
from reports.models import BoardReport
from reports.wording import in_words
from touchpoints.models import Improvement, Touchpoint
from touchpoints.queries import heatmap, periods_with_ratings

MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step of beginning a programme."""

    title: str
    text: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What the latest quarter with ratings tells."""

    period: Period
    before: Period | None
    gains: list[dict[str, Any]]
    gains_note: str | None
    worries: list[dict[str, Any]]
    worries_note: str | None
    report: BoardReport | None


@members()
def home(request: OrganisationRequest) -> HttpResponse:
    organisation, membership = request.organisation, request.membership
    mission = adopted(organisation)
    standing = _standing(organisation)
    steps = list(_steps(organisation, mission, standing))
    due, due_count = _first(_cases_due(organisation))
    late, late_count = _first(_improvements_late(organisation))
    return render(
        request,
        "home.html",
        {
            "mission": mission,
            "drafting": None if mission else _drafting(organisation),
            "open_rounds": _open_rounds(organisation),
            "cases": due,
            "case_count": due_count,
            "waiting_items": waiting_item_count(organisation) if membership.can_edit else 0,
            "held_comments": held_comments(organisation).count()
            if membership.role == Role.LEADER
            else 0,
            "improvements": late,
            "improvement_count": late_count,
            "standing": standing,
            # The findings' links to the heatmap name their quarter.
            "figures": {"period": standing.period.code} if standing else {},
            "steps": steps if not all(step.done for step in steps) else [],
            "today": timezone.localdate(),
        },
    )


def _drafting(organisation: Organisation) -> Mission | None:
    """The mission being worked on, where none is adopted yet."""
    return (
        Mission.objects.filter(organisation=organisation)
        .exclude(state=Mission.State.RETIRED)
        .first()
    )


def _open_rounds(organisation: Organisation) -> list[Receipt]:
    found = Round.objects.filter(organisation=organisation, state=Round.State.OPEN)
    return receipts_of(list(found.order_by("closes_at", "pk")[:MOST_LISTED]))


def _cases_due(organisation: Organisation) -> QuerySet[Case]:
    """Open cases whose day has come."""
    tomorrow = timezone.localtime().replace(hour=23, minute=59, second=59)
    return Case.objects.filter(
        organisation=organisation, state=Case.State.OPEN, due_at__lte=tomorrow
    ).select_related("owner__user")


def _improvements_late(organisation: Organisation) -> QuerySet[Improvement]:
    state = Improvement.State
    return Improvement.objects.filter(
        organisation=organisation,
        state__in=[state.PLANNED, state.UNDER_WAY],
        due_on__lt=timezone.localdate(),
    ).select_related("owner__user", "touchpoint")


def _first[T](found: "QuerySet[T]") -> tuple[list[T], int]:  # type: ignore[type-var]
    """The first few, and how many there are in all."""
    listed = list(found[:MOST_LISTED])
    return listed, found.count() if len(listed) == MOST_LISTED else len(listed)


def _standing(organisation: Organisation) -> Standing | None:
    rated = periods_with_ratings(organisation)
    if not rated:
        return None
    period, before = rated[0], rated[1] if len(rated) > 1 else None
    table = heatmap(organisation=organisation, period=period, compare_with=before)
    compared = before.quarter if before else None
    up, up_note = gains(table, compared)
    down, down_note = worries(table, compared)
    report = BoardReport.objects.filter(organisation=organisation, period=period)
    return Standing(
        period=period,
        before=before,
        gains=in_words(up, "en"),
        gains_note=in_words(up_note, "en"),
        worries=in_words(down, "en"),
        worries_note=in_words(down_note, "en"),
        report=report.select_related("period").without_print().first(),
    )


def _steps(
    organisation: Organisation, mission: Mission | None, standing: Standing | None
) -> Iterator[Step]:
    """How to begin, in order; each is done as soon as its first row is there."""

    def url(name: str) -> str:
        return reverse(name, kwargs={"organisation": organisation.slug})

    def any_of(found: "QuerySet[Any]") -> bool:
        return found.filter(organisation=organisation).exists()

    yield Step(
        "Write your charter",
        "Nine questions to whoever leads: why, for whom, and what you give up for it.",
        url("programme:charter"),
        any_of(CharterVersion.objects.all()),
    )
    yield Step(
        "Add the people you can ask",
        "Staff and customers, one by one or from a spreadsheet.",
        url("programme:people"),
        any_of(Person.objects.all()),
    )
    yield Step(
        "Draw the map of your touchpoints",
        "Every place where your customers and you touch, in the order they meet them.",
        url("touchpoints:map"),
        any_of(Touchpoint.objects.all()),
    )
    yield Step(
        "Find your mission",
        "Your own words first, then your people’s and your customers’.",
        url("missions:index"),
        mission is not None,
    )
    yield Step(
        "Send a first round",
        "Ask customers or staff how they find each touchpoint.",
        url("feedback:index"),
        any_of(Round.objects.exclude(state=Round.State.DRAFT).filter(mission_round__isnull=True)),
    )
    yield Step(
        "Read the heatmap",
        "Once a round is closed, see where you are magic and where a misery.",
        url("touchpoints:index"),
        standing is not None,
    )
    yield Step(
        "Build the board report",
        "One quarter in print: what changed, how sure it is, who does what next.",
        url("reports:index"),
        any_of(BoardReport.objects.filter(state=BoardReport.State.READY)),
    )
