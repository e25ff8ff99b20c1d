"""The one command: everything that focusprog is, as children of one foreground process."""

import contextlib
import errno
import fcntl
import functools
import gc
import http.client
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import time
import traceback
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from typing import IO

from focusprog import embedded
from focusprog.datafolder import (
    EmbeddedError,
    Locations,
    full,
    locations,
    speaks_of_a_full_disk,
    unwritable,
)

_FORK = multiprocessing.get_context("fork")
_GRACE_SECONDS = 7.0
_ENGINE_GRACE_SECONDS = 3.0
# What the last run started may need a moment to go.
_PATIENCE_SECONDS = 4.0
_LARGEST_LOG_BYTES = 5 * 1024 * 1024


class _Stop(BaseException):
    """Someone asked us to stop; no handler of errors may take it for one."""


@dataclass
class _Child:
    """One part that runs, and how to start it again; the two engines have no `work`."""

    name: str
    process: "subprocess.Popen[bytes] | ForkProcess"
    work: Callable[[], None] | None = None
    keeps: socket.socket | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_turn: int = 0
    died_at: list[float] = field(default_factory=list)

    def runs(self) -> bool:
        if isinstance(self.process, ForkProcess):
            return self.process.is_alive()
        return self.process.poll() is None

    def send(self, number: signal.Signals, *, to_all: bool = False) -> None:
        """Signal it, or it and everything that it started."""
        assert self.process.pid is not None  # noqa: S101  (it was started)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            (os.killpg if to_all else os.kill)(self.process.pid, number)


def main(arguments: list[str]) -> None:
    """Read the command line and run. Raises EmbeddedError, as `run` does."""
    parser = ArgumentParser(
        prog="manage.py run",
        description="Start the whole embedded programme in the foreground; Ctrl-C stops it.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-sample", action="store_true")
    parser.add_argument(
        "--end-with-parent",
        action="store_true",
        help="stop when the program that started this one ends, even if it was killed",
    )
    chosen = parser.parse_args(arguments)
    if chosen.end_with_parent:
        embedded.become_child(signal.SIGTERM)()
    run(host=chosen.host, port=chosen.port, sample=not chosen.no_sample)


def run(*, host: str, port: int, sample: bool) -> None:
    """Start everything, say where it is, and watch it until SIGINT or SIGTERM.

    Raises EmbeddedError, one sentence, for a busy port, a data folder in use or not writable, a
    full disk, or a part that does not start.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    at = locations()
    try:
        with (
            contextlib.suppress(_Stop),
            _alone_in(at) as locks,
            _listen(host, port, at) as listening,
        ):
            _run(Supervisor(at, locks, listening), sample=sample)
    except OSError as error:
        raise unwritable(at.data, error) from error


def _run(supervisor: "Supervisor", *, sample: bool) -> None:
    try:
        supervisor.start(sample=sample)
        supervisor.watch()
    except _Stop:
        print("\nStopping …", flush=True)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        supervisor.stop()


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    raise _Stop


@contextlib.contextmanager
def _alone_in(at: Locations) -> Iterator[tuple[IO[str], IO[str]]]:
    """Hold the data folder against a second run, and against commands that need its engines: they
    wait until the second file is shared."""
    with (at.data / "run.lock").open("a") as run, (at.data / "users.lock").open("a") as users:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        # A command that is at work in this folder would lose its database.
        while not (_lock(run) and _lock(users)):
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The data folder {at.data} is in use by another focusprog: "
                    "stop that one, or choose another folder with DATA=folder."
                )
            time.sleep(0.1)
        yield run, users


def _lock(file: IO[str]) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


@contextlib.contextmanager
def _listen(host: str, port: int, at: Locations) -> Iterator[socket.socket]:
    """The web server's socket, opened by us: a restarted web server loses no visitor."""
    was_killed = (at.run / "smtp-port").exists()
    deadline = time.monotonic() + (_PATIENCE_SECONDS if was_killed else 0)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        try:
            listening = socket.create_server((host, port), family=family, backlog=512)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            words = {
                errno.EADDRINUSE: "is in use by another program",
                errno.EACCES: "is not ours to open",
            }.get(error.errno or 0, f"cannot be opened ({error.strerror or error})")
            raise EmbeddedError(f"Port {port} {words}: choose another with PORT=number.") from error
        with listening:
            yield listening
        return


class Supervisor:
    """Starts the parts in order, watches them, and stops them in the opposite order."""

    def __init__(
        self, at: Locations, locks: tuple[IO[str], IO[str]], listening: socket.socket
    ) -> None:
        self.at = at
        self.locks = locks
        self.listening = listening
        # A part that outlives us for a moment must hold neither the data folder nor a port.
        self.private: list[IO[str] | socket.socket] = [*locks, listening]
        self.children: list[_Child] = []

    def start(self, *, sample: bool) -> None:
        """Start every part and say so."""
        at = self.at
        host, port = self.listening.getsockname()[:2]
        base_url = os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
        print(f"focusprog starts in {at.data}", flush=True)
        _put_long_logs_aside(at.data / "logs")
        with _step("Database"):
            embedded.stop_left_behind(at)
            database = embedded.start_postgres(at, death_signal=signal.SIGINT)
            self.children.append(
                _Child("database", database, stop_signal=signal.SIGINT, stop_turn=2)
            )
        with _step("Queue"):
            queue = embedded.start_queue(at, death_signal=signal.SIGTERM)
            self.children.append(_Child("queue", queue, stop_turn=1))
        fcntl.flock(self.locks[1], fcntl.LOCK_SH)
        smtp = socket.create_server(("127.0.0.1", 0))
        self.private.append(smtp)
        (at.run / "smtp-port").write_text(str(smtp.getsockname()[1]))
        with _step("Programme"):
            from focusprog import parts  # noqa: PLC0415  (settings ask for the mail sink's port)

            parts.load_everything()
            gc.freeze()
        self._start("mail sink", functools.partial(parts.mail_sink, at.mailbox, smtp), smtp)
        with _step("Tables"):
            self._command("migrate", "--verbosity", "0")
        with _step("Web"):
            web = functools.partial(parts.web, self.listening, at.run)
            self._wait_for_page(self._start("web", web, self.listening), host, port)
        self._start("worker", parts.worker)
        self._start("beat", functools.partial(parts.beat, at.run))
        links: dict[str, str] = {}
        if sample:
            with _step("Sample organisation"):
                found = json.loads(self._command("load_sample", "--base-url", base_url))
            # A database that holds something else has no sample and no links.
            links = found.get("links", {})
        print(f"\nfocusprog is at {base_url}/ and its emails are at {base_url}/mailbox/")
        if links:
            print("\nSign in to the sample organisation (each link works once) as its")
            for role, link in links.items():
                print(f"  {role:8} {link}")
        print("\nCtrl-C stops everything.", flush=True)

    def watch(self) -> None:
        """Start again what dies; give up on an engine, and on what dies five times a minute."""
        while True:
            time.sleep(0.5)
            for child in self.children:
                if child.runs():
                    continue
                now = time.monotonic()
                child.died_at = [*(t for t in child.died_at if t > now - 60), now]
                if child.work is None or len(child.died_at) >= 5:
                    raise EmbeddedError(
                        f"The {child.name} stopped by itself: see {self._log(child.name)}."
                    )
                print(f"The {child.name} stopped by itself and is started again.", flush=True)
                child.send(signal.SIGKILL, to_all=True)
                child.process = self._fork(child.name, child.work, child.keeps)

    def stop(self) -> None:
        """Web, worker, beat and mail sink first, then the queue and the database they use; what
        does not go in its grace is killed with all that it started. However long the others took,
        the engines have a grace of their own: a database that is killed has to recover first."""
        deadline = time.monotonic() + _GRACE_SECONDS
        for turn in range(3):
            deadline = max(deadline, time.monotonic() + _ENGINE_GRACE_SECONDS)
            group = [child for child in self.children if child.stop_turn == turn]
            for child in group:
                child.send(child.stop_signal)
            for child in group:
                while child.runs() and time.monotonic() < deadline:
                    time.sleep(0.02)
                child.send(signal.SIGKILL, to_all=True)
        (self.at.run / "smtp-port").unlink(missing_ok=True)

    def _start(
        self, name: str, work: Callable[[], None], keeps: socket.socket | None = None
    ) -> _Child:
        child = _Child(name, self._fork(name, work, keeps), work, keeps)
        self.children.append(child)
        return child

    def _fork(
        self, name: str, work: Callable[[], None], keeps: socket.socket | None = None
    ) -> ForkProcess:
        process = _FORK.Process(target=self._begin, args=(name, work, keeps, os.getpid()))
        process.start()
        return process

    def _begin(
        self, name: str, work: Callable[[], None], keeps: socket.socket | None, parent: int
    ) -> None:
        """The first thing a fork does: become a part of its own, which dies with its parent."""
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        embedded.become_child(signal.SIGKILL)()
        if os.getppid() != parent:
            return
        for file in self.private:
            if file is not keeps:
                file.close()
        with contextlib.suppress(OSError):
            # What `ps` and `top` call it, where the system has such a file.
            Path("/proc/self/comm").write_text(f"fp {name}")
        with self._log(name).open("ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        work()

    def _command(self, *arguments: str) -> str:
        """What a Django command prints. It runs in a fork, so that this process never holds a
        database connection; its own error words become ours."""
        receiving, sending = _FORK.Pipe(duplex=False)
        process = self._fork(
            "commands", functools.partial(_answer_with_command, sending, arguments)
        )
        sending.close()
        try:
            done, words = receiving.recv()
        except EOFError:
            done, words = False, "it stopped without a word"
        finally:
            process.kill()
            process.join()
            receiving.close()
        if done:
            return str(words)
        if speaks_of_a_full_disk(words):
            raise full(self.at.data)
        raise EmbeddedError(
            f"“{arguments[0]}” did not succeed: {words} (see {self._log('commands')})."
        )

    def _wait_for_page(self, web: _Child, host: str, port: int) -> None:
        """Any answer will do; it also makes the first visitor's page quick."""
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and web.runs():
            connection = http.client.HTTPConnection(local, port, timeout=20)
            with contextlib.closing(connection), contextlib.suppress(OSError):
                connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
                connection.getresponse()
                return
        raise EmbeddedError(f"The web server did not start: see {self._log('web')}.")

    def _log(self, name: str) -> Path:
        return self.at.data / "logs" / f"{name.replace(' ', '-')}.log"


def _answer_with_command(sending: Connection, arguments: tuple[str, ...]) -> None:
    from focusprog import parts  # noqa: PLC0415

    try:
        sending.send((True, parts.command(*arguments)))
    except Exception as error:  # noqa: BLE001  (the supervisor says it)
        traceback.print_exc()
        sending.send((False, " ".join(str(error).split())))


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


def _put_long_logs_aside(folder: Path) -> None:
    """Keep one older log of each part, so that logs never fill the disk by themselves."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > _LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.old"))
