"""Commands that bring their own PostgreSQL and queue."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from focusprog import datafolder
from focusprog.datafolder import EmbeddedError
from tests.conftest import PROJECT

COUNT_USERS = "from accounts.models import User; print(User.objects.count())"


def manage(data: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={**os.environ, "DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def engines_in(data: Path) -> list[str]:
    """The processes that name that folder on their command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(data) in line:
            found.append(line)
    return found


def test_two_commands_at_once_share_what_the_last_one_stops(tmp_path: Path) -> None:
    both = [manage(tmp_path, "migrate", "--check"), manage(tmp_path, "showmigrations", "accounts")]
    said = [command.communicate(timeout=90) for command in both]
    # Nothing is migrated yet: `--check` says so by its exit code, and only by that.
    assert [command.returncode for command in both] == [1, 0], said
    assert "[ ] 0001_initial" in said[1][0]
    assert engines_in(tmp_path) == []


def test_rows_outlast_the_command_that_wrote_them(tmp_path: Path) -> None:
    for arguments in (("migrate", "--verbosity", "0"), ("shell", "-v", "0", "-c", COUNT_USERS)):
        command = manage(tmp_path, *arguments)
        output, errors = command.communicate(timeout=90)
        assert command.returncode == 0, errors
    assert output == "0\n"
    assert engines_in(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = manage(tmp_path / "file" / "data", "migrate")
    _, errors = command.communicate(timeout=60)
    assert command.returncode == 1
    assert errors.startswith(f"The data folder {tmp_path}/file/data cannot be written")
    assert len(errors.splitlines()) == 1


def test_the_secret_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA", str(tmp_path))
    first = datafolder.locations()
    assert len(first.secret_key) >= 60
    assert datafolder.locations().secret_key == first.secret_key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_deep_folder_keeps_its_sockets_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 100)
    monkeypatch.setenv("DATA", str(deep))
    at = datafolder.locations()
    assert len(str(at.redis_socket)) < 107
    assert at.run.stat().st_mode & 0o777 == 0o700
    at.run.rmdir()


def test_a_file_in_the_place_of_the_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").touch()
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    with pytest.raises(EmbeddedError, match="cannot be written"):
        datafolder.locations()
