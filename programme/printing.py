"""HTML to PDF in a process of its own: `programme.press`, with a clock that ends it.

Below every app that prints. Setting pages takes a second to load and, on hostile input, for ever;
what it took is given back when it ends, and a machine without Pango still runs everything else.
"""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from django.conf import settings

MOST_SECONDS = 30


class PrintError(Exception):
    """The print did not come out; its text says why, for a person."""


def print_pages(html: str, *, identifier: str, at: datetime) -> bytes:
    """The PDF of that HTML, whose relative addresses are the project's static files; the same
    HTML, identifier and time give the same bytes. PrintError."""
    job = {
        "static": str((Path(settings.BASE_DIR) / "static").resolve()),
        "html": html,
        "identifier": identifier,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "programme.press"],
            cwd=settings.BASE_DIR,
            # Fonts are stamped with this time when they are cut down.
            env={**os.environ, "SOURCE_DATE_EPOCH": str(int(at.timestamp()))},
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise PrintError(
            f"Printing took longer than {MOST_SECONDS} seconds and was stopped. Nothing is lost."
        ) from problem
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        complaints = done.stderr.decode(errors="replace")
        raise PrintError(why_failed(complaints, comfort="Nothing is lost."))
    return done.stdout


def why_failed(complaints: str, *, comfort: str) -> str:
    """What a press complained of, for a person; `comfort` is a sentence on what is safe."""
    if "MemoryError" in complaints:
        return f"Printing needed more memory than it may take and was stopped. {comfort}"
    if "cannot load library" in complaints:
        return (
            "The library that lays out pages (Pango) is not installed on this machine: "
            f"see the README. {comfort}"
        )
    last = complaints.strip().splitlines()[-1:] or ["no reason given"]
    return f"Printing failed: {last[0][:300]}. {comfort}"
