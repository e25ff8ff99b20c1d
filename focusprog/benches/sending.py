"""What sending costs: the invitations of a round from the outbox, against smtplib alone.

CPU time of the worker that sends them, as a ratio to a process that sends the same bytes over one
connection without a database, before and after it. Then the most memory that a worker has had by
the time it has written and sent a small round, and some thousands of a round of a million. What the
database calls sent is looked for among what arrived.
"""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from focusprog.benches.programme import Process, free_port, own_folder, running, shell

_SMALL, _TIMED, _LARGE = 1_000, 20_000, 1_000_000
# So many of the large round's emails are written, and as many are sent.
_OF_LARGE = 10_000
# What arrives before a worker has warmed up is not timed.
_WARM = 500
# The bare sender repeats so many emails.
_KEPT = 500
_PATIENCE_SECONDS = 900


def run(scale: float) -> dict[str, float | int | str]:
    """The figures; `scale` multiplies the emails that are timed and the rows of the large round.

    `write_cpu_ms_each` is what invitations cost before they are sent, `large_round` how many rows
    of the outbox waited while the memory was measured.
    """
    timed = max(2 * _WARM, round(_TIMED * scale))
    of_large = max(_WARM, round(_OF_LARGE * scale))
    large = max(2 * of_large, round(_LARGE * scale))
    with own_folder() as data, _Sink() as sink:
        with _sending(data, sink) as worker:
            _data(data, f"fill({{'small': {_SMALL}, 'timed': {timed}}})")
            _data(data, "open_for_workers('small')")
            sink.wait_for(_SMALL)
            peak_small = _peak_mb(worker)
        written = float(_data(data, "write('timed')"))
        bare = _bare(data, sink, timed // 2)
        with _sending(data, sink) as worker:
            cost = _timed(worker, sink, _SMALL + timed)
        bare += _bare(data, sink, timed // 2)
        each = cost.cpu_seconds / cost.emails
        missing = _SMALL + timed - len(sink.arrived)
        _data(data, f"write_many({large}, {of_large}, {2 * of_large})")
        with _sending(data, sink) as worker:
            sink.wait_for(_SMALL + timed + of_large)
            _wait(lambda: _data(data, "is_opening()") == "False", every=2)
            peak_large = _peak_mb(worker)
        ids = data / "arrived.json"
        ids.write_text(json.dumps(sorted(sink.arrived)))
        lost = int(_data(data, f"lost({str(ids)!r})"))
    return {
        "over_bare_smtp": round(each / (bare / timed), 2),
        "emails_per_s": round(cost.emails / cost.seconds),
        "cpu_ms_each": round(1000 * each, 3),
        "bare_cpu_ms_each": round(1000 * bare / timed, 3),
        "write_cpu_ms_each": round(1000 * written / timed, 3),
        "lost": missing + lost,
        "doubled": sink.arrived.total() - len(sink.arrived),
        "peak_mb_small": peak_small,
        "peak_mb_large": peak_large,
        "timed": timed,
        "large_round": large + of_large,
        "sent_of_large": len(sink.arrived) - timed - _SMALL,
    }


class _Sink:
    """A mail server that remembers how often each Message-ID came, and keeps some emails."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.kept: list[tuple[str, str, str]] = []
        self._counts = True
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_DATA(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)  # noqa: S101  (no decoding was asked for)
        if self._counts:
            found = re.search(rb"^Message-ID: (\S+)", content, re.MULTILINE | re.IGNORECASE)
            self.arrived[found[1].decode() if found else ""] += 1
            if len(self.kept) < _KEPT:
                sender = str(envelope.mail_from)
                self.kept.append((sender, envelope.rcpt_tos[0], content.decode("latin-1")))
        return "250 kept"

    @contextmanager
    def forgetful(self) -> Iterator[None]:
        """Count nothing: what comes now came before."""
        self._counts = False
        yield
        self._counts = True

    def wait_for(self, emails: int) -> None:
        """Until so many different ones have arrived."""
        _wait(lambda: len(self.arrived) >= emails)


@dataclass(frozen=True, slots=True)
class _Cost:
    emails: int
    seconds: float
    cpu_seconds: float


@contextmanager
def _sending(data: Path, sink: _Sink) -> Iterator[Process]:
    """The programme, with its emails going to the sink; yields its worker."""
    url = f"smtp://127.0.0.1:{sink.port}"
    with running(data, sample=False, email_url=url) as it:
        yield next(
            Process(pid)
            for pid in it.tree.tree()
            if Path(f"/proc/{pid}/comm").read_text().strip() == "fp worker"
        )


def _timed(worker: Process, sink: _Sink, until: int) -> _Cost:
    """What a worker takes from when it has warmed up until so many have arrived."""
    before = len(sink.arrived)
    sink.wait_for(before + _WARM)
    start, began, spent = len(sink.arrived), time.monotonic(), worker.cpu_seconds()
    sink.wait_for(until)
    return _Cost(len(sink.arrived) - start, time.monotonic() - began, worker.cpu_seconds() - spent)


def _bare(data: Path, sink: _Sink, emails: int) -> float:
    """CPU seconds of a process that sends so many of the emails that the sink has kept."""
    kept = data / "kept.json"
    kept.write_text(json.dumps(sink.kept))
    command = (sys.executable, "-m", "focusprog.benches.sending_bare")
    with sink.forgetful():
        done = subprocess.run(
            [*command, str(sink.port), str(emails), str(kept)],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout)


def _peak_mb(process: Process) -> float:
    """The most memory that it has had."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else 0.0


def _wait(true: Callable[[], bool], *, every: float = 0.05) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("the worker has sent nothing for a long time")
        time.sleep(every)


def _data(data: Path, call: str) -> str:
    """Call a function of `sending_data` on the folder's database; what it printed."""
    return shell(data, f"from focusprog.benches.sending_data import *; {call}").strip()
