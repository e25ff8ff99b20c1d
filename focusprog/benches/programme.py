"""The whole programme in a folder of its own, for as long as something is measured."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Process:
    """One process and all that it started, by what /proc knows."""

    pid: int

    def tree(self) -> list[int]:
        """Process ids, this one first."""
        children: dict[int, list[int]] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
        found = [self.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def memory_mb(self) -> float:
        """Proportional set size of all: what is shared counts once."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                found = re.search(r"^Pss:\s+(\d+)", _read(pid, "smaps_rollup"), re.MULTILINE)
                total += int(found[1]) if found else 0
        return round(total / 1024, 1)

    def cpu_seconds(self, *, named: tuple[str, ...] = ()) -> float:
        """CPU time that living processes have used, and what their ended children had; with
        `named`, only processes of these names."""
        total = 0.0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                if named and _read(pid, "comm").strip() not in named:
                    continue
                if named:
                    # To the nanosecond, thread by thread.
                    for task in Path(f"/proc/{pid}/task").iterdir():
                        total += int((task / "schedstat").read_text().split()[0]) / 1e9
                else:
                    times = _read(pid, "stat").rpartition(")")[2].split()[11:15]
                    total += sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
        return total


def _read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()


@dataclass(slots=True)
class Running:
    """A `manage.py run`, and what was seen of it."""

    process: "subprocess.Popen[str]"
    port: int
    first_page_seconds: float = 0.0
    first_page_cpu_seconds: float = 0.0
    printed: str = ""
    stop_seconds: float = 0.0

    @property
    def tree(self) -> Process:
        return Process(self.process.pid)

    def get(self, path: str, cookie: str = "") -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            host = f"localhost:{self.port}"
            connection.request("GET", path, headers={"Host": host, "Cookie": cookie})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()


@contextlib.contextmanager
def running(
    data: Path, *, sample: bool, settings: str = "focusprog.settings", email_url: str = ""
) -> Iterator[Running]:
    """Start it in `data`; yields when everything runs, the sample included. Its emails go to
    `email_url`, or to its own mailbox."""
    port = free_port()
    began = time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "manage.py", "run", "--port", str(port)),
            *(() if sample else ("--no-sample",)),
        ],
        cwd=_PROJECT,
        env={
            **environment(),
            "DATA": str(data),
            "DJANGO_SETTINGS_MODULE": settings,
            **({"EMAIL_URL": email_url} if email_url else {}),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    it = Running(process, port)
    try:
        wait_for_page(port, lambda: process.poll() is None)
        it.first_page_seconds = time.monotonic() - began
        it.first_page_cpu_seconds = it.tree.cpu_seconds()
        assert process.stdout is not None  # noqa: S101  (asked for above)
        for line in process.stdout:
            it.printed += line
            if "Ctrl-C" in line:
                break
        else:
            raise RuntimeError("the programme did not start")
        yield it
    finally:
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        it.stop_seconds = time.monotonic() - asked


def shell(data: Path, code: str) -> str:
    """Run code in a shell of the programme that runs in `data`; what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=_PROJECT,
        env={**environment(), "DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


def environment() -> dict[str, str]:
    ours = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "BASE_URL", "ALLOWED_HOSTS"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def wait_for_page(port: int, lives: Callable[[], bool]) -> None:
    """Return when the server on that port has answered a page."""
    while lives():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
            connection.getresponse().read()
            return
        time.sleep(0.02)
    raise RuntimeError("the server did not start")


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A data folder that goes when the measuring is over."""
    with tempfile.TemporaryDirectory(prefix="focusprog-bench-") as folder:
        yield Path(folder) / "data"
