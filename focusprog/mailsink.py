"""The embedded shape's mail server: it keeps every email as a file for /mailbox/ and sends none.

Those that answer one of ours, and reports of a mail server on one, are handed over as well.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST_EMAIL_BYTES = 50 * 1024 * 1024
_numbers = count()
logger = logging.getLogger(__name__)

# An email as it came, and its envelope: to whom, and from whom (empty where a server sent it).
type HandOver = Callable[[bytes, Sequence[str], str], None]


class _Keeper:
    """Writes each message whole under a name that sorts by time, and hands it over."""

    def __init__(self, folder: Path, hand_over: HandOver) -> None:
        self.folder = folder
        self.hand_over = hand_over

    async def handle_DATA(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        name = f"{time.time_ns():020d}-{next(_numbers):06d}"
        making = self.folder / f".{name}"
        given = envelope.content or b""
        content = given if isinstance(given, bytes) else given.encode()
        making.write_bytes(content)
        try:
            await asyncio.to_thread(
                self.hand_over, content, envelope.rcpt_tos, envelope.mail_from or ""
            )
        except Exception:
            # Whoever sends it keeps it and tries again.
            logger.exception("An email could not be taken in")
            making.unlink()
            return "451 not taken in: try again later"
        making.rename(self.folder / f"{name}.eml")
        return "250 kept"


class _Sink(Controller):
    """A controller for a socket that already listens."""

    def __init__(self, folder: Path, listening: socket.socket, hand_over: HandOver) -> None:
        host, port = listening.getsockname()
        super().__init__(
            _Keeper(folder, hand_over),
            hostname=host,
            port=port,
            data_size_limit=_LARGEST_EMAIL_BYTES,
            enable_SMTPUTF8=True,
        )
        self._listening = listening

    def _create_server(self) -> Coroutine[Any, Any, Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


def start_sink(folder: Path, listening: socket.socket, hand_over: HandOver) -> Controller:
    """Take emails on `listening` (loopback), in a thread; `.stop()` ends it."""
    folder.mkdir(parents=True, exist_ok=True)
    sink = _Sink(folder, listening, hand_over)
    sink.start()
    return sink
