"""The one command: everything that focusprog is, as children of one foreground process."""

import contextlib
import errno
import fcntl
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
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from focusprog import embedded
from focusprog.embedded import EmbeddedError, Locations, become_child
from focusprog.mailsink import start_sink

_PROJECT = Path(__file__).resolve().parent.parent
_MANAGE = [sys.executable, str(_PROJECT / "manage.py")]
_GRACE_SECONDS = 7.0


class _Stop(Exception):  # noqa: N818  (not an error: someone asked us to stop)
    pass


@dataclass
class _Child:
    """One part that runs: how to start it, how to ask it to stop, and how often it has died."""

    name: str
    command: list[str]
    stop_signal: signal.Signals = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None
    died_at: list[float] = field(default_factory=list)


def run(*, host: str, port: int, sample: bool) -> None:
    """Start everything, say where it is, and watch it until SIGINT or SIGTERM.

    Raises EmbeddedError, one sentence, for a busy port, a data folder in use or not writable, a
    full disk, or a part that does not start.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    _refuse_busy_port(host, port)
    at = embedded.locations()
    children: list[_Child] = []
    with _alone_in(at):
        try:
            _start_all(at, children, host=host, port=port, sample=sample)
            _watch(at, children)
        except _Stop:
            print("\nStopping …", flush=True)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise EmbeddedError(
                    f"The disk that holds {at.data} is full: make room and start again."
                ) from error
            raise
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            _stop_all(children)
            (at.run / "smtp-port").unlink(missing_ok=True)


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    raise _Stop


def _refuse_busy_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            words = {
                errno.EADDRINUSE: "is in use by another program",
                errno.EACCES: "is not ours to open",
            }.get(error.errno or 0, f"cannot be opened ({error.strerror})")
            raise EmbeddedError(f"Port {port} {words}: choose another with PORT=number.") from error


@contextlib.contextmanager
def _alone_in(at: Locations) -> Iterator[None]:
    """Hold the data folder: no second run in it, and no command that stops its services."""
    with (at.data / "run.lock").open("a") as mine, (at.data / "users.lock").open("a") as users:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EmbeddedError(
                f"The data folder {at.data} is in use by another focusprog: "
                "stop that one, or choose another folder with DATA=folder."
            ) from error
        fcntl.flock(users, fcntl.LOCK_SH)
        yield


def _start_all(
    at: Locations, children: list[_Child], *, host: str, port: int, sample: bool
) -> None:
    os.environ |= {"DATA": str(at.data), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    with embedded.exclusive(at.data / "starting.lock"):
        # A killed parent's children die with it; this is for what still lingers.
        embedded.stop_left_behind(at)
        with _step("Database"):
            _adopt(
                children,
                "database",
                embedded.start_postgres(at, death_signal=signal.SIGINT),
                stop_signal=signal.SIGINT,
            )
        with _step("Queue"):
            _adopt(children, "queue", embedded.start_queue(at, death_signal=signal.SIGTERM))
    with _step("Mail sink"):
        sink = start_sink(at.mailbox)
        (at.run / "smtp-port").write_text(str(sink.port))
    with _step("Tables"):
        _manage("migrate", "--verbosity", "0")
    base_url = os.environ.get("BASE_URL") or f"http://localhost:{port}"
    web = _Child(
        "web",
        [
            sys.executable,
            "-m",
            "gunicorn",
            "focusprog.wsgi:application",
            "--bind",
            f"{host}:{port}",
            "--worker-class",
            "gthread",
            "--workers",
            "1",
            "--threads",
            "8",
            "--preload",
            "--graceful-timeout",
            "3",
            "--timeout",
            "60",
            "--log-level",
            "warning",
            "--worker-tmp-dir",
            "/dev/shm" if Path("/dev/shm").is_dir() else str(at.run),  # noqa: S108
            "--no-control-socket",
        ],
    )
    with _step("Web"):
        _start(at, web)
        children.append(web)
        _wait_for_page(f"http://127.0.0.1:{port}/healthz", web, at)
    links = []
    if sample:
        with _step("Sample organisation"):
            found = json.loads(_manage("load_sample", "--base-url", base_url) or "{}")
            links = list(found.get("links", {}).items())
    celery = [sys.executable, "-m", "celery", "--app", "focusprog", "--quiet"]
    worker = _Child(
        "worker",
        [
            *celery,
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "4",
            "--queues",
            "default,reports",
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "WARNING",
        ],
    )
    beat = _Child(
        "beat",
        [
            *celery,
            "beat",
            "--schedule",
            str(at.run / "beat-schedule"),
            "--pidfile",
            "",
            "--loglevel",
            "WARNING",
        ],
    )
    with _step("Worker and beat"):
        for child in (worker, beat):
            _start(at, child)
            children.append(child)
    print(f"\nfocusprog is at {base_url}/   (emails: {base_url}/mailbox/)")
    if links:
        print("\nSign in, once each, as the sample's")
        for role, link in links:
            print(f"  {role:8} {link}")
    print("\nCtrl-C stops everything.", flush=True)


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"  {name:22}", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("stopped", flush=True)
        raise
    print(f"{time.monotonic() - began:5.1f} s", flush=True)


def _manage(*arguments: str) -> str:
    """Run one of Django's commands to its end; its own error words become ours."""
    done = subprocess.run(
        [*_MANAGE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=_PROJECT,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise EmbeddedError(f"“{arguments[0]}” did not succeed: {last}")
    return done.stdout


def _adopt(
    children: list[_Child],
    name: str,
    process: "subprocess.Popen[bytes]",
    stop_signal: signal.Signals = signal.SIGTERM,
) -> None:
    children.append(_Child(name, [], stop_signal, process))


def _start(at: Locations, child: _Child) -> None:
    with (at.data / "logs" / f"{child.name}.log").open("ab") as output:
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=_PROJECT,
            start_new_session=True,
            preexec_fn=become_child(signal.SIGTERM),  # noqa: PLW1509
        )


def _wait_for_page(url: str, web: _Child, at: Locations) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and web.process and web.process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  (our own address)
            return
        time.sleep(0.05)
    raise EmbeddedError(f"The web server did not start: see {at.data / 'logs' / 'web.log'}.")


def _watch(at: Locations, children: list[_Child]) -> None:
    """Start again what dies; give up on what dies five times in a minute."""
    while True:
        time.sleep(0.5)
        for child in children:
            if child.process is None or child.process.poll() is None:
                continue
            now = time.monotonic()
            child.died_at = [*(t for t in child.died_at if t > now - 60), now]
            if not child.command or len(child.died_at) >= 5:
                raise EmbeddedError(
                    f"The {child.name} stopped by itself: "
                    f"see {at.data / 'logs' / (child.name + '.log')}."
                )
            print(f"The {child.name} stopped by itself and is started again.", flush=True)
            _start(at, child)


def _stop_all(children: list[_Child]) -> None:
    """Web, beat and worker first, then the queue and the database they use; what does not go in
    its grace is killed with all that it started."""
    order = {"web": 0, "beat": 0, "worker": 0, "queue": 1, "database": 2}
    deadline = time.monotonic() + _GRACE_SECONDS
    for rank in sorted(set(order.values())):
        group = [c for c in children if order[c.name] == rank and c.process]
        for child in group:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.process.pid, child.stop_signal)  # type: ignore[union-attr]
        for child in group:
            assert child.process is not None  # noqa: S101
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.5, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
