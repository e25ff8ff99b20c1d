"""The worker's part: look for improvements that are late."""

from celery import shared_task

from touchpoints import services


@shared_task
def sweep() -> None:
    services.remind_of_late()
