"""How long the one command takes to its first page, and what everything together weighs.

On an empty data folder and on a used one, without and with the sample organisation; beside them
gunicorn with a page of one line.
"""

import subprocess
import sys
import time

from focusprog.benches.programme import (
    Process,
    Running,
    free_port,
    own_folder,
    running,
    wait_for_page,
)

_BARE = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"bare"]
"""


def run(scale: float) -> dict[str, float | int | str]:
    """Seconds of wall and CPU time, and megabytes (proportional set size); `scale` does nothing
    here, since a start has no size."""
    figures: dict[str, float | int | str] = _bare()
    for sample in (False, True):
        with own_folder() as data:
            for folder in ("empty", "used"):
                name = f"{folder}{'_sample' if sample else ''}"
                began = time.monotonic()
                with running(data, sample=sample) as it:
                    ready = time.monotonic() - began
                    _settle(it)
                    figures |= {
                        f"{name}_first_page_s": round(it.first_page_seconds, 2),
                        f"{name}_first_page_cpu_s": round(it.first_page_cpu_seconds, 2),
                        f"{name}_ready_s": round(ready, 2),
                        f"{name}_memory_mb": it.tree.memory_mb(),
                    }
                figures[f"{name}_stop_s"] = round(it.stop_seconds, 2)
    return figures


def _settle(it: Running) -> None:
    """Until the worker answers, so that it has all its memory."""
    while it.get("/readyz")[0] != 200:
        time.sleep(0.2)
    time.sleep(2)


def _bare() -> dict[str, float | int | str]:
    with own_folder() as folder:
        folder.mkdir()
        (folder / "bare.py").write_text(_BARE)
        port = free_port()
        began = time.monotonic()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "bare:application", "--no-control-socket"),
                *("--bind", f"127.0.0.1:{port}", "--log-level", "error"),
            ],
            cwd=folder,
        )
        wait_for_page(port, lambda: process.poll() is None)
        seconds = time.monotonic() - began
        tree = Process(process.pid)
        figures: dict[str, float | int | str] = {
            "bare_first_page_s": round(seconds, 2),
            "bare_first_page_cpu_s": round(tree.cpu_seconds(), 2),
            "bare_memory_mb": tree.memory_mb(),
        }
        process.terminate()
        process.wait(10)
    return figures
