"""Reading how an adopted mission is used: its weighings, commitments and review."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from feedback.models import Comment, Round
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
from programme.models import Membership, Organisation, Role

WEEKS_SHOWN = 8
# Under this many weighings, a clause that settled nothing may just be unlucky.
LEAST_WEIGHINGS = 3
# A single judgement would only be followed.
LEAST_JUDGES = 2
MOST_QUOTES = 12


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
    def total(self) -> int:
        return self.helps + self.neutral + self.hurts

    @property
    def score(self) -> float:
        """From -1 (all: hurts) to 1 (all: helps)."""
        return (self.helps - self.hurts) / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class ClauseJudged:
    """One clause and, for each option in order, what was said; `settles` where it tells options
    apart."""

    clause: StatementClause
    options: tuple[Judged, ...]

    @property
    def settles(self) -> bool:
        return len({one.score for one in self.options}) > 1

    @property
    def divided(self) -> bool:
        return any(one.divided for one in self.options)


@dataclass(frozen=True, slots=True)
class Invited:
    """A colleague who may judge, and whether they were asked to by email."""

    membership: Membership
    is_asked: bool


@dataclass(frozen=True, slots=True)
class ClauseUse:
    """How a clause has served: weighings in which it told options apart, of how many, its living
    commitments, and of what was said of all its commitments, how many weeks were lived."""

    clause: StatementClause
    settled: int
    weighed: int
    commitments: int
    weeks_done: int
    weeks_said: int

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

    @property
    def weeks_done(self) -> int:
        return sum(week.done is True for week in self.weeks)

    @property
    def weeks_said(self) -> int:
        return sum(week.done is not None for week in self.weeks)


def open_weighings(organisation: Organisation) -> QuerySet[Weighing]:
    """Those that nothing has been decided on, the newest first, each with `judged` (people)."""
    return (
        Weighing.objects.filter(
            organisation=organisation, decision=None, mission__state=Mission.State.ADOPTED
        )
        .annotate(judged=Count("options__judgements__membership", distinct=True))
        .select_related("mission")
    )


def judges_needed(weighing: Weighing) -> int:
    """How many have to judge before the reveal: two, or one where nobody else could."""
    could = Membership.objects.filter(organisation=weighing.organisation_id)
    return min(LEAST_JUDGES, could.exclude(role=Role.AUDITOR).count())


def judges(weighing: Weighing) -> int:
    """How many people have judged."""
    found = Judgement.objects.filter(option__weighing=weighing)
    return found.values("membership").distinct().count()


def invited(weighing: Weighing) -> list[Invited]:
    """Every colleague who may judge, by name, in 1 SQL query."""
    asked = weighing.invites.filter(membership=OuterRef("pk"))
    found = (
        Membership.objects.filter(organisation=weighing.organisation_id)
        .exclude(role=Role.AUDITOR)
        .annotate(is_asked=Exists(asked))
        .select_related("user")
        .order_by("user__name", "pk")
    )
    return [Invited(one, one.is_asked) for one in found]


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
    said = Q(commitments__check_ins__isnull=False)
    clauses = mission.statement_clauses.annotate(
        living=Count("commitments", filter=Q(commitments__ended_on=None), distinct=True),
        said=Count("commitments__check_ins", filter=said, distinct=True),
        lived=Count(
            "commitments__check_ins", filter=Q(commitments__check_ins__done=True), distinct=True
        ),
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
            clause.lived,
            clause.said,
        )
        for clause in clauses
    ]


def commitments(
    mission: Mission, *, this_week: dt.date, owner: Membership | None = None
) -> list[Lived]:
    """Its living commitments, or those of one owner, with the last weeks, in 2 SQL queries."""
    mondays = [this_week - dt.timedelta(weeks=back) for back in range(WEEKS_SHOWN)][::-1]
    said = CheckIn.objects.filter(week__gte=mondays[0])
    found = (
        Commitment.objects.filter(clause__mission=mission, ended_on=None)
        .select_related("clause", "owner__user")
        .prefetch_related(Prefetch("check_ins", queryset=said, to_attr="lately"))
    )
    if owner is not None:
        found = found.filter(owner=owner)
    lived = []
    for commitment in found:
        words = {one.week: one.done for one in commitment.lately}
        weeks = tuple(Week(day, words.get(day)) for day in mondays)
        lived.append(Lived(commitment, weeks))
    return lived


def ended_commitments(mission: Mission) -> QuerySet[Commitment]:
    """Those that are no longer asked about, the latest first, each with `lived` and `said`."""
    return (
        Commitment.objects.filter(clause__mission=mission, ended_on__isnull=False)
        .annotate(said=Count("check_ins"), lived=Count("check_ins", filter=Q(check_ins__done=True)))
        .select_related("clause", "owner__user")
        .order_by("-ended_on", "-pk")
    )


def said_since(mission: Mission) -> QuerySet[Comment]:
    """What customers wrote in rounds that were closed since the mission was adopted, as far as it
    was released, in an order that says nothing; not the words for a mission."""
    return Comment.objects.filter(
        organisation=mission.organisation_id,
        round__audience=Round.Audience.EXTERNAL,
        round__closed_at__date__gte=mission.adopted_on or dt.date.max,
        round__mission_round=None,
        round__ranking=None,
        round__consent_round=None,
        round__critique_round=None,
        released_at__isnull=False,
    ).order_by("pk")


def quotes(mission: Mission) -> QuerySet[Contribution]:
    """Words whose writers let them stand in public, in no order that tells who was first."""
    agreed = Contribution.objects.filter(mission=mission, quotable=True, is_hidden=False)
    agreed = agreed.filter(unquoted_at=None)
    return agreed.order_by("voice", "text")[:MOST_QUOTES]


def earlier_missions(organisation: Organisation) -> QuerySet[Mission]:
    """Those that were adopted before the present one, the latest first."""
    return Mission.objects.filter(
        organisation=organisation, state=Mission.State.RETIRED, adopted_on__isnull=False
    ).order_by("-adopted_on", "-pk")
