"""The deployed shape starts whole or not at all."""

import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

WHOLE = {
    "DATABASE_URL": "postgres://focusprog@localhost/focusprog",
    "REDIS_URL": "redis://localhost",
    "EMAIL_URL": "smtp+tls://user:secret@localhost",
    "ALLOWED_HOSTS": "focusprog.example",
    "SECRET_KEY": "v3ry-l0ng-and-random-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
}


def check(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


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
