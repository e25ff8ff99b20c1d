"""What the results of a round of a million responses cost, and what taking them away costs.

CPU time of the web server and the database together as a ratio to a bare page on the same server;
the same page of ten thousand responses; the same figures by one scan of the responses; and an
export of them all, streamed, with the most memory that a web process has had by then.
"""

import json
import re
import time
from pathlib import Path

from focusprog.benches.heatmap import Cost, together
from focusprog.benches.page import _Visitor
from focusprog.benches.programme import Running, own_folder, running, shell

_SMALL, _LARGE = 10_000, 1_000_000
_READ = 1 << 20


def run(scale: float) -> dict[str, float | int | str]:
    """The figures; `scale` multiplies the rows of the large round and of its exports."""
    large = round(_LARGE * scale)
    with (
        own_folder() as data,
        running(data, sample=False, settings="focusprog.benches.settings") as it,
    ):
        call = f"fill('http://localhost:{it.port}', {_SMALL}, {large})"
        made = json.loads(_ask(data, call))
        it.printed = f"leader {made['link']}"
        visitor = _Visitor(it)
        visitor.sign_in()
        bare = Cost(it, visitor, "/bare/")
        small, whole = (Cost(it, visitor, made[name]) for name in ("small", "large"))
        unit, few, many = together(20, bare, small, whole)
        before = _peak_mb(it)
        exported = {kind: _export(visitor, made[kind]) for kind in ("csv", "xlsx", "sav")}
        scan = float(_ask(data, "scan()"))
        return {
            "rows": large,
            "questions": made["questions"],
            "bare_cpu_ms": round(unit * 1000, 2),
            "page_over_bare": round(many / unit, 1),
            "growth_1m_over_10k": round(many / few, 2),
            "scan_over_page": round(scan / many),
            "close_s": made["close_s"],
            "close_peak_mb": made["close_peak_mb"],
            "web_mb_before_export": before,
            "export_peak_mb": _peak_mb(it),
            "export_rows_per_s": round(large / exported["csv"][0]),
            "export_xlsx_rows_per_s": round(large / exported["xlsx"][0]),
            "export_sav_rows_per_s": round(large / exported["sav"][0]),
            "export_csv_mb": exported["csv"][1],
        }


def _ask(data: Path, call: str) -> str:
    """Call a function of `results_data` on the running programme's database; what it printed."""
    return shell(data, f"from focusprog.benches.results_data import *; {call}")


def _export(visitor: _Visitor, path: str) -> tuple[float, float]:
    """Seconds from asking to the last byte, and megabytes."""
    began, size = time.monotonic(), 0
    with visitor.opener.open(visitor.base + path) as answer:
        while part := answer.read(_READ):
            size += len(part)
    return time.monotonic() - began, round(size / 1e6, 1)


def _peak_mb(it: Running) -> float:
    """The most memory that any one web process has had."""
    most = 0
    for pid in it.tree.tree():
        status = Path(f"/proc/{pid}/status").read_text()
        if status.startswith("Name:\tfp web") and (found := re.search(r"VmHWM:\s+(\d+)", status)):
            most = max(most, int(found[1]))
    return round(most / 1024, 1)
