"""/healthz and /readyz, with parts that are really there or really gone."""

import psutil
import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from focusprog import health
from tests.conftest import wait_until

PARTS = {"database", "queue", "worker", "mail", "disk"}

pytestmark = pytest.mark.django_db


def test_alive_needs_nothing(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.usefixtures("celery_worker")
def test_ready_names_every_part(client: Client) -> None:
    answer = wait_until(lambda: (seen := client.get("/readyz")).status_code == 200 and seen)
    assert answer
    assert answer.json() == dict.fromkeys(PARTS, "ok")


def test_a_full_disk_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set("worker-seen", 1, 60)
    monkeypatch.setattr(health, "_LEAST_FREE_BYTES", 2**63)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {**dict.fromkeys(PARTS, "ok"), "disk": "not well (OSError)"}


def test_silent_mail_is_not_ready_and_its_host_stays_ours(
    client: Client, settings: Settings
) -> None:
    cache.set("worker-seen", 1, 60)
    nobody_listens = {"host": "127.0.0.1", "port": 1, "timeout": 5}
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": smtp, "OPTIONS": nobody_listens}}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        **dict.fromkeys(PARTS, "ok"),
        "mail": "not well (ConnectionRefusedError)",
    }


@pytest.mark.usefixtures("celery_worker")
def test_a_worker_that_does_not_answer_is_not_ready(client: Client) -> None:
    wait_until(lambda: client.get("/readyz").status_code == 200)
    (worker,) = [child for child in psutil.Process().children() if "celery" in child.cmdline()]
    cache.clear()
    worker.suspend()
    try:
        answer = client.get("/readyz")
    finally:
        worker.resume()
    assert answer.status_code == 503
    assert answer.json() == {**dict.fromkeys(PARTS, "ok"), "worker": "not well (TimeoutError)"}
