"""A draft in the making: the text being written, its clauses, and the words they came from."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import MD5

from missions.models.mission import Contribution, Mission
from programme.models import Membership, OrganisationOwned


class WorkingText(OrganisationOwned):
    """What is being written between two versions: one for each mission, and what was kept aside
    where it could not be both."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="working_texts")
    text = models.TextField(blank=True)
    # The version that it was begun from, 0 for none.
    based_on_version = models.PositiveIntegerField(default=0)
    # Grows with every change, so that whoever typed on an older one is told.
    revision = models.PositiveIntegerField(default=0)
    is_aside = models.BooleanField(default=False)
    kept_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    kept_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-kept_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["mission"],
                condition=models.Q(is_aside=False),
                name="one_working_text_a_mission",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Clause(OrganisationOwned):
    """One wording of a clause of a mission's drafts. One that is nearly the same as an earlier
    wording has that one's origin, and with it the same links."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="clauses")
    text = models.TextField()
    # None where it is the origin itself.
    origin = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="wordings"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("mission", MD5("text"), name="one_clause_a_wording"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ClauseLink(OrganisationOwned):
    """What a leader says of a clause, by its origin, and a contribution: that the one takes up
    the other, or that it does not."""

    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="links")
    contribution = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, related_name="clause_links"
    )
    taken_up = models.BooleanField()
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clause", "contribution"], name="one_link_a_clause_and_contribution"
            ),
        ]

    def __str__(self) -> str:
        return "taken up" if self.taken_up else "not taken up"
