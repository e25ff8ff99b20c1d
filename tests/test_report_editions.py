"""What a correction says that it changed: every part, by the names of its lines."""

import datetime as dt
from copy import deepcopy
from typing import Any

import pytest

from feedback.loyalty import Counted
from reports.contents import RuleLine
from reports.editions import differences
from reports.wording import in_words
from tests.test_report_assembly import BEFORE, improvement
from tests.test_report_parts import both, link


def edition(**fields: Any) -> dict[str, Any]:
    """A report in which every part has something."""
    standard: dict[str, Any] = {
        "links": [link(1, "The van’s list", (2, 8, 6)), link(2, "The right part", (14, 3, 1))],
        "links_quarter": BEFORE,
        "rules": [RuleLine("A signature at night", "Engineers", "Parts", "", dt.date(2026, 8, 1))],
        "improvements": [improvement(improvement_id=1), improvement(improvement_id=2, title="B")],
        "corners": [
            Counted(loyal=True, stayed=True, n=50, value=500),
            Counted(loyal=False, stayed=True, n=40, value=240),
        ],
    }
    made: dict[str, Any] = both(
        (30, 10, 12), (2, 9, 30), blind_spot=True, **(standard | fields)
    ).as_json()
    return made


def said(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found: list[str] = in_words(differences(before, after), "en")
    return found


def test_the_same_figures_differ_in_nothing() -> None:
    assert said(edition(), edition()) == ["No figure differs from those of the earlier edition."]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"links": [link(2, "The right part", (14, 3, 1))]},
            "The delivery chain changed. Other than before: “The van’s list”.",
        ),
        ({"rules": []}, "The rules lifted changed. Other than before: “A signature at night”."),
        (
            {"corners": [Counted(loyal=True, stayed=True, n=51, value=500)]},
            "Loyalty and retention changed.",
        ),
        (
            {"improvements": [improvement(improvement_id=1), improvement(title="C")]},
            "The improvements changed. Other than before: “C” and “B”.",
        ),
    ],
)
def test_each_part_says_which_of_its_lines_changed(changed: dict[str, Any], sentence: str) -> None:
    assert sentence in said(edition(), edition(**changed))


def test_inside_against_outside_and_what_is_asked_are_compared() -> None:
    before = edition()
    after = deepcopy(before)
    after["inside"]["rows"][0]["gap"] = 12.0
    after["asks"] = []
    assert said(before, after) == [
        "The decisions asked of the board changed.",
        "Inside against outside changed. Other than before: “Invoice”.",
    ]


def test_many_lines_are_counted_and_not_all_named() -> None:
    before = edition(improvements=[])
    many = [improvement(improvement_id=n, title=f"T{n}") for n in range(8)]
    (found,) = [one for one in said(before, edition(improvements=many)) if "improvements" in one]
    assert "“T4”" in found
    assert "“T5”" not in found
    assert "three others" in found


def test_a_part_that_the_earlier_edition_had_not_yet_is_said_and_not_compared() -> None:
    before = edition()
    for newer in ("chain", "loyalty", "inside", "passages"):
        del before[newer]
    lacked = "The earlier edition did not have this part yet"
    assert said(before, edition()) == [
        f"{lacked}: The delivery chain.",
        f"{lacked}: Loyalty and retention, inside and outside.",
    ]


def test_editions_in_two_languages_are_compared_by_their_figures() -> None:
    before = edition() | {"language": "de"}
    assert said(before, edition()) == ["No figure differs from those of the earlier edition."]
    found = said(before, edition(links=[link(2, "The right part", (13, 3, 2))]))
    assert any(one.startswith("The delivery chain changed.") for one in found)


def test_a_cell_of_the_heatmap_that_changed_is_counted() -> None:
    before, after = edition(), edition()
    after["heatmap"]["stages"][0]["rows"][0]["total"]["n"] = 7
    assert said(before, after) == ["One cell of the heatmap changed."]
