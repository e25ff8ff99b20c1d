"""The report's charts: Altair specifications drawn to SVG, the same for page and print.

`python -m reports.charts` takes one job (see `programme.apart`), {static, direction, charts}, and
writes the drawings as JSON: Altair and its renderer take a second and 150 MB, which end with the
process.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import altair as alt
import vl_convert
from fontTools.ttLib import TTFont

from programme.apart import begin
from programme.typefaces import SHEET, faces_for
from reports import chain_drawing

# As in css/print-type.css; a picture in a page, which has no web fonts, takes the last.
FAMILIES = (
    *("Inter", "Inter Extended", "Inter Vietnamese", "Inter Greek", "Inter Greek Extended"),
    *("Inter Cyrillic", "Inter Cyrillic Extended", "IBM Plex Sans Arabic", "Noto Sans Hebrew"),
    *("Cues", "Inter Symbols", "Noto Emoji"),
)
FONTS = ", ".join((*FAMILIES, "sans-serif"))
INK, QUIET, HAIRLINE = "#1C1E21", "#5B616A", "#E3E0DA"
EARLIER = "#9AA0A8"
# On a page a picture has no web fonts: names and figures may be wider than they were measured.
BESIDE_NAMES, BESIDE_FIGURES, ABOVE = 30, 18, 5
SIGNED = "datum.value == 0 ? '0' : replace(format(datum.value, '+d'), '-', '−')"
MOMENT_FILLS = {
    "misery": "#8E1526",
    "leaning_misery": "#F09A78",
    "mediocrity": "#F5F5F5",
    "leaning_magic": "#B5D9EC",
    "magic": "#3F8FC4",
    "unclear": "#FFFFFF",
    "split": "#FFFFFF",
}


def main() -> None:
    """Do one job: the charts' data by name, their direction, and the folder of static files."""
    job = begin()
    with TemporaryDirectory() as folder:
        words = set(json.dumps(job["charts"], ensure_ascii=False))
        unpack_fonts(Path(job["static"]), Path(folder), words)
        vl_convert.register_font_directory(folder)
        way = job["direction"]
        drawn = {name: draw(name, data, way) for name, data in job["charts"].items()}
    json.dump(drawn, sys.stdout)


def unpack_fonts(static: Path, folder: Path, letters: set[str]) -> None:
    """Write the faces that a chart of those letters needs as the renderer reads them: it measures
    words, to leave room for them, but knows no WOFF2."""
    sheet = (static / SHEET).read_text(encoding="utf-8")
    for face in faces_for(sheet, letters):
        if face.family in FAMILIES:
            with TTFont(static / "fonts" / face.file) as font:
                font.flavor = None
                font.save(folder / f"{Path(face.file).stem}.ttf")


def draw(name: str, data: list[dict[str, Any]], direction: str = "ltr") -> str:
    """The chart of that name as SVG; a name that is none is a KeyError. `direction` is the one that
    its words are read in: numbers and quarters run from left to right in both."""
    if name == "chain":
        return chain_drawing.draw(data, FONTS, direction)
    mirrored = direction == "rtl"
    chart = _dressed(CHARTS[name](data, mirrored), mirrored)
    drawn: str = vl_convert.vegalite_to_svg(
        chart.to_dict(), vl_version=".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    )
    return drawn


def measures(data: list[dict[str, Any]], mirrored: bool) -> Any:
    """Small multiples, two by two: a line over eight quarters with its intervals.

    Each row: measure, period, quarter (its short name), last (whether it is the report's quarter),
    and value, low, high and said, the value in words.
    """
    titles = list(dict.fromkeys(row["measure"] for row in data))
    charts = [
        _one_measure([row for row in data if row["measure"] == title], mirrored) for title in titles
    ]
    if mirrored:
        charts = [one for at in range(0, len(charts), 2) for one in charts[at : at + 2][::-1]]
    return alt.concat(*charts, columns=2, spacing={"row": 16, "column": 44})


def _one_measure(data: list[dict[str, Any]], mirrored: bool) -> Any:
    percent = data[0]["unit"] == "percent"
    quarters = {row["period"]: row["quarter"] for row in data}
    years = {code: [name, code[:4]] for code, name in quarters.items() if code.endswith("1")}
    base = alt.Chart({"values": data}).encode(
        x=alt.X(
            "period:O",
            title=None,
            scale=alt.Scale(paddingOuter=0.3),
            axis=alt.Axis(
                labelAngle=0,
                labelOverlap=False,
                labelExpr=f"({json.dumps(quarters | years)})[datum.value]",
            ),
        )
    )
    colour = alt.condition("datum.last", alt.value(INK), alt.value(EARLIER))
    measured = "isValid(datum.value)"
    axis = alt.Axis(tickCount=3, minExtent=30, labelExpr="datum.label" if percent else SIGNED)
    y = alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(zero=True, nice=True))
    line = base.mark_line(color=EARLIER, strokeWidth=1.5).encode(y=y)
    rules = (
        base.transform_filter(measured)
        .mark_rule(strokeWidth=4, opacity=0.45)
        .encode(y=alt.Y("low:Q"), y2="high:Q", color=colour)
    )
    points = (
        base.transform_filter(measured)
        .mark_point(filled=True, size=42, opacity=1)
        .encode(y=y, color=colour)
    )
    labels = (
        base.transform_filter("datum.last && isValid(datum.value)")
        .mark_text(align="left", dx=7, fontSize=12, fontWeight=600, color=INK)
        .encode(y=y, text="said:N")
    )
    return alt.layer(line, rules, points, labels).properties(
        width=225,
        height=66,
        title=alt.TitleParams(
            data[0]["measure"], anchor="end" if mirrored else "start", offset=8, fontSize=12
        ),
    )


def standing(data: list[dict[str, Any]], mirrored: bool) -> Any:
    """Every touchpoint's net with its interval, the worst on top.

    Each row: touchpoint, net, low, high, label.
    """
    domain = list(MOMENT_FILLS)
    base = alt.Chart({"values": data}).encode(
        y=alt.Y("touchpoint:N", title=None, sort=None, axis=_names_axis(mirrored))
    )
    x = alt.X(
        "net:Q",
        title=None,
        scale=alt.Scale(domain=[-100, 100]),
        axis=alt.Axis(values=[-100, -50, -20, 0, 20, 50, 100], labelExpr=SIGNED, grid=True),
    )
    rules = base.mark_rule(strokeWidth=2, color=QUIET).encode(x=alt.X("low:Q"), x2="high:Q")
    points = base.mark_point(filled=True, size=50, opacity=1, stroke=INK, strokeWidth=1).encode(
        x=x,
        fill=alt.Fill(
            "label:N",
            scale=alt.Scale(domain=domain, range=[MOMENT_FILLS[key] for key in domain]),
            legend=None,
        ),
    )
    return alt.layer(rules, points).properties(width=270, height=alt.Step(11))


def inside(data: list[dict[str, Any]], mirrored: bool) -> Any:
    """Two points a touchpoint: staff hollow, customers solid, each with its interval.

    Each row: touchpoint, voice (staff or customers) and what it says, net, low, high.
    """
    base = alt.Chart({"values": data}).encode(
        y=alt.Y("touchpoint:N", title=None, sort=None, axis=_names_axis(mirrored)),
        yOffset=alt.YOffset("voice:N", sort=["customers", "staff"]),
    )
    x = alt.X(
        "net:Q",
        title=None,
        scale=alt.Scale(domain=[-100, 100]),
        axis=alt.Axis(values=[-100, -50, -20, 0, 20, 50, 100], labelExpr=SIGNED, grid=True),
    )
    colour = alt.condition("datum.voice == 'customers'", alt.value(INK), alt.value(EARLIER))
    rules = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q", color=colour)
    fill = alt.condition("datum.voice == 'customers'", alt.value(INK), alt.value("#FFFFFF"))
    points = base.mark_point(size=62, opacity=1, stroke=INK, strokeWidth=1.2).encode(x=x, fill=fill)
    labels = base.mark_text(align="left", dx=7, fontSize=9, color=QUIET).encode(
        x=alt.X("high:Q"), text="says:N"
    )
    return alt.layer(rules, points, labels).properties(
        width=270, height={"step": 13, "for": "offset"}
    )


def loyalty(data: list[dict[str, Any]], mirrored: bool) -> Any:
    """The four corners, loyal above and retained where reading begins: a circle as large as its
    share of customers, solid where they are loyal, with its name and its share beside it.

    Each row: loyal, stayed, title, share in percent, which is none where hidden, and said, the
    share and its interval in words.
    """
    across = alt.X("column:Q", axis=None, scale=alt.Scale(domain=[0, 2]))
    down = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, 2]))
    stays, leaves = (1.73, 0.73) if mirrored else (0.27, 1.27)
    base = alt.Chart({"values": data}).transform_calculate(
        column=f"datum.stayed ? {stays} : {leaves}",
        row="datum.loyal ? 1.5 : 0.5",
    )
    solid = alt.condition("datum.loyal", alt.value(INK), alt.value("#FFFFFF"))
    circles = (
        base.transform_filter("datum.share > 0")
        .mark_point(shape="circle", opacity=1, stroke=INK, strokeWidth=1.5)
        .encode(
            x=across,
            y=down,
            fill=solid,
            size=alt.Size(
                "share:Q", legend=None, scale=alt.Scale(domain=[0, 100], range=[0, 3600])
            ),
        )
    )
    beside: dict[str, Any] = {"align": "left", "dx": 42, "fontSize": 12}
    if mirrored:
        beside |= {"align": "right", "dx": -42}
    names = base.mark_text(dy=-8, fontWeight=600, color=INK, **beside)
    shares = base.mark_text(dy=9, color=QUIET, **beside)
    middle = alt.Chart({"values": [{"at": 1}]}).mark_rule(color=HAIRLINE)
    return alt.layer(
        middle.encode(x=alt.X("at:Q", axis=None)),
        middle.encode(y=alt.Y("at:Q", axis=None)),
        circles,
        names.encode(x=across, y=down, text="title:N"),
        shares.encode(x=across, y=down, text="said:N"),
    ).properties(width=520, height=136)


def improvements(data: list[dict[str, Any]], mirrored: bool) -> Any:
    """A row an improvement: its touchpoint's net before, lighter; now, solid, with its interval;
    and the net to reach, an outline.

    Each row: improvement, now, low, high, and before and plan, either of which may be none.
    """
    base = alt.Chart({"values": data}).encode(
        y=alt.Y("improvement:N", title=None, sort=None, axis=_names_axis(mirrored))
    )
    x = alt.X(
        "now:Q",
        title=None,
        scale=alt.Scale(domain=[-100, 100]),
        axis=alt.Axis(values=[-100, -50, -20, 0, 20, 50, 100], labelExpr=SIGNED, grid=True),
    )
    marks: dict[str, Any] = {"opacity": 1, "strokeWidth": 1.4, "size": 72}
    moved = base.transform_filter("isValid(datum.before)")
    planned = base.transform_filter("isValid(datum.plan)")
    return alt.layer(
        moved.mark_rule(color=EARLIER, strokeWidth=1).encode(x=alt.X("before:Q"), x2="now:Q"),
        base.mark_rule(color=INK, strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q"),
        moved.mark_point(fill=EARLIER, stroke=EARLIER, shape="diamond", **marks).encode(
            x="before:Q"
        ),
        base.mark_point(fill=INK, stroke=INK, shape="circle", **marks).encode(x=x),
        planned.mark_point(fill="#FFFFFF", stroke=INK, shape="square", **marks).encode(x="plan:Q"),
    ).properties(width=270, height=alt.Step(20))


def _names_axis(mirrored: bool) -> Any:
    return alt.Axis(labelLimit=0, domain=False, orient="right" if mirrored else "left")


def _dressed(chart: Any, mirrored: bool) -> Any:
    names, figures = ("right", "left") if mirrored else ("left", "right")
    sides = {names: BESIDE_NAMES, figures: BESIDE_FIGURES}
    return (
        chart.configure(
            font=FONTS, background="transparent", padding={**sides, "top": ABOVE, "bottom": ABOVE}
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelFont=FONTS,
            labelFontSize=10,
            labelColor=QUIET,
            domainColor=HAIRLINE,
            tickColor=HAIRLINE,
            gridColor=HAIRLINE,
            gridWidth=0.6,
        )
        .configure_axisX(grid=False)
        .configure_title(font=FONTS, color=INK, fontWeight=600)
    )


CHARTS = {
    "measures": measures,
    "standing": standing,
    "loyalty": loyalty,
    "inside": inside,
    "improvements": improvements,
}


if __name__ == "__main__":
    main()
