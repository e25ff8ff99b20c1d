"""The data folder of the embedded shape: where everything is, and who may use it.

Free of Django: settings read `locations()` before Django knows anything.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# A socket's path may have 107 characters; the longest name in the run folder has 20.
_LONGEST_RUN_FOLDER = 85
_DEFAULT_SMTP_PORT = 2525


class EmbeddedError(Exception):
    """Something about this machine or the data folder; the text is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Locations:
    """Where the embedded shape keeps and finds everything."""

    data: Path
    run: Path
    database_url: str
    redis_socket: Path
    smtp_port: int
    secret_key: str
    mailbox: Path


def locations() -> Locations:
    """Read where things are from DATA (default `.data` beside manage.py); makes the folder."""
    data = Path(os.environ.get("DATA") or Path(__file__).resolve().parent.parent / ".data")
    data = data.expanduser().absolute()
    run = data / "run"
    if len(str(run)) > _LONGEST_RUN_FOLDER:
        digest = hashlib.sha256(str(data).encode()).hexdigest()[:16]
        run = Path(tempfile.gettempdir()) / f"focusprog-{os.getuid()}-{digest}"
    try:
        for folder in (data, run, data / "mailbox", data / "logs"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        run.chmod(0o700)
        if not os.access(data, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        secret_key = _secret(data / "secret-key")
    except OSError as error:
        raise unwritable(data, error) from error
    return Locations(
        data=data,
        run=run,
        database_url=f"postgres://focusprog@/focusprog?host={quote(str(run), safe='')}",
        redis_socket=run / "queue.sock",
        smtp_port=_smtp_port(run / "smtp-port"),
        secret_key=secret_key,
        mailbox=data / "mailbox",
    )


def _smtp_port(file: Path) -> int:
    """Where the running mail sink listens; a full disk may have left the file empty."""
    try:
        with file.open() as digits:
            return int(digits.read(5))
    except (FileNotFoundError, ValueError):
        return _DEFAULT_SMTP_PORT


def unwritable(data: Path, error: OSError) -> EmbeddedError:
    """What a failed write into the data folder means for the person who started us."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return full(data)
    return EmbeddedError(
        f"The data folder {data} cannot be written ({error.strerror}): "
        "choose another with DATA=folder."
    )


def full(data: Path) -> EmbeddedError:
    return EmbeddedError(f"The disk that holds {data} is full: make room and start again.")


def speaks_of_a_full_disk(words: str) -> bool:
    """Whether PostgreSQL's or the system's words mean that."""
    return "No space left" in words or "free disk space" in words


def _secret(path: Path) -> str:
    """The installation's own secret, made once, and never seen half written."""
    if not path.exists():
        making = path.with_name(f".secret-key-{os.getpid()}")
        try:
            with os.fdopen(os.open(making, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(60))
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(making)
        finally:
            making.unlink(missing_ok=True)
    return path.read_text()


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
