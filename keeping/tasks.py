"""The worker's part: whatever is over goes at night."""

from celery import shared_task

from keeping import services


@shared_task
def sweep() -> None:
    services.sweep_due()
