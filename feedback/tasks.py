from celery import shared_task

from feedback.services import close_due_rounds


@shared_task
def sweep() -> None:
    """Close the rounds whose last moment has passed."""
    close_due_rounds()
