"""Files of past answers on their way in."""

from typing import ClassVar

from django.db import models

from programme.models import Membership, OrganisationOwned


class ImportJob(OrganisationOwned):
    """A file of past answers that someone uploaded; a worker brings it in and lets it go."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        FAILED = "failed", "Not brought in"

    filename = models.CharField(max_length=200)
    content = models.BinaryField(default=b"")  # compressed by zlib
    mapping = models.TextField()
    strict = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # What the import counted (see `feedback.import_rows.ImportSummary.as_json`).
    summary = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.filename
