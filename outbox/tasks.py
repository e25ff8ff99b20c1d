"""The worker's part: look whether emails are due, and send them."""

from celery import shared_task

from outbox import sending, services


@shared_task
def send_due() -> None:
    """Send what is due; what one run does not manage, a next one takes over."""
    if sending.send_due_emails():
        services.wake_worker()


@shared_task
def sweep() -> None:
    """Each minute: retries that are due, what a wiped queue forgot, and the leases of workers
    that died, which count as due again once they have run out; old secrets fade."""
    send_due()
    services.blank_old_links()
