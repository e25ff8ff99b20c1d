"""The one command, started for real."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.conftest import PROJECT, wait_until

READY = "Ctrl-C stops everything."


@dataclass
class Run:
    """One `manage.py run --no-sample` with what it has printed."""

    process: "subprocess.Popen[bytes]"
    data: Path
    port: int

    @property
    def printed(self) -> str:
        return (self.data.parent / f"{self.data.name}.out").read_text()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def parts(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def database(self) -> "psycopg.Connection[tuple[int]]":
        return psycopg.connect(f"postgres://focusprog@/focusprog?host={self.data}/run")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def command(data: Path, port: int) -> tuple[list[str], dict[str, str]]:
    environment = {**os.environ, "DATA": str(data)}
    arguments = [sys.executable, "manage.py", "run", "--port", str(port), "--no-sample"]
    return arguments, environment


def begin(data: Path, port: int) -> Run:
    arguments, environment = command(data, port)
    with data.with_name(f"{data.name}.out").open("wb") as output:
        process = subprocess.Popen(
            arguments, cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
    run = Run(process, data, port)
    wait_until(lambda: READY in run.printed or process.poll() is not None, 90)
    assert READY in run.printed, run.printed
    return run


def refused(data: Path, port: int) -> str:
    """What a run that cannot start says."""
    arguments, environment = command(data, port)
    done = subprocess.run(
        arguments, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stderr.strip()
    assert len(said.splitlines()) == 1, said
    return said


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not alive


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = begin(tmp_path_factory.mktemp("run") / "data", free_port())
    yield run
    run.stop()


def test_every_part_is_well_and_the_first_page_answers(running: Run) -> None:
    assert f"http://localhost:{running.port}/" in running.printed
    assert running.get("/healthz") == "ok\n"
    assert "<h1" in running.get("/")
    states = wait_until(lambda: ready(running))
    assert states == dict.fromkeys(("database", "queue", "worker", "mail", "disk"), "ok")


def ready(run: Run) -> dict[str, str]:
    """What /readyz says once it is 200; until then nothing."""
    try:
        return dict(json.loads(run.get("/readyz")))
    except urllib.error.HTTPError as error:
        error.close()
        return {}


def test_a_busy_port_is_one_sentence(running: Run, tmp_path: Path) -> None:
    assert f"Port {running.port} is in use" in refused(tmp_path, running.port)


def test_a_data_folder_in_use_is_one_sentence(running: Run) -> None:
    said = refused(running.data, free_port())
    assert str(running.data) in said
    assert "in use" in said
    assert running.get("/healthz") == "ok\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert f"{file / 'data'} cannot be written" in refused(file / "data", free_port())
    # Nobody, root included, makes folders there.
    assert "/sys/focusprog cannot be written" in refused(Path("/sys/focusprog"), free_port())


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """A write that the kernel refuses for want of room, after the database has started."""
    (tmp_path / "run").mkdir(mode=0o700)
    (tmp_path / "run" / "smtp-port").symlink_to("/dev/full")
    said = refused(tmp_path, free_port())
    assert said == f"The disk that holds {tmp_path} is full: make room and start again."
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_two_run_side_by_side_and_a_stopped_one_leaves_nothing(
    running: Run, tmp_path: Path
) -> None:
    second = begin(tmp_path / "data", free_port())
    parts = second.parts()
    assert len(parts) > 6
    assert wait_until(lambda: ready(second))["database"] == "ok"
    began = time.monotonic()
    assert second.stop() == 0
    assert time.monotonic() - began < 10
    assert gone(parts)
    assert not (tmp_path / "data" / "run" / "smtp-port").exists()
    assert running.get("/healthz") == "ok\n"


def test_after_a_kill_nothing_is_left_and_nothing_is_lost(tmp_path: Path) -> None:
    port = free_port()
    run = begin(tmp_path / "data", port)
    with run.database() as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    parts = run.parts()
    run.process.kill()
    run.process.wait()
    assert gone(parts)

    again = begin(tmp_path / "data", port)
    with again.database() as connection:
        assert connection.execute("SELECT sum(number) FROM kept").fetchone() == (500_500,)
    assert again.stop() == 0


def test_a_killed_make_takes_the_run_with_it(tmp_path: Path) -> None:
    """`make run` asks for that: a person who kills make means what it started."""
    port = free_port()
    arguments, environment = command(tmp_path, port)
    script = f"{' '.join(arguments)} --end-with-parent; :"
    with (tmp_path.parent / "make.out").open("wb") as output:
        make = subprocess.Popen(
            ["sh", "-c", script], cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
    wait_until(lambda: READY in (tmp_path.parent / "make.out").read_text(), 90)
    parts = psutil.Process(make.pid).children(recursive=True)
    assert len(parts) > 6
    make.kill()
    make.wait()
    assert gone(parts)
    assert not (tmp_path / "run" / "smtp-port").exists()


def test_a_part_that_dies_is_started_again(running: Run) -> None:
    wait_until(lambda: ready(running))
    (worker,) = [part for part in running.parts() if part.name() == "fp worker"]
    worker.kill()
    wait_until(lambda: "The worker stopped by itself and is started again." in running.printed)
    assert wait_until(lambda: ready(running))["worker"] == "ok"
