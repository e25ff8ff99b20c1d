from celery import shared_task
from django.conf import settings

from feedback import import_jobs, services
from outbox import inbox
from programme.models import Period


@shared_task
def sweep() -> None:
    """Do what is due by the calendar, and look for what waits for a worker or for an
    answer."""
    services.suppress_reported()
    services.close_due_rounds()
    services.write_down_settled()
    services.open_due_rounds()
    services.open_due_series()
    services.remind_due_rounds()
    services.escalate_late()
    services.wake_opening()
    services.wake_telling()
    services.count_what_is_due()
    import_jobs.wake_waiting()


@shared_task
def import_responses(job_id: int) -> None:
    """Bring one upload of past answers in."""
    import_jobs.run_import(job_id=job_id)


@shared_task
def count_loyalty(period_id: int) -> None:
    """Count loyalty against retention at the end of a quarter."""
    services.count_loyalty(period=Period.objects.get(pk=period_id))


@shared_task
def continue_opening(round_id: int) -> None:
    """Invite the people of a round being opened who have not been invited yet."""
    services.continue_opening(round_id=round_id)


@shared_task
def look_into_inbox() -> None:
    """Take in what has arrived in the mailbox, if there is one."""
    if settings.INBOX_URL:
        inbox.look_into_inbox(
            settings.INBOX_URL, lambda message: services.take_email(message).is_ours
        )


@shared_task
def continue_telling(change_id: int) -> None:
    """Tell the people of a change being sent who have not been told yet."""
    services.continue_telling(change_id=change_id)
