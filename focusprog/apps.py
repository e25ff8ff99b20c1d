from django.apps import AppConfig


class FocusprogConfig(AppConfig):
    name = "focusprog"

    def ready(self) -> None:
        # Whoever sends a task, in whichever thread and command, means our Celery application.
        from focusprog import celery  # noqa: F401, PLC0415
