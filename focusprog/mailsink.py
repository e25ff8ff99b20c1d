"""The embedded shape's mail server: it keeps every email as a file for /mailbox/ and sends none."""

import socket
import time
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST_EMAIL_BYTES = 50 * 1024 * 1024
_numbers = count()


class _Keeper:
    """Writes each message whole under a name that sorts by time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        name = f"{time.time_ns():020d}-{next(_numbers):06d}"
        making = self.folder / f".{name}"
        content = envelope.content or b""
        making.write_bytes(content if isinstance(content, bytes) else content.encode())
        making.rename(self.folder / f"{name}.eml")
        return "250 kept"


class _Sink(Controller):
    """A controller for a socket that already listens."""

    def __init__(self, folder: Path, listening: socket.socket) -> None:
        host, port = listening.getsockname()
        super().__init__(
            _Keeper(folder),
            hostname=host,
            port=port,
            data_size_limit=_LARGEST_EMAIL_BYTES,
            enable_SMTPUTF8=True,
        )
        self._listening = listening

    def _create_server(self) -> Coroutine[Any, Any, Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


def start_sink(folder: Path, listening: socket.socket) -> Controller:
    """Take emails on `listening` (loopback), in a thread; `.stop()` ends it."""
    folder.mkdir(parents=True, exist_ok=True)
    sink = _Sink(folder, listening)
    sink.start()
    return sink
