from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        from anymail.signals import tracking  # noqa: PLC0415  (only once the apps are loaded)

        from outbox.hooks import on_tracking  # noqa: PLC0415

        tracking.connect(on_tracking)
