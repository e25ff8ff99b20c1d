from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from anymail.signals import inbound  # noqa: PLC0415  (only once the apps are loaded)

        from feedback.mail_in import on_inbound  # noqa: PLC0415

        inbound.connect(on_inbound)
