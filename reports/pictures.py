"""What the charts of the chain and of inside against outside are drawn from, and their words."""

from typing import Any

from reports.chain_drawing import MOST_DRAWN
from touchpoints.words import WORDS, signed


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
