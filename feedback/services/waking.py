"""Waking a worker for what the database remembers."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake(task: str, pk: int) -> None:
    """Tell a worker that a row waits for it; losing this message costs at most a minute."""
    try:
        current_app.send_task(task, [pk])
    except OperationalError:
        logger.warning("The queue is not to be reached: the sweep will do %s of %s.", task, pk)
