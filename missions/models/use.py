"""What is asked by email of those who use an adopted mission."""

from typing import ClassVar

from django.db import models

from missions.models.mission import Weighing
from programme.models import Membership, OrganisationOwned


class JudgeInvite(OrganisationOwned):
    """A colleague who was asked by email to judge a weighing."""

    weighing = models.ForeignKey(Weighing, on_delete=models.CASCADE, related_name="invites")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    invited_by = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["weighing", "membership"], name="one_invite_a_judge"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} for {self.weighing_id}"


class WeekAsked(OrganisationOwned):
    """The owners of an organisation were asked about the week that began on that Monday."""

    week = models.DateField()
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "week"], name="one_asking_a_week"),
        ]

    def __str__(self) -> str:
        return str(self.week)
