"""The board report: one quarter, its figures and its print."""

from typing import ClassVar

from django.db import models

from programme.models import Membership, Organisation, OrganisationOwned, Period


class BoardReportQuerySet(models.QuerySet["BoardReport"]):
    def of(self, organisation: Organisation) -> "BoardReportQuerySet":
        return self.filter(organisation=organisation).select_related("period", "organisation")

    def without_print(self) -> "BoardReportQuerySet":
        """For lists: the PDF and the figures stay in the database."""
        return self.defer("pdf", "figures")


class BoardReport(OrganisationOwned):
    """One building of one quarter's report. The figures and the PDF are kept as built; both
    live in the database, so that a backup has them and any web process can hand them out."""

    class State(models.TextChoices):
        BUILDING = "building", "Building"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="reports")
    edition = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.BUILDING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent")
    step = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    figures = models.JSONField(default=dict)
    pdf = models.BinaryField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    built_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BoardReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-period__year", "-period__number", "-edition"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "period", "edition"], name="one_report_an_edition"
            ),
            models.UniqueConstraint(
                fields=["organisation", "period"],
                condition=models.Q(state="building"),
                name="one_building_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} edition {self.edition}"

    @property
    def filename(self) -> str:
        """What the PDF is called when it is downloaded or sent."""
        return f"{self.organisation.slug}-board-report-{self.period.code}.pdf"
