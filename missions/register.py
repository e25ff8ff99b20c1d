"""Reading the register of decisions: what is in it, and how many asked."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from missions.models import Decision
from programme.models import Membership, Organisation
from programme.periods import Quarter

REVIEW_STATES = {"yes": "Looked at again", "due": "Due", "no": "Not yet"}
ASKED_STATES = {"yes": "Asked first", "no": "Did not ask", "unknown": "Not known"}
_ASKED = {"yes": True, "no": False, "unknown": None}
QUARTERS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the register is narrowed to; empty is everything. `text` is looked for in the title,
    the change for the customer and what came of it; `by` is a membership's number."""

    year: int | None = None
    fit: str = ""
    reviewed: str = ""
    asked: str = ""
    by: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """Of the decisions that say so, how many asked the customer question before deciding."""

    asked: int
    known: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.asked / self.known) if self.known else None


@dataclass(frozen=True, slots=True)
class QuarterShare:
    """The share in one quarter of the organisation's own year, with its first day and its last."""

    quarter: Quarter
    starts_on: dt.date
    ends_on: dt.date
    share: Share


@dataclass(frozen=True, slots=True)
class Kept:
    """Decisions that were looked at again: for how many the customer got what was said."""

    yes: int
    partly: int
    no: int

    @property
    def total(self) -> int:
        return self.yes + self.partly + self.no


def register(
    organisation: Organisation, *, today: dt.date, narrowed: Narrowed | None = None
) -> QuerySet[Decision]:
    """Its decisions, the latest first; `reviewed` is looked at again ("yes"), due for it ("due")
    or not yet ("no")."""
    wanted = narrowed or Narrowed()
    found = Decision.objects.filter(organisation=organisation)
    if wanted.year:
        found = found.filter(decided_on__year=wanted.year)
    if wanted.fit:
        found = found.filter(fit=wanted.fit)
    if wanted.reviewed == "yes":
        found = found.filter(reviewed_on__isnull=False)
    elif wanted.reviewed == "due":
        found = found.filter(reviewed_on=None, review_on__lte=today)
    elif wanted.reviewed == "no":
        found = found.filter(reviewed_on=None)
    if wanted.asked:
        found = found.filter(asked_first=_ASKED[wanted.asked])
    if wanted.by:
        found = found.filter(decided_by=wanted.by)
    for word in wanted.text.split():
        found = found.filter(
            Q(title__icontains=word)
            | Q(customer_change__icontains=word)
            | Q(outcome__icontains=word)
        )
    return found.select_related("mission", "decided_by__user", "weighing")


def years(organisation: Organisation) -> list[int]:
    """The years in which something was decided, the latest first."""
    dates = Decision.objects.filter(organisation=organisation).dates("decided_on", "year")
    return sorted((day.year for day in dates), reverse=True)


def deciders(organisation: Organisation) -> QuerySet[Membership]:
    """Members who have decided something, by name."""
    decided = Decision.objects.filter(organisation=organisation, decided_by__isnull=False)
    return (
        Membership.objects.filter(pk__in=decided.values("decided_by"))
        .select_related("user")
        .order_by("user__name", "pk")
    )


_COUNTED = {
    "asked": Count("pk", filter=Q(asked_first=True)),
    "known": Count("pk", filter=Q(asked_first__isnull=False)),
}


def share_that_asked(decisions: QuerySet[Decision]) -> Share:
    return Share(**decisions.order_by().aggregate(**_COUNTED))


def share_by_quarter(organisation: Organisation) -> list[QuarterShare]:
    """The last quarters in which a decision says whether it asked, the oldest first, in 1 SQL
    query."""
    months = (
        Decision.objects.filter(organisation=organisation, asked_first__isnull=False)
        .order_by()
        .annotate(month=TruncMonth("decided_on"))
        .values("month")
        .annotate(**_COUNTED)
        .values_list("month", "asked", "known")
    )
    first_month = organisation.financial_year_first_month
    asked: defaultdict[Quarter, int] = defaultdict(int)
    known: defaultdict[Quarter, int] = defaultdict(int)
    for month, asked_in_it, known_in_it in months:
        quarter = Quarter.containing(month, first_month=first_month)
        asked[quarter] += asked_in_it
        known[quarter] += known_in_it
    return [
        QuarterShare(
            quarter, *quarter.bounds(first_month=first_month), Share(asked[quarter], known[quarter])
        )
        for quarter in sorted(known)[-QUARTERS_SHOWN:]
    ]


def kept(decisions: QuerySet[Decision]) -> Kept:
    return Kept(
        **decisions.order_by().aggregate(
            **{value: Count("pk", filter=Q(kept=value)) for value in Decision.Kept.values}
        )
    )


def due_for_a_reminder(*, until: dt.date) -> QuerySet[Decision]:
    """Decisions, of all organisations, whose date has come by `until` and that nobody has looked
    at again or was reminded of for that date."""
    waiting = Decision.objects.filter(reviewed_on=None, review_on__lte=until)
    return waiting.exclude(reminded_of__isnull=False, reminded_of=F("review_on"))


def rows(decisions: Iterable[Decision]) -> list[list[object]]:
    """The register as a table, in the order of `COLUMNS`."""
    asked = {True: "yes", False: "no", None: ""}
    return [
        [
            decision.decided_on,
            decision.title,
            decision.customer_change,
            decision.get_fit_display(),
            asked[decision.asked_first],
            decision.outcome,
            decision.review_on,
            decision.reviewed_on,
            decision.get_kept_display(),
            decision.decided_by.user if decision.decided_by else "",
            decision.mission.title,
        ]
        for decision in decisions
    ]


COLUMNS = (
    "decided on",
    "decision",
    "what it changes for the customer",
    "held against the mission",
    "asked before deciding",
    "what came of it",
    "to be looked at again",
    "looked at again",
    "did for the customer what was said",
    "decided by",
    "mission",
)
