from celery import shared_task


@shared_task
def send_due() -> None:
    """Placeholder until the sender lands."""


@shared_task
def sweep() -> None:
    """Placeholder until the sender lands."""
