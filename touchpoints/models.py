"""The map of touchpoints, what was rated there, and what is being mended."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from programme.models import (
    Membership,
    Organisation,
    OrganisationOwned,
    Period,
    Segment,
    Team,
)


class Journey(OrganisationOwned):
    """A customer's way through the organisation: ordered stages."""

    name = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("organisation", Lower("name"), name="one_journey_each"),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(OrganisationOwned):
    """A stretch of a journey, with its touchpoints."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=300)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["journey__position", "position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("journey", Lower("name"), name="one_stage_each"),
        ]

    def __str__(self) -> str:
        return self.name


class TouchpointQuerySet(models.QuerySet["Touchpoint"]):
    def current(self) -> "TouchpointQuerySet":
        """Those not archived, in the order of the map."""
        return self.filter(
            archived_at=None, stage__archived_at=None, stage__journey__archived_at=None
        ).order_by(
            "stage__journey__position",
            "stage__journey_id",
            "stage__position",
            "stage_id",
            "position",
            "pk",
        )


class Touchpoint(OrganisationOwned):
    """One place where customers and the organisation touch; archived, never deleted."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="touchpoints")
    name = models.CharField(max_length=300)
    channel = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    service_standard = models.TextField("what good looks like", blank=True)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="touchpoints"
    )
    owner = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="touchpoints"
    )
    importance = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    must_be = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("stage", Lower("name"), name="one_touchpoint_each"),
            models.CheckConstraint(
                condition=models.Q(importance__gte=1, importance__lte=5), name="importance_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HandOff(OrganisationOwned):
    """A link in the delivery chain; rated by the team that receives. Archived once it was rated."""

    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE, related_name="hand_offs")
    name = models.CharField(max_length=300)
    giver = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="hand_offs_given")
    receiver = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="hand_offs_received")
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(giver=models.F("receiver")), name="hand_off_between_two_teams"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HandOffTally(OrganisationOwned):
    """A histogram: hand-off x period, as counted from one source among the team that receives.

    Apart from touchpoints' tallies, so that what colleagues say of each other's work is never added
    to what anybody says of a touchpoint. `source` is as in `RatingTally`.
    """

    hand_off = models.ForeignKey(HandOff, on_delete=models.PROTECT, related_name="tallies")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="hand_off_tallies")
    source = models.CharField(max_length=60)
    scale = models.CharField(max_length=20)
    cut_points = models.PositiveSmallIntegerField(default=1, help_text="version of the cut-points")
    misery = models.PositiveIntegerField(default=0)
    mediocrity = models.PositiveIntegerField(default=0)
    magic = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hand_off", "period", "source", "scale"], name="one_hand_off_tally_each"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "period"], name="hand_off_tally_period"),
            models.Index(fields=["organisation", "source"], name="hand_off_tally_source"),
        ]

    def __str__(self) -> str:
        return f"{self.misery}/{self.mediocrity}/{self.magic}"


class Voice(models.TextChoices):
    """Whose ratings a tally counts; the two are never pooled."""

    CUSTOMER = "customer", "Customers"
    STAFF = "staff", "Staff"


class RatingTally(OrganisationOwned):
    """A histogram: touchpoint x period x voice x slice, as counted from one source.

    `source` names the round or import that the counts come from ("round-17"): handing over the
    same source again replaces its rows, so that nothing is ever counted twice. The slice is the
    customers' segment or the staff's team; neither means "not in any".
    """

    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE, related_name="tallies")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="tallies")
    voice = models.CharField(max_length=10, choices=Voice)
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="tallies"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="tallies"
    )
    source = models.CharField(max_length=60)
    scale = models.CharField(max_length=20)
    cut_points = models.PositiveSmallIntegerField(default=1, help_text="version of the cut-points")
    misery = models.PositiveIntegerField(default=0)
    mediocrity = models.PositiveIntegerField(default=0)
    magic = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["touchpoint", "period", "voice", "segment", "team", "source", "scale"],
                nulls_distinct=False,
                name="one_tally_each",
            ),
            models.CheckConstraint(
                condition=models.Q(voice="customer", team=None)
                | models.Q(voice="staff", segment=None),
                name="tally_slice_fits_voice",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "period", "voice"], name="tally_heatmap"),
            models.Index(fields=["organisation", "source"], name="tally_source"),
        ]

    def __str__(self) -> str:
        return f"{self.misery}/{self.mediocrity}/{self.magic}"


class RatingPairs(OrganisationOwned):
    """Which ratings of one source go together: sums over customers who answered both of two
    questions (`touchpoints.importance.PairSums`), the first of them about the whole, the others
    about `touchpoints` in this order. `source` is as in `RatingTally`."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=60)
    touchpoints = models.JSONField()
    sums = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "source"], name="one_set_of_pairs_each"
            ),
        ]

    def __str__(self) -> str:
        return self.source


class MapChange(OrganisationOwned):
    """A mark that the database itself sets when anything changes that a heatmap shows.

    Triggers on the tables that are read for it replace the organisation's marks by a new random
    one, with every statement, in the transaction that makes the change. All marks that can be seen
    together are the version of what can be seen: no two states share one, and nobody waits for a
    row. Only triggers write here (`SELECT touchpoints_watch('table')` in a migration sets them).
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    mark = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.mark}"


class Improvement(OrganisationOwned):
    """A change to a touchpoint, a hand-off or a rule, and what came of it."""

    class Kind(models.TextChoices):
        MEND = "mend", "Mend"
        REMOVE_RULE = "rule", "Remove a rule"
        MOVE_DECISION = "decide", "Move a decision to the front line"
        TRAIN = "train", "Train"

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        UNDER_WAY = "doing", "Under way"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.CASCADE, related_name="improvements"
    )
    hand_off = models.ForeignKey(
        HandOff, null=True, blank=True, on_delete=models.SET_NULL, related_name="improvements"
    )
    title = models.CharField(max_length=300)
    # The answers to "why?", one after another; the last one is the cause.
    whys = models.JSONField(default=list, blank=True)
    cause = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MEND)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    effort = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    impact = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    owner = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="improvements"
    )
    due_on = models.DateField(null=True, blank=True)
    expected_effect = models.TextField(blank=True)
    # The customers' net to reach, in points, and in which quarter ("2027Q1").
    expected_net = models.SmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(-100), MaxValueValidator(100)]
    )
    expected_in = models.CharField(max_length=6, blank=True)
    done_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # For which due date the owner was last told that it is late, and on which day.
    reminded_of = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expected_net=None, expected_in="")
                | (
                    models.Q(expected_net__gte=-100, expected_net__lte=100)
                    & ~models.Q(expected_in="")
                ),
                name="expected_net_has_its_quarter",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"],
                condition=models.Q(state__in=["planned", "doing"]),
                name="improvement_late",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


OPEN_STATES = (Improvement.State.PLANNED, Improvement.State.UNDER_WAY)


class ImprovementNote(OrganisationOwned):
    """One line of an improvement's log: what someone wrote, or what changed."""

    improvement = models.ForeignKey(Improvement, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    is_change = models.BooleanField(default=False, help_text="written by what was done, not typed")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class RuleQuerySet(models.QuerySet["Rule"]):
    def named(self) -> "RuleQuerySet":
        """Those that wait for somebody to take them on."""
        return self.filter(improvement=None, lifted_on=None, stays_because="")

    def taken_on(self) -> "RuleQuerySet":
        return self.filter(improvement__isnull=False, lifted_on=None, stays_because="")

    def lifted(self) -> "RuleQuerySet":
        return self.filter(lifted_on__isnull=False)

    def staying(self) -> "RuleQuerySet":
        """Those that stay, with the reason said."""
        return self.filter(lifted_on=None).exclude(stays_because="")


class Rule(OrganisationOwned):
    """A rule that is in somebody's way: in the register until it is lifted, or stays for a
    reason. What is done to lift it is an improvement."""

    name = models.CharField(max_length=300)
    hampered = models.CharField(max_length=300)
    lifter = models.CharField(max_length=200, blank=True, help_text="who may lift it")
    example = models.TextField(blank=True)
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="rules"
    )
    named_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    named_at = models.DateTimeField(auto_now_add=True)
    improvement = models.OneToOneField(
        Improvement, null=True, blank=True, on_delete=models.SET_NULL, related_name="rule"
    )
    lifted_on = models.DateField(null=True, blank=True)
    since = models.TextField(blank=True, help_text="what happened since")
    stays_because = models.TextField(blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-named_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lifted_on=None) | models.Q(stays_because=""),
                name="rule_is_lifted_or_stays",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """One of `RULE_STATES`."""
        if self.lifted_on:
            return "lifted"
        if self.stays_because:
            return "staying"
        return "taken_on" if self.improvement_id else "named"

    @property
    def state_words(self) -> str:
        return RULE_STATES[self.state]


RULE_STATES = {
    "named": "named",
    "taken_on": "taken on",
    "lifted": "lifted",
    "staying": "stays, for a reason",
}


class Workshop(OrganisationOwned):
    """Several people in a room rate touchpoints privately, each on their own phone; then all is
    revealed at once.

    The link's secret is readable: it stands on the wall as a QR code. `results` is {touchpoint's
    key: [misery, mediocrity, magic]}, empty before the reveal, which deletes the raters.
    """

    title = models.CharField(max_length=200)
    touchpoints = models.ManyToManyField(Touchpoint, related_name="workshops")
    token = models.CharField(max_length=64, unique=True)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="workshops")
    started_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revealed_at = models.DateTimeField(null=True, blank=True)
    results = models.JSONField(default=dict, blank=True)
    rated_by = models.PositiveSmallIntegerField(default=0, help_text="how many people rated")
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kept_at=None) | models.Q(revealed_at__isnull=False),
                name="kept_after_the_reveal",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def source(self) -> str:
        """What its tallies call themselves."""
        return f"workshop-{self.pk}"


class WorkshopRater(OrganisationOwned):
    """One browser's votes until the reveal: {touchpoint's key: moment}."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="raters")
    device = models.UUIDField()
    votes = models.JSONField(default=dict)
    finished = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workshop", "device"], name="one_rater_a_device"),
        ]

    def __str__(self) -> str:
        return f"{len(self.votes)} votes"
