"""How long an organisation keeps what names people, what went, and who asked to be forgotten."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from keeping.limits import LIMITS, Limit
from programme.models import Membership, Organisation, OrganisationOwned, Person

_OF = {limit.name: limit for limit in LIMITS}


def _field(limit: Limit) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        default=limit.default,
        validators=[MinValueValidator(limit.least), MaxValueValidator(limit.most)],
    )


class Keeping(OrganisationOwned):
    """How long each of `keeping.limits.LIMITS` is kept; where there is no row, their defaults."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="keeping"
    )
    answers_months = _field(_OF["answers_months"])
    left_months = _field(_OF["left_months"])
    email_text_days = _field(_OF["email_text_days"])
    email_months = _field(_OF["email_months"])
    upload_days = _field(_OF["upload_days"])
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    answers_months__gte=3,
                    left_months__gte=1,
                    email_text_days__gte=7,
                    email_months__gte=3,
                    upload_days__gte=1,
                ),
                name="kept_long_enough",
            ),
        ]

    def __str__(self) -> str:
        return f"how long {self.organisation_id} keeps things"


class Sweep(OrganisationOwned):
    """One night's deleting of what was over."""

    # Where the organisation is.
    day = models.DateField()
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # How many of the things to delete are done with, and {limit's name: how many went}.
    step = models.PositiveSmallIntegerField(default=0)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "day"], name="one_sweep_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.day)


class ErasureRequest(OrganisationOwned):
    """A person's own wish to be forgotten, confirmed from their address; it waits for a leader, or
    for its day."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["asked_at"]

    def __str__(self) -> str:
        return f"asked on {self.asked_at:%Y-%m-%d}"


class Erasure(OrganisationOwned):
    """Someone was forgotten: when and by whom, never who it was."""

    at = models.DateTimeField(auto_now_add=True)
    # Empty where it was done by itself.
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    was_asked = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"erased on {self.at:%Y-%m-%d}"
