"""What the worker does: fetch by key, call one service."""

from celery import shared_task

from reports import services


@shared_task
def build(report_id: int) -> None:
    services.build_report(report_id=report_id)


@shared_task
def sweep() -> None:
    services.sweep()
