"""Schulze's method: the published examples, and what the method promises."""

import re
from collections.abc import Collection, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missions.ranking import schulze

type Ballot = Sequence[Collection[str]]


def ballots(counts: str) -> list[Ballot]:
    """Five ballots with A before C before B are "5ACB"."""
    return [
        order for number, order in re.findall(r"(\d+)([A-Z]+)", counts) for _ in range(int(number))
    ]


@pytest.mark.parametrize(
    ("counts", "ranking"),
    [
        pytest.param(
            "5ACBED 5ADECB 8BEDAC 3CABED 7CAEBD 2CBADE 7DCEBA 8EBADC",
            ["E", "A", "C", "B", "D"],
            id="45 voters, Schulze's first example",
        ),
        pytest.param(
            "5ACBD 2ACDB 3ADCB 4BACD 3CBDA 3CDBA 1DACB 5DBAC 4DCBA",
            ["D", "A", "C", "B"],
            id="30 voters, a circle",
        ),
        pytest.param(
            "3ABDEC 5ADEBC 1ADECB 2BADEC 2BDECA 4CABDE 6CBADE 2DBECA 5DECAB",
            ["B", "A", "D", "E", "C"],
            id="30 voters, five candidates",
        ),
        pytest.param(
            "3ABCD 2DABC 2DBCA 2CBDA",
            ["BD", "AC"],
            id="9 voters, two winners whom no majority tells apart",
        ),
        pytest.param(
            "42MNCK 26NCKM 15CKNM 17KCNM",
            ["N", "C", "K", "M"],
            id="Tennessee's capital: everybody's second choice",
        ),
        pytest.param("1ABC 1BCA 1CAB", ["ABC"], id="a perfect circle"),
    ],
)
def test_published_examples(counts: str, ranking: list[str]) -> None:
    assert schulze(ballots(counts)) == [set(place) for place in ranking]


@pytest.mark.parametrize(
    ("given_ballots", "ranking"),
    [
        ([], []),
        ([[]], []),
        ([[[], []]], []),
        ([["A"]], [{"A"}]),
        ([[{"A", "B"}]], [{"A", "B"}]),
        ([["A"], ["A", "B"], [{"B", "C"}]], [{"A"}, {"B"}, {"C"}]),
        ([["A", "B", "A"]], [{"A"}, {"B"}]),
        ([[("A", "B"), "C"], [["A"], [], ["B", "C"]]], [{"A"}, {"B"}, {"C"}]),
        ([["A"], []], [{"A"}]),
    ],
)
def test_ties_gaps_and_nothing(given_ballots: list[Ballot], ranking: list[set[str]]) -> None:
    assert schulze(given_ballots) == ranking


def test_left_out_is_last() -> None:
    assert schulze([["A"], ["A"], ["B", "C", "A"]]) == [{"A"}, {"B"}, {"C"}]


@st.composite
def any_ballots(draw: st.DrawFn) -> list[list[set[str]]]:
    """Up to nine ballots over five candidates, with ties and gaps."""
    ballot = st.lists(st.sampled_from("ABCDE"), unique=True).flatmap(
        lambda order: st.lists(st.booleans(), min_size=len(order), max_size=len(order)).map(
            lambda with_former: _tied(order, with_former)
        )
    )
    return draw(st.lists(ballot, max_size=9))


def _tied(order: list[str], with_former: list[bool]) -> list[set[str]]:
    places: list[set[str]] = []
    for candidate, tied in zip(order, with_former, strict=True):
        if tied and places:
            places[-1].add(candidate)
        else:
            places.append({candidate})
    return places


def _place(ballot: list[set[str]], candidate: str) -> int:
    return next((at for at, place in enumerate(ballot) if candidate in place), len(ballot))


def _prefer(given_ballots: list[list[set[str]]], one: str, other: str) -> int:
    return sum(_place(each, one) < _place(each, other) for each in given_ballots)


@given(any_ballots())
def test_every_candidate_has_one_place(given_ballots: list[list[set[str]]]) -> None:
    named = sorted(set().union(*(place for ballot in given_ballots for place in ballot)))
    ranking = schulze(given_ballots)
    assert sorted(candidate for place in ranking for candidate in place) == named
    assert all(ranking)


@given(any_ballots())
def test_who_beats_everyone_is_first_alone(given_ballots: list[list[set[str]]]) -> None:
    named = set().union(*(place for ballot in given_ballots for place in ballot))
    for one in named:
        if all(
            _prefer(given_ballots, one, other) > _prefer(given_ballots, other, one)
            for other in named - {one}
        ):
            assert schulze(given_ballots)[0] == {one}


@given(any_ballots(), st.sampled_from("ABCDE"), st.booleans())
def test_a_clone_changes_nothing_for_the_others(
    given_ballots: list[list[set[str]]], copied: str, after: bool
) -> None:
    cloned = []
    for ballot in given_ballots:
        places: list[set[str]] = []
        for place in ballot:
            if place == {copied}:
                places += [{copied}, {"clone"}] if after else [{"clone", copied}]
            else:
                places.append(place | {"clone"} if copied in place else place)
        cloned.append(places)
    winners = (schulze(given_ballots) or [set()])[0]
    with_clone = (schulze(cloned) or [set()])[0]
    assert with_clone - {copied, "clone"} == winners - {copied}
    assert bool(with_clone & {copied, "clone"}) == (copied in winners)


@given(any_ballots(), st.permutations("ABCDE"))
def test_names_and_order_of_ballots_do_not_matter(
    given_ballots: list[list[set[str]]], order: list[str]
) -> None:
    renamed = dict(zip("ABCDE", order, strict=True))
    other = [
        [{renamed[candidate] for candidate in place} for place in ballot]
        for ballot in reversed(given_ballots)
    ]
    assert schulze(other) == [
        {renamed[candidate] for candidate in place} for place in schulze(given_ballots)
    ]


def test_the_order_of_places_turns_with_the_ballots() -> None:
    for order in permutations("ABC"):
        assert schulze([order, order, order[::-1]]) == [{candidate} for candidate in order]
