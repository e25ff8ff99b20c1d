"""You said, we did."""

from typing import ClassVar

from django.db import models

from programme.models import Membership, OrganisationOwned
from touchpoints.models import Improvement


class Change(OrganisationOwned):
    """You said, we did: a change written once, and what it came from."""

    title = models.CharField(max_length=200)
    said = models.TextField(max_length=2_000)
    did = models.TextField(max_length=2_000)
    improvements = models.ManyToManyField(Improvement, blank=True, related_name="+")
    cases = models.ManyToManyField("feedback.Case", blank=True, related_name="changes")
    comments = models.ManyToManyField("feedback.Comment", blank=True, related_name="+")
    rounds = models.ManyToManyField("feedback.Round", blank=True, related_name="changes")
    written_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-published_at", "-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title
