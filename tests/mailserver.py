"""A mail server that does as a test tells it, and the product's way to it."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from focusprog import settings as product_settings


class Script:
    """An SMTP server that answers each address as the test says, and keeps what it accepts."""

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.to_sender = "250 OK"
        self.before_reply: Callable[[], None] = lambda: None
        self.accepted: list[EmailMessage] = []
        self.connections = 0

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_sender.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.to_sender

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (reply := self.replies.get(address, "")).startswith("RCPT "):
            return reply.removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.before_reply()
        reply = self.replies.get(envelope.rcpt_tos[0], "250 OK")
        if reply.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.accepted.append(message)
        if reply.endswith("drop"):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return reply

    def addresses(self) -> list[str]:
        return [str(message["To"]) for message in self.accepted]


@contextmanager
def serving(settings: Any) -> Iterator[Script]:
    """A mail server of a test's own, which the mailer uses. It runs beside the test's own threads,
    so that a slow machine is no fault of the mail."""
    script = Script()
    # The sink of the whole run has its port already; aiosmtpd knocks at the port it is given.
    controller = Controller(script, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.MAILERS = mailers(port=controller.port, timeout=60)
    try:
        yield script
    finally:
        controller.stop()


def mailers(**options: object) -> dict[str, Any]:
    """The product's own way to SMTP (Django's test set-up has put its own in place of it)."""
    real = product_settings.MAILERS["default"]
    return {"default": real | {"OPTIONS": real["OPTIONS"] | {"timeout": 2} | options}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
