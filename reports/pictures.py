"""What the charts of the chain, of loyalty, of inside against outside and of improvements are drawn
from, and their words."""

from typing import Any

from reports.chain_drawing import MOST_DRAWN
from reports.words import figure, short
from touchpoints.words import WORDS, signed

MOST_IMPROVEMENTS = 12


def chain_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The weakest links."""
    links = (figures.get("chain") or {}).get("links", [])
    return [
        {
            "rank": link["rank"],
            "giver": link["giver"],
            "receiver": link["receiver"],
            "label": link["cell"]["label"],
        }
        for link in links[:MOST_DRAWN]
    ]


def chain_text(figures: dict[str, Any]) -> str:
    """Each arrow in words."""
    said = [
        f"{link['rank']}, from {link['giver']} to {link['receiver']}: "
        f"{WORDS[link['cell']['label']]}"
        for link in figures["chain"]["links"][:MOST_DRAWN]
    ]
    return f"Drawing of the weakest links of the delivery chain. {'; '.join(said)}."


def inside_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Two points a touchpoint, staff and customers; a name's second bearer takes its stage's
    name along, since the axis tells rows apart by their words."""
    rows: list[dict[str, Any]] = []
    names: set[str] = set()
    for row in (figures.get("inside") or {}).get("rows", []):
        name = row["touchpoint"]
        if name in names:
            name = f"{name} ({row['stage']})"
        names.add(name)
        for voice in ("staff", "customers"):
            cell = row[voice]
            rows.append(
                {
                    "touchpoint": name,
                    "voice": voice,
                    "net": cell["net"],
                    "low": cell["low"],
                    "high": cell["high"],
                }
            )
    return rows


def inside_text(figures: dict[str, Any]) -> str:
    """Each row in words."""
    said = [
        f"{row['touchpoint']}: staff {signed(row['staff']['net'])}, "
        f"customers {signed(row['customers']['net'])}"
        for row in figures["inside"]["rows"]
    ]
    return f"Chart of nets as staff and as customers see them. {'; '.join(said)}."


def loyalty_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The four corners; one that may not be shown has no share."""
    return [
        {
            "loyal": corner["key"].startswith("loyal"),
            "stayed": corner["key"].endswith("stayed"),
            "title": corner["title"],
            "share": corner["share"],
            "said": _share(corner),
        }
        for corner in figures.get("loyalty") or []
    ]


def _share(corner: dict[str, Any]) -> str:
    if corner["share"] is None:
        return "…"
    share = figure(corner["share"], "percent")
    return f"{share} ({corner['low']:.0f} to {corner['high']:.0f})" if corner["share"] else share


def loyalty_text(figures: dict[str, Any]) -> str:
    """Each corner in words."""
    said = [
        f"{corner['title']}, {corner['explains']}: "
        + ("too few to show" if corner["share"] is None else _share(corner))
        for corner in figures["loyalty"]
    ]
    return f"Drawing of the four corners of loyalty and retention. {'; '.join(said)}."


def improvement_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Improvements whose touchpoint was measured before they were finished, or that have a net to
    reach; two of one name are told apart by their number."""
    rows: list[dict[str, Any]] = []
    for line in figures["improvements"]:
        if line.get("now") is None or (line["before"] is None and line["plan"] is None):
            continue
        name = short(line["title"], 48)
        taken = sum(row["improvement"] == name for row in rows)
        rows.append(
            {
                "improvement": f"{name} ({taken + 1})" if taken else name,
                **{key: line[key] for key in ("before", "now", "low", "high", "plan")},
            }
        )
    return rows[:MOST_IMPROVEMENTS]


def improvements_text(figures: dict[str, Any]) -> str:
    """Each improvement in words."""
    said = []
    for row in improvement_rows(figures):
        parts = [f"now {signed(row['now'])}"]
        if row["before"] is not None:
            parts.insert(0, f"before {signed(row['before'])}")
        if row["plan"] is not None:
            parts.append(f"to reach {signed(row['plan'])}")
        said.append(f"{row['improvement']}: {', '.join(parts)}")
    return f"Chart of what improvements changed at their touchpoints, by net. {'; '.join(said)}."
