"""A queue that is not there: what was to be sent waits in the database, and nothing fails."""

import os
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from focusprog import datafolder, embedded
from outbox import tasks
from outbox.models import Email, EmailState
from tests.conftest import PROJECT, wait_until
from tests.mailserver import free_port, mailers

pytestmark = pytest.mark.django_db(transaction=True)

_WRITE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "focusprog.settings"
import django
django.setup()
from feedback.services.waking import wake
from outbox.services import NewEmail, write_emails
key = os.environ["KEY"]
write_emails([NewEmail(key=key, to_email="ada@example.com", subject="Hello", text="Hello")])
wake("feedback.tasks.continue_opening", 1)
print("went on")
"""


def _environment(queue: str) -> dict[str, str]:
    """The deployed shape, on the tests' database and with a queue of its own."""
    at = datafolder.locations()
    return {
        **os.environ,
        "DATABASE_URL": at.database_url,
        "REDIS_URL": queue,
        "EMAIL_URL": f"smtp://127.0.0.1:{at.smtp_port}",
        "ALLOWED_HOSTS": "localhost",
        "SECRET_KEY": "x" * 60,
    }


def _write(key: str, queue: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", _WRITE],
        cwd=PROJECT,
        env={**_environment(queue), "KEY": key},
        capture_output=True,
        text=True,
        check=True,
    )


def _is_sent(key: str) -> bool:
    return Email.objects.filter(key=key, state=EmailState.SENT).exists()


def test_an_email_written_while_the_queue_is_down_is_sent_by_the_sweep(
    mailbox: Callable[[], list[EmailMessage]], settings: Any
) -> None:
    settings.MAILERS = mailers(timeout=60)
    done = _write("test", f"redis://127.0.0.1:{free_port()}")
    assert done.stdout == "went on\n"
    assert done.stderr.count("The queue is not to be reached") == 2
    assert Email.objects.get().state == EmailState.QUEUED
    tasks.sweep()
    assert _is_sent("test")
    assert [str(message["To"]) for message in mailbox()] == ["ada@example.com"]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> datafolder.Locations:
    """Where a queue may be killed without harm to other tests."""
    with monkeypatch.context() as patch:
        patch.setenv("DATA", str(tmp_path / "data"))
        return datafolder.locations()


def test_a_worker_finds_a_queue_that_was_killed_and_started_again(
    elsewhere: datafolder.Locations,
) -> None:
    url = f"redis+socket://{elsewhere.redis_socket}?virtual_host=0"
    queue = embedded.start_queue(elsewhere)
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app", "focusprog", "--quiet", "worker"),
            *("--pool", "threads", "--concurrency", "2", "--queues", "default"),
            *("--without-gossip", "--without-mingle", "--loglevel", "CRITICAL"),
        ],
        cwd=PROJECT,
        env=_environment(url),
    )
    try:
        _write("before", url)
        wait_until(lambda: _is_sent("before"), 120)
        queue.kill()
        queue.wait()
        queue = embedded.start_queue(elsewhere)
        _write("after", url)
        wait_until(lambda: _is_sent("after"), 120)
    finally:
        for process in (worker, queue):
            process.kill()
            process.wait()
