"""The embedded shape's mail server: it keeps every email as a file for /mailbox/ and sends none."""

import time
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_numbers = count()


class Keeper:
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


def start_sink(folder: Path, port: int = 0) -> "Controller":
    """Listen on loopback in a thread; port 0 takes a free one (see `.server`)."""
    folder.mkdir(parents=True, exist_ok=True)

    class AnyPort(Controller):
        # The controller would connect to port 0 to see whether it answers.
        def _trigger_server(self) -> None:
            sockets: Any = self.server.sockets if self.server else []
            self.port = sockets[0].getsockname()[1]
            super()._trigger_server()

    sink = AnyPort(
        Keeper(folder),
        hostname="127.0.0.1",
        port=port,
        data_size_limit=50 * 1024 * 1024,
        enable_SMTPUTF8=True,
    )
    sink.start()
    return sink
