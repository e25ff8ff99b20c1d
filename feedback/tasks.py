from celery import shared_task

from feedback import import_jobs
from feedback.services import close_due_rounds


@shared_task
def sweep() -> None:
    """Close the rounds whose last moment has passed, and look for uploads that wait."""
    close_due_rounds()
    import_jobs.wake_waiting()


@shared_task
def import_responses(job_id: int) -> None:
    """Bring one upload of past answers in."""
    import_jobs.run_import(job_id=job_id)
