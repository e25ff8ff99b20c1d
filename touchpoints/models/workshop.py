"""A workshop: rated privately in one room, revealed together."""

from typing import ClassVar

from django.db import models

from programme.models import Membership, OrganisationOwned, Period
from touchpoints.models.map import Touchpoint


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
