"""Loyalty against retention, as it was counted."""

from django.db import models

from programme.models import OrganisationOwned, Period


class LoyaltyCount(OrganisationOwned):
    """How many customers were in each corner of loyalty and retention at the end of a quarter."""

    period = models.OneToOneField(Period, on_delete=models.CASCADE, related_name="loyalty")
    # [{"loyal": bool, "stayed": bool, "n": n, "value": yearly value, "valued": n that have one}]
    corners = models.JSONField(default=list)
    # The same by segment: {"segment": key or None, ...}, or empty where it was not counted so.
    by_segment = models.JSONField(default=list)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"loyalty at the end of {self.period_id}"
