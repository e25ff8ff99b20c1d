"""The real PostgreSQL, queue and SMTP sink that the tests use, one of each a pytest process.

Loaded with `-p`, before pytest-django reads the settings: they ask the environment where things
are. The folder is new each time and thrown away, so the database needs no "test_" twin, and a
Celery worker or a web server started by a test finds everything by the same environment.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

_running: list["subprocess.Popen[bytes]"] = []
_sinks: list[Controller] = []
_MAKES_NO_DURABLE_DATA = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


_FOLDER = Path(tempfile.mkdtemp(prefix="fp-test-"))
for _name in [name for name in os.environ if name in {"DATABASE_URL", "REDIS_URL", "BASE_URL"}]:
    del os.environ[_name]
os.environ["DATA"] = str(_FOLDER)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's event loop runs in this thread
(_FOLDER / "run").mkdir(mode=0o700)
_listening = socket.create_server(("127.0.0.1", 0))
(_FOLDER / "run" / "smtp-port").write_text(str(_listening.getsockname()[1]))


def pytest_configure(config: pytest.Config) -> None:
    """Start the three, unless this process only hands out work to others."""
    from focusprog import datafolder, embedded  # noqa: PLC0415  (only once the environment is set)
    from focusprog.mailsink import start_sink  # noqa: PLC0415

    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return
    at = datafolder.locations()
    _running.append(embedded.start_postgres(at, options=_MAKES_NO_DURABLE_DATA))
    _running.append(embedded.start_queue(at))
    _sinks.append(start_sink(at.mailbox, _listening, _hand_over))


def _hand_over(content: bytes, recipients: Sequence[str], sender: str) -> None:
    from feedback.mail_in import from_sink  # noqa: PLC0415  (once Django is set up)

    from_sink(content, recipients, sender)


def pytest_unconfigure(config: pytest.Config) -> None:
    for sink in _sinks:
        sink.stop()
    _listening.close()
    for process in _running:
        process.kill()
        process.wait()
    shutil.rmtree(_FOLDER, ignore_errors=True)
