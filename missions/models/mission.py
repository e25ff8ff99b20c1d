"""A mission itself: words, themes, drafts, and its use once it is adopted."""

from typing import ClassVar

from django.db import models

from feedback.models import Comment, Round
from programme.models import Membership, OrganisationOwned


class Mission(OrganisationOwned):
    """One drafting of a mission statement; at most one is adopted at a time."""

    class State(models.TextChoices):
        WORDS = "words", "Gathering words"
        THEMES = "themes", "Finding themes"
        DRAFTING = "drafting", "Drafting"
        ADOPTED = "adopted", "Adopted"
        RETIRED = "retired", "Retired"

    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.WORDS)
    statement = models.TextField(blank=True)
    started_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    adopted_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    # The review date that leaders were last reminded of.
    reminded_of = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state="adopted"),
                name="one_adopted_mission",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it is still being worked on."""
        return self.state not in {self.State.ADOPTED, self.State.RETIRED}


class Voice(models.TextChoices):
    """Whose words."""

    LEADER = "leader", "Leader"
    STAFF = "staff", "Staff"
    CUSTOMER = "customer", "Customers"


class MissionRound(OrganisationOwned):
    """An ordinary feedback round that gathers words for a mission, in one voice."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="rounds")
    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="mission_round")
    voice = models.CharField(max_length=10, choices=Voice)

    def __str__(self) -> str:
        return f"{self.voice} words"


class Contribution(OrganisationOwned):
    """One person's words, never rewritten."""

    class Prompt(models.TextChoices):
        FEEL = "feel", "What we feel"
        BELIEVE = "believe", "What we believe"
        GO = "go", "Where we want to go"
        ANY = "any", "In their own words"

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="contributions")
    voice = models.CharField(max_length=10, choices=Voice)
    prompt = models.CharField(max_length=10, choices=Prompt, default=Prompt.ANY)
    text = models.TextField()
    author = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Where it came through a round: gone with the answer when its writer asks for that.
    comment = models.OneToOneField(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="contribution"
    )
    signed_name = models.CharField(max_length=200, blank=True)
    # Whether its writer lets it stand on the public page.
    quotable = models.BooleanField(default=False)
    # Taken off the public page for a writer who came by link and has changed their mind.
    unquoted_at = models.DateTimeField(null=True, blank=True)
    is_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Hiding(OrganisationOwned):
    """A contribution hidden or shown again: by whom, when and why. Never changed."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="hidings")
    hides = models.BooleanField()
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return "hidden" if self.hides else "shown again"


class Readiness(OrganisationOwned):
    """A leader's own answer: is customer focus felt, or only agreed with?"""

    class Answer(models.TextChoices):
        FELT = "felt", "I feel it: it would hurt to run this any other way"
        AGREED = "agreed", "I agree with it: it makes sense, but it does not move me yet"
        UNSURE = "unsure", "I cannot tell yet"

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="readiness")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer)

    class Meta:
        verbose_name_plural = "readiness"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mission", "membership"], name="one_readiness_each"),
        ]

    def __str__(self) -> str:
        return self.answer


class Reaction(OrganisationOwned):
    """What an example statement does to one leader: their own aid, never a contribution."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="reactions")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # The key of one of `missions.examples.EXAMPLES`.
    example = models.SlugField(max_length=40)
    moves = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["mission", "membership", "example"], name="one_reaction_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.example} {'moves' if self.moves else 'leaves cold'}"


class Theme(OrganisationOwned):
    """A cluster of contributions that say the same thing."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="themes")
    name = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0)
    contributions = models.ManyToManyField(Contribution, related_name="themes", blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Draft(OrganisationOwned):
    """A candidate text of the statement; every saved version is kept."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="drafts")
    version = models.PositiveIntegerField()
    text = models.TextField()
    author = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mission", "version"], name="one_draft_a_version"),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class Decision(OrganisationOwned):
    """A decision tested against the mission."""

    class Fit(models.TextChoices):
        HELPS = "helps", "Helps"
        NEUTRAL = "neutral", "Neutral"
        HURTS = "hurts", "Hurts"

    class Kept(models.TextChoices):
        YES = "yes", "Yes"
        PARTLY = "partly", "Partly"
        NO = "no", "No"

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="decisions")
    title = models.CharField(max_length=300)
    customer_change = models.TextField("what does this change for the customer?")
    fit = models.CharField(max_length=10, choices=Fit)
    outcome = models.TextField(blank=True)
    # Whether the question was asked before deciding; unknown for the oldest.
    asked_first = models.BooleanField(null=True, blank=True)
    decided_on = models.DateField()
    review_on = models.DateField(null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    # Whether it did for the customer what was said; empty until it was looked at again.
    kept = models.CharField(max_length=10, choices=Kept, blank=True)
    # The review date that its reminder was about.
    reminded_of = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-decided_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(customer_change__regex=r"\S"), name="decision_asks_for_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class StatementClause(OrganisationOwned):
    """One clause of an adopted statement, numbered once and for good."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="statement_clauses")
    position = models.PositiveIntegerField()
    text = models.TextField()
    # The draft's clause whose links to people's words it keeps.
    origin = models.ForeignKey(
        "missions.Clause", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mission", "position"], name="one_clause_a_position"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Weighing(OrganisationOwned):
    """Options of a decision or a disagreement, weighed by several people, clause by clause."""

    class Kind(models.TextChoices):
        DECISION = "decision", "A decision"
        DISAGREEMENT = "disagreement", "A disagreement"

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="weighings")
    kind = models.CharField(max_length=12, choices=Kind)
    question = models.CharField(max_length=300)
    customer_change = models.TextField("what does this change for the customer?")
    opened_by = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    # From here on everyone sees every judgement, and none is changed.
    revealed_at = models.DateTimeField(null=True, blank=True)
    decision = models.OneToOneField(
        Decision, null=True, blank=True, on_delete=models.SET_NULL, related_name="weighing"
    )

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(customer_change__regex=r"\S"), name="weighing_asks_for_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.question


class WeighedOption(OrganisationOwned):
    """One way to decide."""

    weighing = models.ForeignKey(Weighing, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.text


class Judgement(OrganisationOwned):
    """What one member says an option does to one clause."""

    option = models.ForeignKey(WeighedOption, on_delete=models.CASCADE, related_name="judgements")
    clause = models.ForeignKey(StatementClause, on_delete=models.CASCADE, related_name="judgements")
    membership = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.CharField(max_length=10, choices=Decision.Fit)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["option", "clause", "membership"], name="one_judgement_each"
            ),
        ]

    def __str__(self) -> str:
        return self.answer


class Commitment(OrganisationOwned):
    """How a clause is lived daily, and by whom."""

    clause = models.ForeignKey(
        StatementClause, on_delete=models.CASCADE, related_name="commitments"
    )
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["clause__position", "pk"]

    def __str__(self) -> str:
        return self.text


class CheckIn(OrganisationOwned):
    """Whether a commitment was lived in the week that began on that Monday."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="check_ins")
    week = models.DateField()
    done = models.BooleanField()
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "week"], name="one_check_in_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.week}: {'done' if self.done else 'not'}"
