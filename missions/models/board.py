"""What happened on a mission's theme board."""

from typing import ClassVar

from django.db import models

from missions.models.mission import Mission
from programme.models import Membership, OrganisationOwned


class Move(OrganisationOwned):
    """One move on the theme board: what was done, by whom and when. Never changed."""

    class Kind(models.TextChoices):
        THEME = "theme", "New theme"
        WORDS = "words", "Words moved"
        SPLIT = "split", "Theme split"
        MERGE = "merge", "Themes merged"
        RENAME = "rename", "Theme renamed"
        DELETE = "delete", "Theme deleted"
        ORDER = "order", "Themes reordered"
        SUGGESTION = "suggestion", "Suggestion used"
        UNDO = "undo", "Undone"
        REDO = "redo", "Done again"

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="moves")
    # Within the mission, from 1, without a gap: the number of the last is the board's version.
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    # As it was said then: themes may have other names now.
    summary = models.TextField()
    # As `missions.moves.Change`, in the order in which they were made.
    changes = models.JSONField()
    by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by"
    )

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mission", "number"], name="one_move_a_number"),
        ]

    def __str__(self) -> str:
        return self.summary

    @property
    def who(self) -> str:
        return str(self.by.user) if self.by else "Someone"
