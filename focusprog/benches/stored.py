"""What pages cost as what is stored grows: each at a hundred times the invitations, answers,
comments and emails, over the same page of the smaller organisation in the same database.

CPU time of the web server and the database together, and as a ratio to a bare page.
"""

import json
from pathlib import Path

from focusprog.benches.heatmap import Cost, together
from focusprog.benches.page import _Visitor
from focusprog.benches.programme import own_folder, running, shell

_FEW, _MANY = 10_000, 1_000_000


def run(scale: float) -> dict[str, float | int | str]:
    """Of each page `NAME_over_bare` at the larger size and `NAME_growth` from the smaller to that,
    and the most of both; `scale` multiplies what is stored."""
    few, many = (round(rows * scale) for rows in (_FEW, _MANY))
    with (
        own_folder() as data,
        running(data, sample=False, settings="focusprog.benches.settings") as it,
    ):
        made = json.loads(_ask(data, f"fill('http://localhost:{it.port}', {few}, {many})"))
        it.printed = f"leader {made['link']}"
        visitor = _Visitor(it)
        visitor.sign_in()
        bare = Cost(it, visitor, "/bare/")
        over: dict[str, float] = {}
        growth: dict[str, float] = {}
        for name, path in made["pages"]["many"].items():
            at_few = Cost(it, visitor, made["pages"]["few"][name])
            unit, before, after = together(5, bare, at_few, Cost(it, visitor, path))
            over[name], growth[name] = round(after / unit, 1), round(after / before, 2)
        return {
            "rows": many,
            "most_over_bare": max(over.values()),
            "most_growth": max(growth.values()),
            **{f"{name}_over_bare": over[name] for name in over},
            **{f"{name}_growth": growth[name] for name in growth},
        }


def _ask(data: Path, call: str) -> str:
    """Call a function of `stored_data` on the running programme's database; what it printed."""
    return shell(data, f"from focusprog.benches.stored_data import *; {call}")
