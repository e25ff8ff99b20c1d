"""Reading how an adopted mission is used: its register, weighings, commitments and review."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from missions.models import (
    CheckIn,
    Commitment,
    Contribution,
    Decision,
    Judgement,
    Mission,
    StatementClause,
    WeighedOption,
    Weighing,
)
from programme.models import Membership, Organisation

WEEKS_SHOWN = 8
# Under this many weighings, a clause that settled nothing may just be unlucky.
LEAST_WEIGHINGS = 3
MOST_QUOTES = 12
REVIEW_STATES = {"yes": "Looked at again", "due": "Due", "no": "Not yet"}


@dataclass(frozen=True, slots=True)
class Share:
    """Of the decisions that say so, how many asked the customer question before deciding."""

    asked: int
    known: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.asked / self.known) if self.known else None


@dataclass(frozen=True, slots=True)
class Judged:
    """What several people said an option does to a clause."""

    helps: int
    neutral: int
    hurts: int

    @property
    def divided(self) -> bool:
        """Whether some say that it helps and others that it hurts."""
        return bool(self.helps and self.hurts)

    @property
    def score(self) -> float:
        """From -1 (all: hurts) to 1 (all: helps)."""
        total = self.helps + self.neutral + self.hurts
        return (self.helps - self.hurts) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class ClauseJudged:
    """One clause and, for each option in order, what was said; `settles` where it tells options
    apart."""

    clause: StatementClause
    options: tuple[Judged, ...]

    @property
    def settles(self) -> bool:
        return len({one.score for one in self.options}) > 1


@dataclass(frozen=True, slots=True)
class ClauseUse:
    """How a clause has served: weighings in which it told options apart, of how many, and its
    living commitments."""

    clause: StatementClause
    settled: int
    weighed: int
    commitments: int

    @property
    def settles_nothing(self) -> bool:
        return self.weighed >= LEAST_WEIGHINGS and not self.settled


@dataclass(frozen=True, slots=True)
class Week:
    """A week's word on a commitment: done, not, or nothing said (None)."""

    monday: dt.date
    done: bool | None


@dataclass(frozen=True, slots=True)
class Lived:
    """A commitment with its last weeks, the oldest first; the last is this week."""

    commitment: Commitment
    weeks: tuple[Week, ...]

    @property
    def this_week(self) -> bool | None:
        return self.weeks[-1].done


def register(
    organisation: Organisation,
    *,
    today: dt.date,
    year: int | None = None,
    fit: str = "",
    reviewed: str = "",
) -> QuerySet[Decision]:
    """Its decisions, the latest first: of a year, of a fit, looked at again ("yes"), due for it
    ("due") or not yet ("no")."""
    found = Decision.objects.filter(organisation=organisation)
    if year:
        found = found.filter(decided_on__year=year)
    if fit:
        found = found.filter(fit=fit)
    if reviewed == "yes":
        found = found.filter(reviewed_on__isnull=False)
    elif reviewed == "due":
        found = found.filter(reviewed_on=None, review_on__lte=today)
    elif reviewed == "no":
        found = found.filter(reviewed_on=None)
    return found.select_related("mission", "decided_by__user", "weighing")


def years(organisation: Organisation) -> list[int]:
    """The years in which something was decided, the latest first."""
    dates = Decision.objects.filter(organisation=organisation).dates("decided_on", "year")
    return sorted((day.year for day in dates), reverse=True)


def share_that_asked(decisions: QuerySet[Decision]) -> Share:
    return Share(
        **decisions.aggregate(
            asked=Count("pk", filter=Q(asked_first=True)),
            known=Count("pk", filter=Q(asked_first__isnull=False)),
        )
    )


def open_weighings(organisation: Organisation) -> QuerySet[Weighing]:
    """Those that nothing has been decided on, the newest first, each with `judged` (people)."""
    return (
        Weighing.objects.filter(
            organisation=organisation, decision=None, mission__state=Mission.State.ADOPTED
        )
        .annotate(judged=Count("options__judgements__membership", distinct=True))
        .select_related("mission")
    )


def judges(weighing: Weighing) -> int:
    """How many people have judged."""
    found = Judgement.objects.filter(option__weighing=weighing)
    return found.values("membership").distinct().count()


def judgement_of(*, weighing: Weighing, membership: Membership) -> dict[tuple[int, int], str]:
    """What this member said, by (option, clause)."""
    return {
        (one.option_id, one.clause_id): one.answer
        for one in Judgement.objects.filter(option__weighing=weighing, membership=membership)
    }


def judged(weighing: Weighing) -> list[ClauseJudged]:
    """What everyone said, clause by clause, in 3 SQL queries. Only for revealed weighings."""
    counts = Counter(
        Judgement.objects.filter(option__weighing=weighing).values_list(
            "clause_id", "option_id", "answer"
        )
    )
    options = list(weighing.options.all())
    return [
        ClauseJudged(clause, tuple(_judged(counts, clause, option) for option in options))
        for clause in weighing.mission.statement_clauses.all()
    ]


def _judged(
    counts: "Counter[tuple[int, int, str]]", clause: StatementClause, option: WeighedOption
) -> Judged:
    return Judged(
        **{answer: counts[clause.pk, option.pk, answer] for answer in ("helps", "neutral", "hurts")}
    )


def clause_use(mission: Mission) -> list[ClauseUse]:
    """How each clause has served since adoption, in 3 SQL queries."""
    clauses = mission.statement_clauses.annotate(
        living=Count("commitments", filter=Q(commitments__ended_on=None))
    )
    revealed = Judgement.objects.filter(
        option__weighing__mission=mission, option__weighing__revealed_at__isnull=False
    )
    counts = Counter(
        revealed.values_list("option__weighing_id", "clause_id", "option_id", "answer")
    )
    options: dict[int, list[int]] = {}
    for weighing, option in WeighedOption.objects.filter(
        weighing__mission=mission, weighing__revealed_at__isnull=False
    ).values_list("weighing_id", "pk"):
        options.setdefault(weighing, []).append(option)

    def settles(weighing: int, clause: int) -> bool:
        scores = {
            Judged(
                *(counts[weighing, clause, option, answer] for answer in Decision.Fit.values)
            ).score
            for option in options[weighing]
        }
        return len(scores) > 1

    return [
        ClauseUse(
            clause,
            sum(settles(weighing, clause.pk) for weighing in options),
            len(options),
            clause.living,
        )
        for clause in clauses
    ]


def commitments(mission: Mission, *, this_week: dt.date) -> list[Lived]:
    """Its living commitments with the last weeks, in 2 SQL queries."""
    mondays = [this_week - dt.timedelta(weeks=back) for back in range(WEEKS_SHOWN)][::-1]
    said = CheckIn.objects.filter(week__gte=mondays[0])
    found = (
        Commitment.objects.filter(clause__mission=mission, ended_on=None)
        .select_related("clause", "owner__user")
        .prefetch_related(Prefetch("check_ins", queryset=said, to_attr="lately"))
    )
    lived = []
    for commitment in found:
        words = {one.week: one.done for one in commitment.lately}
        weeks = tuple(Week(day, words.get(day)) for day in mondays)
        lived.append(Lived(commitment, weeks))
    return lived


def quotes(mission: Mission) -> QuerySet[Contribution]:
    """Words whose writers let them stand in public, in no order that tells who was first."""
    agreed = Contribution.objects.filter(mission=mission, quotable=True, is_hidden=False)
    return agreed.order_by("voice", "text")[:MOST_QUOTES]


def earlier_missions(organisation: Organisation) -> QuerySet[Mission]:
    """Those that were adopted before the present one, the latest first."""
    return Mission.objects.filter(
        organisation=organisation, state=Mission.State.RETIRED, adopted_on__isnull=False
    ).order_by("-adopted_on", "-pk")
