"""Whether this container's part is well, by exit code: `python deploy/healthy.py web|worker|beat`.

Web answers /healthz; the worker answers a ping; beat has saved its schedule, which it does every
three minutes.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

BEAT_SCHEDULE = Path("/tmp/beat-schedule")  # noqa: S108  (the container's own)


def web() -> bool:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    page = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
    with urllib.request.urlopen(page, timeout=8) as answer:  # noqa: S310  (our own address)
        return bool(answer.status == 200)


def worker() -> bool:
    name = f"celery@{socket.gethostname()}"
    ping = ["celery", "--app", "focusprog", "inspect", "ping", "--timeout", "10"]
    ping += ["--destination", name]
    return subprocess.run(ping, check=False, stdout=subprocess.DEVNULL).returncode == 0


def beat() -> bool:
    return time.time() - BEAT_SCHEDULE.stat().st_mtime < 600


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]() else 1)
