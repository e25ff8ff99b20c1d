"""What the heatmap costs at sixty touchpoints, eight segments and eight quarters.

CPU time of the web server and the database together, as a ratio to a bare page on the same
server; the same again with a hundred times the responses; and the arithmetic alone.
"""

import json
import statistics
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import numpy as np

from focusprog.benches.page import _COUNTED, _Visitor
from focusprog.benches.programme import Running, own_folder, running, shell
from touchpoints.moments import classify

_FEW, _TIMES = 10_000, 100


def run(scale: float) -> dict[str, float | int | str]:
    """The figures; `scale` multiplies the repeats. What the web server has not remembered yet has
    figures of its own: `first_look_over_bare` is the very first page, `first_drawer_over_bare` a
    drawer that nobody has opened before."""
    repeats = max(5, round(20 * scale))
    with (
        own_folder() as data,
        running(data, sample=False, settings="focusprog.benches.settings") as it,
    ):
        made = json.loads(_shell(data, f"fill('http://localhost:{it.port}', {_FEW})"))
        it.printed = f"leader {made['link']}"
        visitor = _Visitor(it)
        visitor.sign_in()
        bare = Cost(it, visitor, "/bare/")
        page = Cost(it, visitor, made["page"])
        drawers = [Cost(it, visitor, at, {"HX-Request": "true"}) for at in made["drawers"]]
        drawer = drawers[0]
        bare(3)
        first = page(1)
        first_drawer = statistics.median(one(1) for one in drawers)
        unit, whole, part = together(repeats, bare, page, drawer)
        kilobytes = len(page.get()) / 1000
        _shell(data, f"grow({_TIMES})")
        page(2)
        unit_later, whole_later, _ = together(repeats, bare, page, drawer)
        return {
            "bare_cpu_ms": round(unit * 1000, 2),
            "bare_cpu_ms_1m": round(unit_later * 1000, 2),
            "requests_each": repeats,
            "page_over_bare": round(whole / unit, 1),
            "first_look_over_bare": round(first / unit, 1),
            "drawer_over_bare": round(part / unit, 1),
            "first_drawer_over_bare": round(first_drawer / unit, 1),
            "page_queries": made["queries"],
            "page_kb": round(kilobytes, 1),
            "growth_1m_over_10k": round(whole_later / whole, 2),
            "classify_3840_cpu_s": round(_classify(), 3),
        }


def together(repeats: int, *costs: "Cost") -> list[float]:
    """The median of each one's cost; taken in turns, so that all meet the same machine."""
    found: list[list[float]] = [[] for _ in costs]
    for cost in costs:
        cost(2)
    for _ in range(repeats):
        for cost, seconds in zip(costs, found, strict=True):
            seconds.append(cost(1))
    return [statistics.median(seconds) for seconds in found]


class Cost:
    """CPU seconds of one request to one address."""

    def __init__(
        self, it: Running, visitor: _Visitor, path: str, headers: dict[str, str] | None = None
    ) -> None:
        self.tree, self.opener = it.tree, visitor.opener
        self.request = urllib.request.Request(visitor.base + path, headers=headers or {})  # noqa: S310

    def get(self) -> bytes:
        with self.opener.open(self.request) as answer:
            return bytes(answer.read())

    def __call__(self, repeats: int) -> float:
        began = self.tree.cpu_seconds(named=_COUNTED)
        for _ in range(repeats):
            self.get()
        return (self.tree.cpu_seconds(named=_COUNTED) - began) / repeats


def _shell(data: Path, call: str) -> str:
    """Call a function of `heatmap_data` on the running programme's database; what it printed."""
    return shell(data, f"from focusprog.benches.heatmap_data import *; {call}")


def _classify() -> float:
    """The best of three, in CPU seconds, of 3,840 cells of 5 to 200 answers."""
    rng = np.random.default_rng(1)
    sizes, shares = rng.integers(5, 200, 3840), rng.dirichlet((1, 1, 1), 3840)
    counts = np.array([rng.multinomial(*one) for one in zip(sizes, shares, strict=True)])
    work: Callable[[], object] = lambda: classify(counts)  # noqa: E731
    seconds = []
    for _ in range(3):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return min(seconds)
