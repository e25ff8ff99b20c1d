"""The deployed shape starts whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from focusprog.datafolder import locations
from tests.conftest import PROJECT

WHOLE = {
    "DATABASE_URL": "postgres://focusprog@localhost/focusprog",
    "REDIS_URL": "redis://localhost",
    "EMAIL_URL": "smtp+tls://user:secret@localhost",
    "ALLOWED_HOSTS": "focusprog.example, www.focusprog.example",
    "SECRET_KEY": "v3ry-l0ng-and-random-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
}


def manage(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def check(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return manage(["check", "--deploy", "--fail-level", "WARNING"], environment)


def test_the_whole_shape_passes_the_deployment_checks() -> None:
    done = check(WHOLE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS", "SECRET_KEY"])
@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
def test_it_refuses_to_start_without(name: str, value: str | None) -> None:
    environment = {**WHOLE, name: value or ""}
    if value is None:
        del environment[name]
    done = check(environment)
    assert done.returncode != 0
    assert f"{name} is not set" in done.stderr


def test_it_refuses_an_email_address_it_cannot_use() -> None:
    done = check({**WHOLE, "EMAIL_URL": "localhost:25"})
    assert done.returncode != 0
    assert "EMAIL_URL must look like" in done.stderr


# Asks for sign-in links behind the proxy: whose address comes last asks, whatever stands before it.
ASK = """
from django.test import Client
ask = lambda forwarded, n: Client(headers={
    "host": "www.focusprog.example", "x-forwarded-proto": "https", "x-forwarded-for": forwarded,
}).post("/account/link/", {"email": f"{n}@example.com"}).status_code
print(*[ask(f"198.51.100.{n}, 203.0.113.7", n) for n in range(21)])
print(ask("203.0.113.7, 203.0.113.8", 99))
"""


@pytest.mark.django_db(transaction=True)
def test_limits_count_by_the_address_that_the_proxy_adds(tmp_path: Path) -> None:
    at = locations()
    shape = {
        **WHOLE,
        "DATABASE_URL": at.database_url,
        "CACHE_URL": f"unix://{at.redis_socket}?db=1",
        "STATIC_ROOT": str(tmp_path),
    }
    collected = manage(["collectstatic", "--noinput"], shape)
    assert collected.returncode == 0, collected.stderr
    done = manage(["shell", "--verbosity", "0", "--command", ASK], shape)
    assert done.returncode == 0, done.stderr
    one, another = done.stdout.splitlines()
    assert one.split() == ["200"] * 20 + ["429"]
    assert another == "200"
