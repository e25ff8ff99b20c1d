"""What the charts of the chain, of loyalty, of inside against outside and of improvements are drawn
from, and their words."""

from typing import Any

from reports import languages
from reports.chain_drawing import MOST_DRAWN
from reports.phrases import said
from reports.wording import words_of
from reports.words import MOMENT_WORDS, Percent, Points, Run, Said, say, short

MOST_IMPROVEMENTS = 12
LONGEST = 46  # letters of a name beside an axis


def chain_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The weakest links."""
    links = (figures.get("chain") or {}).get("links", [])
    return [
        {
            "rank": link["rank"],
            "giver": languages.isolated("en", link["giver"]),
            "receiver": languages.isolated("en", link["receiver"]),
            "label": link["cell"]["label"],
        }
        for link in links[:MOST_DRAWN]
    ]


def chain_text(figures: dict[str, Any]) -> Said:
    """Each arrow in words."""
    links = [
        say(
            "alt.link",
            rank=link["rank"],
            giver=link["giver"],
            receiver=link["receiver"],
            moment=Said(MOMENT_WORDS[link["cell"]["label"]]),
        )
        for link in figures["chain"]["links"][:MOST_DRAWN]
    ]
    return say("alt.chain", links=Run(tuple(links)))


def axis_name(name: str, stage: str, taken: set[str]) -> str:
    """A name for an axis, which tells rows apart by their words: short, since the renderer would
    cut it within a letter, and with its stage or a number where another has it; then taken, too."""
    found = short(name, LONGEST)
    if found in taken:
        found = f"{found} ({short(stage, LONGEST // 2)})"
    number = 1
    while found in taken:
        number += 1
        found = f"{short(name, LONGEST)} ({number})"
    taken.add(found)
    return found


def inside_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Two points a touchpoint, staff and customers; a name's second bearer takes its stage's
    name along, since the axis tells rows apart by their words."""
    rows: list[dict[str, Any]] = []
    names: set[str] = set()
    for row in (figures.get("inside") or {}).get("rows", []):
        name = axis_name(row["touchpoint"], row["stage"], names)
        for voice in ("staff", "customers"):
            cell = row[voice]
            rows.append(
                {
                    "touchpoint": languages.isolated("en", name),
                    "voice": voice,
                    "says": said(figures["language"], voice),
                    "net": cell["net"],
                    "low": cell["low"],
                    "high": cell["high"],
                }
            )
    return rows


def inside_text(figures: dict[str, Any]) -> Said:
    """Each row in words."""
    rows = [
        say(
            "alt.row",
            touchpoint=row["touchpoint"],
            staff=Points(row["staff"]["net"]),
            customers=Points(row["customers"]["net"]),
        )
        for row in figures["inside"]["rows"]
    ]
    return say("alt.inside", rows=Run(tuple(rows)))


def loyalty_rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The four corners; one that may not be shown has no share."""
    return [
        {
            "loyal": corner["key"].startswith("loyal"),
            "stayed": corner["key"].endswith("stayed"),
            "title": corner["title"],
            "share": corner["share"],
            "said": languages.embedded(
                figures["language"], words_of(_share(corner), figures["language"])
            )
            if corner["share"] is not None
            else languages.embedded(figures["language"], said(figures["language"], "too few")),
        }
        for corner in figures.get("loyalty") or []
    ]


def _share(corner: dict[str, Any]) -> Said:
    share = Percent(corner["share"] or 0)
    if not corner["share"]:
        return say("alt.no_share", share=share)
    return say("alt.share", share=share, low=round(corner["low"]), high=round(corner["high"]))


def loyalty_text(figures: dict[str, Any]) -> Said:
    """Each corner in words."""
    corners = [
        say(
            "alt.corner",
            title=corner["title"],
            explains=corner["explains"],
            share=Said("too few to show") if corner["share"] is None else _share(corner),
        )
        for corner in figures["loyalty"]
    ]
    return say("alt.loyalty", corners=Run(tuple(corners)))


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
                "improvement": languages.isolated("en", f"{name} ({taken + 1})" if taken else name),
                **{key: line[key] for key in ("before", "now", "low", "high", "plan")},
            }
        )
    return rows[:MOST_IMPROVEMENTS]


def improvements_text(figures: dict[str, Any]) -> Said:
    """Each improvement in words."""
    rows = []
    for row in improvement_rows(figures):
        nets = {key: Points(row[key]) for key in ("before", "now", "plan") if row[key] is not None}
        key = "alt.improvement_" + "_".join(one for one in nets if one != "now")
        rows.append(say(key, improvement=row["improvement"], **nets))
    return say("alt.improvements", rows=Run(tuple(rows)))
