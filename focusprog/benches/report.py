"""What printing a board report costs beside WeasyPrint alone on the same finished pages.

Sixty touchpoints by eight segments over eight quarters, with hand-offs, staff, leavers and
improvements, so that all six charts are drawn; all generated. Both prints run in a process of their
own, its start included; the charts come from the cache, as they do but once.
"""

import datetime as dt
import hashlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django.test.signals  # noqa: F401  (so that changed settings reach the cache)
import numpy as np
from django.conf import settings
from django.test.utils import override_settings

from feedback.loyalty import Counted
from programme.colours import ACCENT
from programme.models import Period, Segment
from programme.periods import Quarter
from programme.printing import Printed
from programme.typefaces import house_sheet
from reports import drawings, rendering
from reports.assembly import assemble
from reports.contents import MissionPart
from reports.known import (
    Known,
    KnownGap,
    KnownImprovement,
    KnownLink,
    KnownReceipt,
    Recommend,
)
from reports.words import Months, Passage, Said
from touchpoints.models import Stage, Touchpoint
from touchpoints.moments import classify
from touchpoints.queries import Cell, Figures, Heatmap, Row, StageRows

_NOW = Quarter(2026, 3)
_AT = dt.datetime(2026, 10, 6, 9, 0, tzinfo=dt.UTC)
_TOUCHPOINTS, _SEGMENTS, _QUARTERS = 60, 8, 8
_ALONE = """
import sys
from weasyprint import HTML
HTML(filename=sys.argv[1]).write_pdf(
    sys.argv[2], stylesheets=[sys.argv[3]], pdf_variant="pdf/ua-1"
)
"""


def run(scale: float) -> dict[str, float | int | str]:
    """CPU seconds of a print with the charts in the cache, as a ratio to WeasyPrint alone, and
    the memory of its press; `scale` multiplies the three repeats."""
    repeats = max(2, round(3 * scale))
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with override_settings(CACHES=caches), tempfile.TemporaryDirectory() as name:
        figures = assemble(_known()).as_json()
        printed: list[Printed] = []

        def ours() -> None:
            printed.append(rendering.print_report(figures, edition=1, built_at=_AT, frozen_at=_AT))

        first = _cpu(ours)
        peak_with_charts = _peak_mb()
        alone = _alone(figures, Path(name))
        pairs = [(_cpu(ours), _cpu(alone)) for _ in range(repeats)]
        whole, bare = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
        return {
            "over_weasyprint": round(whole / bare, 2),
            "cpu_s": round(whole, 2),
            "weasyprint_cpu_s": round(bare, 2),
            "first_with_charts_cpu_s": round(first, 2),
            "pages": printed[0].pages,
            "charts": len(drawings.drawn_charts(figures)),
            "peak_mb": peak_with_charts,
            "identical": len({hashlib.sha256(one.pdf).digest() for one in printed}) == 1,
        }


def _alone(figures: dict[str, Any], folder: Path) -> Callable[[], None]:
    """WeasyPrint and nothing else on the same pages, their files laid beside them."""
    static = Path(settings.BASE_DIR) / "static"
    for part in ("css", "fonts"):
        shutil.copytree(static / part, folder / part)
    (folder / "charts").mkdir()
    for name, svg in drawings.drawn_charts(figures).items():
        (folder / "charts" / f"{name}.svg").write_text(svg)
    page, house = folder / "report.html", folder / "css" / "house.css"
    html = rendering.print_html(figures, edition=1, built_at=_AT, frozen_at=_AT)
    page.write_text(html)
    house.write_text(
        house_sheet(static, [html], paper=figures["paper"], colour=figures["colour"] or ACCENT)
    )
    command = [sys.executable, "-c", _ALONE, str(page), str(folder / "report.pdf"), str(house)]

    def alone() -> None:
        subprocess.run(command, check=True, capture_output=True)

    return alone


def _cpu(work: Callable[[], None]) -> float:
    """CPU seconds of this process and the children it waits for."""

    def spent() -> float:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(r.ru_utime + r.ru_stime for r in map(resource.getrusage, kinds))

    began = spent()
    work()
    return spent() - began


def _peak_mb() -> int:
    """The most memory that any child so far has held at once."""
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def _known() -> Known:
    rng = np.random.default_rng(6)
    quarters = [_NOW.shift(back) for back in range(1 - _QUARTERS, 1)]
    stages = tuple(
        StageRows(
            Stage(name=f"Stage {stage + 1}"),
            tuple(_row(rng, stage * 10 + n + 1) for n in range(10)),
        )
        for stage in range(_TOUCHPOINTS // 10)
    )
    heatmap = Heatmap(
        period=Period(year=_NOW.year, number=_NOW.number),
        compare_with=None,
        voice="customer",
        quarters=tuple(Period(year=one.year, number=one.number) for one in quarters),
        segments=tuple(Segment(pk=n, name=f"Segment {n}") for n in range(1, _SEGMENTS + 1)),
        stages=stages,
    )
    return Known(
        organisation="Sixty by eight",
        language="en",
        first_month=1,
        quarter=_NOW,
        period_words=Months(dt.date(2026, 7, 1), dt.date(2026, 9, 30)),
        today=_AT.date(),
        before=_NOW.shift(-1),
        customers=heatmap,
        staff=heatmap,
        history=quarters,
        recommend=[Recommend(20 + n, 30, 50 - n) for n in range(_QUARTERS)],
        improvements=[_improvement(n) for n in range(1, 15)],
        owners={},
        receipts=[KnownReceipt("Autumn", Said("Customers"), False, 900, 4, 896, 2, 410, True)],
        mission=MissionPart("Nobody waits because of us.", dt.date(2025, 3, 3), None, ()),
        review_on=None,
        links=[_link(rng, n) for n in range(1, 11)],
        links_quarter=_NOW,
        gaps={n: KnownGap(-40.0, -60.0, -20.0, real=True) for n in range(3, 61, 9)},
        corners=[
            Counted(loyal, stayed, n, 4_000 * n)
            for loyal, stayed, n in (
                *((True, True, 180), (False, True, 140)),
                *((True, False, 12), (False, False, 35)),
            )
        ],
    )


def _link(rng: np.random.Generator, n: int) -> KnownLink:
    return KnownLink(
        hand_off_id=n,
        name=f"What is handed over, {n}",
        giver=f"Team {n % 4 + 1}",
        receiver=f"Team {n % 3 + 4}",
        touchpoint_id=n,
        touchpoint=f"A touchpoint with a name, {n}",
        cell=_cell(n, rng.multinomial(20, rng.dirichlet((3, 2, 2)))),
    )


def _row(rng: np.random.Generator, key: int) -> Row:
    counts = rng.multinomial(40, rng.dirichlet((2, 2, 3)), size=_SEGMENTS + _QUARTERS + 1)
    found = [_cell(key, one) for one in counts]
    history = tuple(found[_SEGMENTS : _SEGMENTS + _QUARTERS])
    return Row(
        touchpoint=Touchpoint(pk=key, name=f"A touchpoint with a name, {key}", importance=3),
        figures=Figures(
            cells=tuple(found[:_SEGMENTS]),
            total=history[-1],
            staff=found[-1],
            history=history,
            blind_spot=False,
        ),
        priority=float(rng.random()),
        top_five=0.1,
    )


def _cell(key: int, counts: Any) -> Cell:
    found = classify(counts[None, :])
    return Cell(
        touchpoint_id=key,
        segment_id=None,
        n=int(counts.sum()),
        misery=int(counts[0]),
        mediocrity=int(counts[1]),
        magic=int(counts[2]),
        label=str(found.label[0]),
        net=100 * float(found.net[0]),
        low=100 * float(found.low[0]),
        high=100 * float(found.high[0]),
        indicative=False,
        difference=float(counts[2]) - 20,
        difference_low=float(counts[2]) - 30,
        difference_high=float(counts[2]) - 10,
        real_change=key % 12 == 0,
    )


def _improvement(n: int) -> KnownImprovement:
    """Every other one was finished two quarters ago; the others have a net to reach."""
    done = n % 2 == 0
    return KnownImprovement(
        touchpoint_id=n,
        touchpoint=f"A touchpoint with a name, {n}",
        title=f"Mend what keeps people waiting, part {n}",
        cause="",
        state="done" if done else "doing",
        state_words=Said("Done" if done else "Under way"),
        owner="Mara Lind",
        due_on=dt.date(2026, 12, n),
        done_on=dt.date(2026, 3, n) if done else None,
        expected=Passage(("Ten points more by the spring",)),
        expected_net=None if done else 30.0,
    )
