"""Reading missions: how far they are, whose words they hold, and what anyone may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
    prefetch_related_objects,
)

from feedback.models import Round
from missions.models import (
    Consent,
    ConsentAnswer,
    Contribution,
    Critique,
    Decision,
    Hiding,
    Mission,
    MissionRound,
    Ranking,
    Theme,
    Voice,
)
from programme.models import Membership, Organisation, Person, Role, Segment, Team

SHOWN_UNDER_A_THEME = 4


@dataclass(frozen=True, slots=True)
class VoiceCounts:
    """How many contributions, in each voice."""

    leader: int
    staff: int
    customer: int

    @property
    def total(self) -> int:
        return self.leader + self.staff + self.customer

    @property
    def voices(self) -> tuple[tuple[str, str, int], ...]:
        """Value, label and count of each voice, in the order in which they are asked."""
        return (
            (Voice.LEADER.value, "Leader", self.leader),
            (Voice.STAFF.value, "Staff", self.staff),
            (Voice.CUSTOMER.value, "Customers", self.customer),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a mission: a page, whether its work is done, and what it holds so far."""

    url_name: str
    label: str
    purpose: str
    action: str
    done: bool
    note: str
    # Not begun, and may be left out: it is never what comes next.
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a mission is."""

    counts: VoiceCounts
    steps: tuple[Step, ...]

    @property
    def next_step(self) -> Step | None:
        """The first step that still waits; none once the mission is adopted."""
        if self.steps[-1].done:
            return None
        return next((step for step in self.steps if not step.done and not step.optional), None)


@dataclass(frozen=True, slots=True)
class ThemeWords:
    """A theme with its counts and the first of its contributions."""

    theme: Theme
    counts: VoiceCounts
    words: tuple[Contribution, ...]


def adopted(organisation: Organisation) -> Mission | None:
    """The organisation's mission, once it has one."""
    return Mission.objects.filter(organisation=organisation, state=Mission.State.ADOPTED).first()


def missions_with_counts(organisation: Organisation) -> QuerySet[Mission]:
    """All its missions, newest first, each with `words` (contributions)."""
    return Mission.objects.filter(organisation=organisation).annotate(words=Count("contributions"))


def voice_counts(contributions: QuerySet[Contribution]) -> VoiceCounts:
    found = contributions.filter(is_hidden=False).aggregate(**_by_voice("voice"))
    return VoiceCounts(**found)


def _by_voice(field: str, counted: str = "pk", which: Q | None = None) -> dict[str, Count]:
    which = which or Q()
    return {voice.value: Count(counted, filter=which & Q(**{field: voice})) for voice in Voice}


def may_see_words(*, mission: Mission, membership: Membership) -> bool:
    """Whether others' words are shown to this member.

    While the mission is open, whoever gives words sees others' only once their own are in, so
    that nobody is led by what others wrote. Auditors give none.
    """
    return (
        not mission.is_open
        or membership.role == Role.AUDITOR
        or mission.contributions.filter(author=membership).exists()
    )


def progress(mission: Mission) -> Progress:
    """Its steps, in 2 SQL queries."""
    counts = voice_counts(Contribution.objects.filter(mission=mission))
    found = (
        Mission.objects.filter(pk=mission.pk)
        .annotate(
            asked=Count("rounds", distinct=True),
            open=Count("rounds", distinct=True, filter=Q(rounds__round__state=Round.State.OPEN)),
            named=Count("themes", distinct=True),
            versions=Count("drafts", distinct=True),
            **_agreeing(mission),
        )
        .values("asked", "open", "named", "versions", "begun", "waiting")
        .get()
    )
    asking = f"{found['open']} open" if found["open"] else "Closed" if found["asked"] else ""
    steps = (
        Step(
            "missions:words",
            "Your words",
            "What you feel, what you believe and where you want to go, before anyone else’s words "
            "can lead yours.",
            "Write your words",
            counts.leader > 0,
            _count(counts.leader, "contribution"),
        ),
        Step(
            "missions:asking",
            "Ask others",
            "Your people first, then the customers you would least like to lose. One question by "
            "email, one to three sentences back.",
            "Ask your people",
            found["asked"] > 0,
            asking,
        ),
        Step(
            "missions:themes",
            "Themes",
            "Put together what says the same thing, and see who said it.",
            "Find the themes",
            found["named"] > 0,
            _count(found["named"], "theme"),
        ),
        Step(
            "missions:draft",
            "Draft",
            "Write one statement, with everyone’s words beside it.",
            "Write a draft",
            found["versions"] > 0,
            _count(found["versions"], "version"),
        ),
        Step(
            "missions:agree",
            "Agree",
            "Candidates to rank, suggestions, consent: as much of it as you need, or none.",
            "See whether all agree",
            found["begun"] and not found["waiting"],
            "Under way" if found["waiting"] else "Asked" if found["begun"] else "",
            optional=not found["begun"],
        ),
        Step(
            "missions:adopt",
            "Adopt",
            "Make it the mission: a date, a review date and a public page.",
            "Adopt the statement",
            not mission.is_open,
            f"{mission.adopted_on:%-d %B %Y}" if mission.adopted_on else "",
        ),
    )
    return Progress(counts, steps)


def _agreeing(mission: Mission) -> dict[str, Q]:
    """Whether anyone was asked to rank, to criticise or to consent; and whether any of it is
    still open, or an objection of the latest asking stands."""
    ranked = Ranking.objects.filter(mission=mission)
    criticised = Critique.objects.filter(draft__mission=mission)
    asked = Consent.objects.filter(mission=mission)
    standing = ConsentAnswer.objects.filter(
        consent=Subquery(asked.values("pk")[:1]),
        choice="object",
        withdrawn_at=None,
        overridden_because="",
    )
    return {
        "begun": Q(Exists(ranked) | Exists(criticised) | Exists(asked)),
        "waiting": Q(
            Exists(ranked.filter(round__state=Round.State.OPEN))
            | Exists(criticised.filter(frozen_at=None))
            | Exists(asked.filter(closed_at=None))
            | Exists(standing)
        ),
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def themes(mission: Mission) -> list[ThemeWords]:
    """Its themes in order with the first few contributions of each, in 2 SQL queries."""
    return with_first_words(themes_with_counts(mission))


def themes_with_counts(mission: Mission) -> QuerySet[Theme]:
    """Its themes in order, each with how many contributions it has in each voice."""
    shown = Q(contributions__is_hidden=False)
    counts = _by_voice("contributions__voice", "contributions", shown)
    # A model's own ordering does not hold where rows are grouped.
    return mission.themes.annotate(**counts).order_by("position", "pk")


def with_first_words(found: Iterable[Theme]) -> list[ThemeWords]:
    """These, from `themes_with_counts`, with the first few contributions of each, in 1 SQL
    query."""
    found = list(found)
    shown = Contribution.objects.filter(is_hidden=False)
    first_words = shown.order_by("pk")[:SHOWN_UNDER_A_THEME]
    prefetch_related_objects(
        found, Prefetch("contributions", queryset=first_words, to_attr="first_words")
    )
    return [ThemeWords(theme, counts_of(theme), tuple(theme.first_words)) for theme in found]  # type: ignore[attr-defined]


def counts_of(theme: Theme) -> VoiceCounts:
    """Of a theme from `themes_with_counts`."""
    return VoiceCounts(theme.leader, theme.staff, theme.customer)  # type: ignore[attr-defined]


def own_names(organisation: Organisation) -> list[str]:
    """What the organisation, its people, its teams and its segments are called, in 4 SQL
    queries."""
    staff = Person.objects.filter(organisation=organisation).staff()
    names = [organisation.name, *staff.values_list("name", flat=True)]
    members = Membership.objects.filter(organisation=organisation)
    names += members.values_list("user__name", flat=True)
    names += Team.objects.filter(organisation=organisation).values_list("name", flat=True)
    names += Segment.objects.filter(organisation=organisation).values_list("name", flat=True)
    return names


def words(
    *,
    mission: Mission,
    voice: str = "",
    theme: Theme | None = None,
    only_loose: bool = False,
) -> QuerySet[Contribution]:
    """A mission's contributions: of one voice, of one theme, or only those that are in no theme
    yet. Those from a round come in random order, which tells nobody who was first.
    """
    found = Contribution.objects.filter(mission=mission, is_hidden=False)
    if voice:
        found = found.filter(voice=voice)
    if theme is not None:
        found = found.filter(themes=theme)
    if only_loose:
        found = found.filter(themes=None)
    voices = Case(*[When(voice=voice, then=place) for place, voice in enumerate(Voice)])
    return found.order_by(voices, "comment_id", "pk")


def mission_rounds(mission: Mission) -> QuerySet[MissionRound]:
    """Its rounds, newest first, each with `invited` and `answered`."""
    return (
        MissionRound.objects.filter(mission=mission)
        .select_related("round")
        .annotate(
            invited=Count("round__invitations"),
            answered=Count(
                "round__invitations", filter=Q(round__invitations__answered_at__isnull=False)
            ),
        )
        .order_by("-round__created_at", "-pk")
    )


def decisions(organisation: Organisation) -> QuerySet[Decision]:
    """All its decisions, the latest first."""
    return Decision.objects.filter(organisation=organisation).select_related(
        "mission", "decided_by__user"
    )


def missions_that_asked() -> QuerySet[Mission]:
    """Open missions, of any organisation, that words or suggestions may still arrive for."""
    finished = [Mission.State.ADOPTED, Mission.State.RETIRED]
    asked = Q(rounds__isnull=False) | Q(drafts__critique__rounds__isnull=False)
    return Mission.objects.filter(asked).exclude(state__in=finished).distinct()


def not_yet_reminded(missions: QuerySet[Mission]) -> QuerySet[Mission]:
    """Those whose leaders were not yet reminded of the review date that they have now."""
    return missions.exclude(reminded_of=F("review_on"), reminded_of__isnull=False)


def hidden_words(mission: Mission) -> QuerySet[Contribution]:
    """What was hidden, each with its log, the latest first, in `hidings`."""
    log = Hiding.objects.select_related("by__user")
    hidden = Contribution.objects.filter(mission=mission, is_hidden=True)
    return hidden.order_by("pk").prefetch_related(Prefetch("hidings", queryset=log))
