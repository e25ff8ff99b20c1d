"""A queue that is not there: what was to be sent waits in the database, and nothing fails."""

import os
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from focusprog import datafolder
from outbox import tasks
from outbox.models import Email, EmailState
from tests.conftest import PROJECT
from tests.mailserver import free_port, mailers

_WRITE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "focusprog.settings"
import django
django.setup()
from feedback.services.waking import wake
from outbox.services import NewEmail, write_emails
write_emails([NewEmail(key="test", to_email="ada@example.com", subject="Hello", text="Hello")])
wake("feedback.tasks.continue_opening", 1)
print("went on")
"""


@pytest.mark.django_db(transaction=True)
def test_an_email_written_while_the_queue_is_down_is_sent_by_the_sweep(
    mailbox: Callable[[], list[EmailMessage]], settings: Any
) -> None:
    settings.MAILERS = mailers(timeout=60)
    done = subprocess.run(
        [sys.executable, "-c", _WRITE],
        cwd=PROJECT,
        env={
            **os.environ,
            "DATABASE_URL": datafolder.locations().database_url,
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}",
            "EMAIL_URL": "smtp://localhost",
            "ALLOWED_HOSTS": "localhost",
            "SECRET_KEY": "x" * 60,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "went on\n"
    assert done.stderr.count("The queue is not to be reached") == 2
    assert Email.objects.get().state == EmailState.QUEUED
    tasks.sweep()
    assert [str(message["To"]) for message in mailbox()] == ["ada@example.com"]
