"""The three ways in which emails reach `services.take_email`: an email service that calls, the
embedded run's own mail server, and a mailbox that is looked into (see `feedback.tasks`)."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from anymail.signals import AnymailInboundEvent
from django.conf import settings
from django.db import close_old_connections

from feedback import services
from outbox.incoming import tokens_in
from outbox.reading import parsed


def on_inbound(event: AnymailInboundEvent, **kwargs: Any) -> None:
    """From an email service; django-anymail has read and checked it."""
    message = event.message
    recipient = message.envelope_recipient
    services.take_email(
        message, recipients=[recipient] if recipient else [], sender=message.envelope_sender
    )


def from_sink(content: bytes, recipients: Sequence[str], sender: str) -> None:
    """From the embedded run's mail server, in a thread of its own. What we send to others is kept
    there too, and is nothing that came in."""
    own = {settings.REPLY_ADDRESS.lower(), parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}
    if not (tokens_in(recipients) or own & {address.lower() for address in recipients}):
        return
    close_old_connections()
    try:
        services.take_email(parsed(content), recipients=recipients, sender=sender)
    finally:
        close_old_connections()
