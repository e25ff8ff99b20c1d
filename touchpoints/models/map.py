"""The map: journeys, their stages and touchpoints, and the hand-offs that feed them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from programme.models import Membership, Organisation, OrganisationOwned, Team


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
