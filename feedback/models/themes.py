"""Themes of what people wrote."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from feedback.models.answers import Comment
from programme.models import Membership, OrganisationOwned
from touchpoints.models import Touchpoint


class CommentTheme(OrganisationOwned):
    """What comments of any rounds have in common, as a person named it."""

    name = models.CharField(max_length=80)
    # Comments that join the theme, and are about no touchpoint yet, are then about this one.
    touchpoint = models.ForeignKey(
        Touchpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="comment_themes"
    )
    comments = models.ManyToManyField(Comment, related_name="themes", blank=True)
    created_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("organisation", Lower("name"), name="one_theme_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
