"""What is being mended, what came of it, and the rules that are in the way."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from programme.models import Membership, OrganisationOwned
from touchpoints.models.map import HandOff, Touchpoint


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
