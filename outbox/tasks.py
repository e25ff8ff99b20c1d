"""The worker's part: look whether emails are due, and send them."""

from celery import shared_task
from celery.worker import state

from outbox import sending, services


@shared_task
def send_due() -> None:
    """Send what is due; what one run does not manage, a next one takes over."""
    if sending.send_due_emails(stopping=_stopping):
        services.wake_worker()


@shared_task
def sweep() -> None:
    """Each minute: retries that are due, what a wiped queue forgot, and the leases of workers
    that died, which count as due again once they have run out; old secrets fade."""
    send_due()
    services.blank_old_links()


def _stopping() -> bool:
    """Whether this worker was asked to stop: it goes between two emails, not after a whole round.
    (Celery notes an exit code, of which 0 is one.)"""
    return state.should_stop is not None and state.should_stop is not False
