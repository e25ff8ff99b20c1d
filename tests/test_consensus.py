"""Group-informed consensus, against Polis' own figures where they are to hand."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from missions.consensus import group_informed


def test_the_product_over_the_groups() -> None:
    groups = {"ann": "staff", "bob": "staff", "cem": "customer"}
    votes = [("ann", 1, 1), ("bob", 1, -1), ("cem", 1, 1), ("ann", 2, 0)]
    assert group_informed(votes, groups) == {
        1: pytest.approx((1 + 1) / (2 + 2) * (1 + 1) / (1 + 2)),
        2: pytest.approx((0 + 1) / (1 + 2) * 1 / 2),
    }


def test_a_large_group_does_not_outvote_a_small_one() -> None:
    groups = dict.fromkeys(range(100), "large") | dict.fromkeys(range(100, 103), "small")
    loved = [(voter, "loved by many", 1 if voter < 100 else -1) for voter in groups]
    fine = [(voter, "fine for all", 1 if voter % 3 else 0) for voter in groups]
    values = group_informed(loved + fine, groups)
    assert values["fine for all"] > values["loved by many"]


def test_the_last_vote_counts_and_strangers_do_not() -> None:
    votes = [("ann", 1, -1), ("ann", 1, 1), ("stranger", 1, -1)]
    assert group_informed(votes, {"ann": "staff"}) == {1: pytest.approx(2 / 3)}
    assert group_informed([], {"ann": "staff"}) == {}


# The published file leaves out who was in which group. Its value for each of 371 comments settles
# it: these in the second group yield them all, together with Polis' rule on who counts: whoever
# voted seven times or more. Voter 7 counts all the same, one of the first fifteen, who fill up a
# conversation that has just begun and are kept.
SECOND_GROUP = {6, 11, 58, 78, 91, 93, 94, 121}
LEAST_VOTES = 7
KEPT = {7}


def test_all_of_bowling_greens_comments(shared_data: Path) -> None:
    folder = shared_data / "polis-bg2050"
    with (folder / "votes.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["timestamp"]))
    votes = [(int(row["voter-id"]), row["comment-id"], int(row["vote"])) for row in rows]
    number = Counter(voter for voter, _ in {(voter, comment) for voter, comment, _ in votes})
    groups = {
        voter: voter in SECOND_GROUP
        for voter, given in number.items()
        if given >= LEAST_VOTES or voter in KEPT
    }
    with (folder / "comments.csv").open(encoding="utf-8", newline="") as file:
        published = {
            row["comment-id"]: float(row["group-informed-consensus"])
            for row in csv.DictReader(file)
        }
    assert len(published) == 371
    assert list(groups.values()).count(True) == 8
    assert group_informed(votes, groups) == {
        comment: pytest.approx(value, abs=1e-12) for comment, value in published.items()
    }
