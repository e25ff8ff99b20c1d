"""The airport survey of the shared data: every cell, counted twice over."""

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from feedback.models import Round
from programme.models import Segment
from tests.conftest import PROJECT
from tests.test_import_responses import cells, command, everything
from touchpoints.models import Touchpoint

pytestmark = pytest.mark.django_db
MAPPINGS = PROJECT / "tests" / "mappings"


def rows_of(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


@pytest.mark.parametrize("year", ["2016", "2017"])
def test_every_cell_of_the_airport_survey(
    shared_data: Path, capsys: pytest.CaptureFixture[str], year: str
) -> None:
    file, toml = shared_data / "sfo" / f"{year}.csv", MAPPINGS / f"sfo-{year}.toml"
    # Straight from the CSV, by nothing of ours but the columns' names.
    named = {
        entry["column"]: entry["touchpoint"]
        for entry in tomllib.loads(toml.read_text())["question"]
        if "touchpoint" in entry
    }
    assert len(named) == 15
    expected: dict[tuple[str, str], list[int]] = {}
    moment = {"1": 0, "2": 0, "3": 1, "4": 1, "5": 2}
    outcomes: Counter[str] = Counter()
    recommended: Counter[str] = Counter()
    rows = list(rows_of(file))
    for row in rows:
        for column, touchpoint in named.items():
            value = row[column]
            if value in moment:
                at = (touchpoint, f"Boarding area {row['BAREA']}")
                expected.setdefault(at, [0, 0, 0])[moment[value]] += 1
                outcomes["accepted"] += 1
            else:
                outcomes["not_applicable" if value == "6" else "blank"] += 1
        if "NETPRO" in row:
            known = row["NETPRO"] not in {"", "11"}
            recommended.update([row["NETPRO"]] if known else [])
            outcomes["accepted" if known else "blank"] += 1

    summary = command(file, toml, capsys, strict=True)

    assert summary["rows"] == summary["responses"] == len(rows)
    assert {name: summary[name] for name in ("accepted", "not_applicable", "blank")} == outcomes
    assert len(expected) == 15 * 7
    assert cells(f"{year}Q2") == {at: tuple(counts) for at, counts in expected.items()}
    results = Round.objects.get().results
    assert results is not None
    assert results["questions"].get("recommend", {}).get("counts", {}) == recommended

    before = everything()
    again = command(file, toml, capsys)
    assert again == {**summary, "changed": False}
    assert everything() == before


def test_both_years_share_one_map(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for year in ("2016", "2017"):
        command(shared_data / "sfo" / f"{year}.csv", MAPPINGS / f"sfo-{year}.toml", capsys)
    assert Touchpoint.objects.count() == 15
    names = Segment.objects.values_list("name", flat=True)
    assert list(names) == [f"Boarding area {letter}" for letter in "ABCDEFG"]
    assert set(cells("2016Q2")) == set(cells("2017Q2"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT source) FROM touchpoints_ratingtally")
        assert cursor.fetchone() == (2 * 15 * 7, 2)
