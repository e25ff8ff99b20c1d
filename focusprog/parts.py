"""What runs in the supervisor's forks: web, mail sink, worker, beat, and Django's commands.

Everything Django needs was imported before the fork, so a part starts in a blink and shares most
of its memory with the others. Each function runs in its own process and returns when it is done.
"""

import importlib
import os
import signal
import socket
from io import StringIO
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from focusprog.mailsink import start_sink


def load_everything() -> None:
    """Import what the parts share; opens no connection and starts no thread."""
    # OpenBLAS would start a thread for each core, and forks with threads are unsound.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import django  # noqa: PLC0415

    django.setup()
    for name in (
        "celery.apps.beat",
        "celery.apps.worker",
        "celery.concurrency.thread",
        "celery.worker.consumer",
        "kombu.transport.redis",
        "psycopg_pool",
        "focusprog.urls",
        "focusprog.wsgi",
    ):
        importlib.import_module(name)
    from focusprog.celery import app  # noqa: PLC0415

    app.loader.import_default_modules()


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    def __init__(self, listening: socket.socket, folder: Path) -> None:
        self._settings: dict[str, Any] = {
            "bind": f"fd://{os.dup(listening.fileno())}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": 8,
            "preload_app": True,
            "graceful_timeout": 3,
            "timeout": 60,
            "loglevel": "warning",
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else str(folder),  # noqa: S108
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from focusprog.wsgi import application  # noqa: PLC0415

        return application


def web(listening: socket.socket, folder: Path) -> None:
    """Serve pages on `listening`; `folder` holds a heartbeat file where there is no /dev/shm."""
    _Gunicorn(listening, folder).run()


def mail_sink(mailbox: Path, listening: socket.socket) -> None:
    from feedback.mail_in import from_sink  # noqa: PLC0415

    start_sink(mailbox, listening, from_sink)
    while True:
        signal.pause()


def worker() -> None:
    """Do what the queue asks for. (Celery's command line would load a terminal's toolkit.)"""
    from focusprog.celery import app  # noqa: PLC0415

    app.Worker(
        pool="threads",
        concurrency=4,
        queues="default,reports",
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    ).start()


def beat(folder: Path) -> None:
    """Tick; `folder` remembers when each task was last due."""
    from focusprog.celery import app  # noqa: PLC0415

    app.Beat(schedule=str(folder / "beat-schedule"), loglevel="WARNING", quiet=True).run()


def command(*arguments: str) -> str:
    """One of Django's commands; returns what it prints."""
    from django.core.management import call_command  # noqa: PLC0415

    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()
