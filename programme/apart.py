"""Work in a process of its own, with limits: what it took is given back, and it can be stopped.

A program of this kind reads one job as JSON on its standard input, calls `begin`, and writes its
bytes on its standard output. It knows neither Django nor the database.
"""

import json
import os
import resource
import subprocess
import sys
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

MOST_MEMORY = 1024 * 1024 * 1024


class ApartError(Exception):
    """It did not come out; the text says why, for a person."""


def begin() -> dict[str, Any]:
    """In the program: its job. From here on its memory and its CPU time are limited, the latter
    so that it ends even where nobody is left to stop it."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    job: dict[str, Any] = json.load(sys.stdin)
    seconds = ceil(job["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    return job


def run_apart(
    module: str, job: dict[str, Any], *, folder: Path, seconds: float, at: datetime, comfort: str
) -> bytes:
    """What `python -m module` makes of the job, in at most that many seconds; `at` is the time
    that goes into what it makes, `comfort` a sentence on what is safe. ApartError."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            cwd=folder,
            # Fonts are stamped with it when they are cut down: the same data, the same bytes.
            env={**os.environ, "SOURCE_DATE_EPOCH": str(int(at.timestamp()))},
            input=json.dumps({**job, "seconds": seconds}).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise ApartError(
            f"Printing took longer than {seconds:g} seconds and was stopped. {comfort}"
        ) from problem
    if done.returncode or not done.stdout:
        complaints = done.stderr.decode(errors="replace")
        raise ApartError(why_failed(complaints, comfort=comfort))
    return done.stdout


def why_failed(complaints: str, *, comfort: str) -> str:
    """What such a program complained of, for a person; `comfort` is a sentence on what is safe."""
    if "MemoryError" in complaints:
        return f"Printing needed more memory than it may take and was stopped. {comfort}"
    if "cannot load library" in complaints:
        return (
            "The library that lays out pages (Pango) is not installed on this machine: "
            f"see the README. {comfort}"
        )
    last = complaints.strip().splitlines()[-1:] or ["no reason given"]
    return f"Printing failed: {last[0][:300]}. {comfort}"
