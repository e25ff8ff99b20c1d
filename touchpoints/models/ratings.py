"""What was rated, counted: touchpoints by customers and staff, hand-offs by who receives them."""

from typing import ClassVar

from django.db import models

from programme.models import OrganisationOwned, Period, Segment, Team
from touchpoints.models.map import HandOff, Touchpoint


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
