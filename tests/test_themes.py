"""Themes among phrases, and how far a draft takes them up."""

import csv
import inspect
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focusprog.benches import mission as bench
from missions import vectors
from missions.clauses import clauses, says_no
from missions.english import is_english
from missions.themes import TRAY, Index, cluster, coverage
from tests.conftest import PROJECT

BREAD = [
    "Fresh bread every morning",
    "The bread is still warm when I buy it",
    "Warm fresh bread before work",
    "I come for the bread that is baked in the morning",
]
PRICES = [
    "Prices that a family can pay",
    "Keep the prices low for families",
    "Low prices, please",
    "Families can afford your prices",
]
STAFF = [
    "Your staff know my name",
    "The staff are kind and know our names",
    "Kind staff who know me",
    "I like the staff, they remember names",
]
ODD = ["Xylophones orbit Neptune on Tuesdays", "Is the car park resurfaced yet?"]

# Themes


def test_phrases_that_say_the_same_share_a_theme() -> None:
    numbers = cluster([*BREAD, *PRICES, *STAFF])
    assert [set(numbers[at : at + 4]) for at in (0, 4, 8)] == [{0}, {1}, {2}]


def test_what_fits_nothing_goes_to_the_tray() -> None:
    numbers = cluster([*BREAD, *ODD, *PRICES, "🥐🥐", "2030", ""])
    assert numbers[4:6] == [TRAY, TRAY]
    assert numbers[-3:] == [TRAY, TRAY, TRAY]
    assert TRAY not in numbers[:4]


def test_the_largest_theme_comes_first() -> None:
    assert cluster([*PRICES, *BREAD, "Bread, fresh and warm in the morning"])[-1] == 0


@pytest.mark.parametrize(
    ("phrases", "numbers"),
    [
        ([], []),
        (["Warm bread"], [TRAY]),
        (["", "  ", "?"], [TRAY] * 3),
        (["Warm bread"] * 5, [0] * 5),
        (["Warm bread", "Warm bread"], [0, 0]),
    ],
)
def test_boards_of_hardly_anything(phrases: list[str], numbers: list[int]) -> None:
    assert cluster(phrases) == numbers


def test_the_organisations_own_name_makes_no_theme() -> None:
    named = ["Brotwerk bread", "Brotwerk parking", "Brotwerk invoices", "Brotwerk music"]
    assert len(set(cluster(named)) - {TRAY}) == 1
    assert set(cluster(named, names=["brotwerk"])) == {TRAY}


def test_coarser_means_fewer_and_broader() -> None:
    tree = Index.of(bench.made_up(300)).tree()
    numbers = [max(tree.cut(coarseness)) + 1 for coarseness in (0, 0.25, 0.5, 0.75, 1)]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 2 * numbers[2] > 4 * numbers[4]
    assert tree.cut(1).count(TRAY) == 0
    for outside in (-0.1, 1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            tree.cut(outside)


def test_as_many_themes_as_asked_for() -> None:
    tree = Index.of([*BREAD, *PRICES, *STAFF, "🥐"]).tree()
    for number in (1, 2, 3, 7, 12):
        numbers = tree.cut_into(number)
        assert set(numbers) == {TRAY, *range(number)}
        assert numbers.index(TRAY) == 12
    assert max(tree.cut_into(99)) == 11
    assert Index.of([]).tree().cut_into(3) == []
    with pytest.raises(ValueError, match="at least one"):
        tree.cut_into(0)


def test_the_same_phrases_give_the_same_themes() -> None:
    phrases = bench.made_up(400)
    kept = pickle.loads(pickle.dumps(Index.of(phrases).tree()))  # noqa: S301  (our own)
    assert kept.cut() == cluster(phrases) == cluster(phrases)


@given(st.lists(st.text(max_size=40), max_size=12), st.floats(0, 1))
def test_any_text_gets_a_theme_or_the_tray(phrases: list[str], coarseness: float) -> None:
    numbers = cluster(phrases, coarseness=coarseness, names=phrases[:1])
    assert len(numbers) == len(phrases)
    assert set(numbers) - {TRAY} == set(range(max(numbers, default=TRAY) + 1))


@pytest.mark.parametrize(
    "text",
    [
        "Warm bread " * 1000,
        "面包很好吃",
        "الغرفة نظيفة جدا",
        "🥐",
        "a\x00b",
        "=1+1<b>x</b>",
        "É" * 10_000,
    ],
)
def test_hard_texts_do_no_harm(text: str) -> None:
    assert len(cluster([text, *BREAD, *PRICES])) == 9
    assert len(coverage(text, [BREAD, PRICES])) == 2


def test_themes_of_real_messages(shared_data: Path) -> None:
    """The ten draws of the bench, and ten others."""
    for seeds in (range(10), range(500, 510)):
        figures = bench.quality(seeds)
        assert figures["v_measure"] >= 0.84
        assert figures["ari"] >= 0.69
        assert figures["found_v_measure"] >= 0.80
        assert figures["found_ari"] >= 0.60
    assert bench.BANKING.is_relative_to(shared_data)


def test_a_towns_wishes(shared_data: Path) -> None:
    with (shared_data / "polis-bg2050" / "comments.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["moderated"] == "1"]
    wishes = [row["comment-body"] for row in rows]
    assert len(wishes) == 316
    names = ["BG", "Bowling Green", "Warren County", "Kentucky"]
    index = Index.of(wishes, names=names)
    numbers = index.tree().cut()
    assert 12 <= max(numbers) + 1 <= 30
    assert 3 <= numbers.count(TRAY) <= 60
    at = dict(zip(wishes, numbers, strict=True))
    same = [
        ["affordable housing", "housing options"],
        ["parking structure", "parking issues in downtown"],
        ["art museum", "more public art"],
        ["public transit system in 2050", "public transit system."],
    ]
    for parts in same:
        themes = [{number for wish, number in at.items() if part in wish} for part in parts]
        assert set.intersection(*themes) - {TRAY}, parts
    # What the tray holds is less like anything else than what the themes hold.
    alike = index.vectors @ index.vectors.T
    np.fill_diagonal(alike, -1)
    closest = np.sort(alike, axis=1)[:, -3:].mean(axis=1)
    loose = np.array(numbers) == TRAY
    assert closest[loose].mean() < closest[~loose].mean() - 0.05


def test_a_board_of_5000() -> None:
    phrases = bench.made_up(5000)
    index = Index.of(phrases)
    numbers = index.tree().cut()
    themes = [np.flatnonzero(np.array(numbers) == n).tolist() for n in range(max(numbers) + 1)]
    assert 1 < len(themes) < 500
    draft = "Families find warm bread at night, and an honest answer on the phone."
    assert len(index.coverage(draft, themes)) == len(themes)


# Coverage


def test_both_are_called_as_documented() -> None:
    assert str(inspect.signature(cluster)) == (
        "(phrases: collections.abc.Sequence[str], *, names: collections.abc.Sequence[str] = (), "
        "coarseness: float = 0.5) -> list[int]"
    )
    assert list(inspect.signature(coverage).parameters) == ["draft", "themes"]


def test_each_theme_reads_covered_partly_or_missing() -> None:
    draft = "We bake fresh bread for you every morning, and our kind people greet you."
    bread, prices, staff = coverage(draft, [BREAD, PRICES, STAFF])
    assert (bread.level, bread.clause) == ("covered", "We bake fresh bread for you every morning")
    assert (prices.level, prices.clause) == ("missing", "")
    assert bread.score > staff.score > prices.score
    assert all(0 <= each.score <= 1 for each in (bread, prices, staff))


def test_a_draft_without_words_covers_nothing() -> None:
    for draft in ("", " \n", "🥐", "2030!"):
        assert [each.level for each in coverage(draft, [BREAD, []])] == ["missing", "missing"]
    assert coverage("Warm bread", []) == []
    assert coverage("Warm bread", [[]])[0].level == "missing"


def test_a_phrase_may_sit_in_several_themes_and_voices() -> None:
    index = Index.of([*BREAD, *PRICES])
    draft = "Fresh warm bread in the morning"
    one, both, other = index.coverage(draft, [range(4), range(8), range(4, 8)])
    assert (one.level, other.level) == ("covered", "missing")
    assert one.score > both.score > other.score
    assert [one, other] == coverage(draft, [BREAD, PRICES])


OPPOSITES = [
    ("We answer the phone at night", "We never answer the phone at night"),
    ("Bread baked fresh every morning", "Our bread is not baked fresh in the morning"),
    ("Tell us honestly what it costs", "We do not tell you honestly what it costs"),
    ("Nobody waits alone in the corridor", "You wait alone in the corridor"),
    ("Prices that families can afford", "Prices no family can afford"),
    ("Repair it once and properly", "We won't repair it properly"),
    ("Treat every patient with respect", "Treating patients without respect"),
    ("We never share what you told us", "We share what you told us"),
    ("Open on Sundays for those who work", "We are not open on Sundays"),
    ("Listen to the people who live here", "We don’t listen to the people who live here"),
    ("No hidden fees on the bill", "There are hidden fees on your bill"),
    ("A smile for every guest", "Guests without a smile"),
    ("Keep the old recipes", "We cannot keep the old recipes"),
    ("Deliver on the day we promised", "We never deliver on the day we promised"),
    ("Homes that are warm in winter", "Homes that are not warm in winter"),
]


@pytest.mark.parametrize(("wish", "draft"), OPPOSITES)
def test_a_draft_that_says_no_where_people_say_yes(wish: str, draft: str) -> None:
    others = [["The garden is lovely in June"], ["More training for new colleagues"]]
    opposite, *rest = coverage(draft, [[wish], *others])
    assert (opposite.level, opposite.clause) == ("opposite", draft)
    assert [each.level for each in rest] == ["missing", "missing"]
    assert coverage(wish, [[wish], *others])[0].level == "covered"


def test_a_clause_that_agrees_outweighs_one_that_seems_not_to() -> None:
    draft = "Fresh bread every morning, never bread from yesterday"
    (bread,) = coverage(draft, [BREAD])
    assert (bread.level, bread.clause) == ("covered", "Fresh bread every morning")


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("We never lie", True),
        ("We can’t and won’t", False),
        ("Nobody leaves without a smile", False),
        ("Not only bread", False),
        ("We say so when we do not have the part", False),
        ("when we do not have the part", True),
        ("Notes and knots", False),
        ("", False),
    ],
)
def test_what_says_no(text: str, no: bool) -> None:
    assert says_no(text) == no


@pytest.mark.parametrize(
    ("draft", "parts"),
    [
        ("", []),
        (" . ", []),
        ("Warm bread. Honest prices!", ["Warm bread", "Honest prices"]),
        ("Warm bread and honest prices", ["Warm bread and honest prices"]),
        ("Warm bread and prices that are honest", ["Warm bread", "and prices that are honest"]),
        ("When a lift stops, your day stops", ["When a lift stops, your day stops"]),
        ("Bread, warm; cakes — sweet ones", ["Bread, warm; cakes — sweet ones"]),
        ("At 8.30 we open", ["At 8.30 we open"]),
        ("“Bread”\r\nfor all", ["“Bread”", "for all"]),
    ],
)
def test_a_draft_is_taken_apart_clause_by_clause(draft: str, parts: list[str]) -> None:
    assert clauses(draft) == parts


@given(st.text(max_size=200))
def test_clauses_are_parts_of_the_draft_in_order(draft: str) -> None:
    at = 0
    for clause in clauses(draft):
        at = draft.index(clause, at) + len(clause)


# The language


@pytest.mark.parametrize(
    ("texts", "english"),
    [
        (BREAD, True),
        (["Bread"], True),
        (["Parts, parts, parts."], True),
        ([], False),
        (["", "🥐"], False),
        (["面包很好吃"], False),
        (["الغرفة نظيفة"], False),
        (["Wir wollen, dass sich jeder Gast bei uns zu Hause fühlt"], False),
        (["Chaque client doit se sentir chez lui avec nous"], False),
        (["Queremos que cada cliente se sienta en casa"], False),
        (["Vi vil at kundene våre skal føle seg hjemme"], False),
        (["We willen dat elke klant zich bij ons thuis voelt"], False),
        ([*BREAD, "Frisches Brot für alle"], True),
        ([BREAD[0], "Frisches Brot für alle", "Das Brot ist noch warm, wenn ich es kaufe"], False),
    ],
)
def test_whether_people_wrote_english(texts: list[str], english: bool) -> None:
    assert is_english(texts) == english


def test_real_texts_in_english_and_not(shared_data: Path) -> None:
    with bench.BANKING.open(encoding="utf-8", newline="") as file:
        assert is_english(row["text"] for row in csv.DictReader(file))
    arabic = (shared_data / "arabic-hotel" / "AR_HOTE_SB1_TEST.xml").read_text(encoding="utf-8")
    texts = [line for line in arabic.splitlines() if "<text>" in line]
    assert len(texts) > 1000
    assert not is_english(line.replace("<text>", "").replace("</text>", "") for line in texts)


# What it runs on

_THEIRS = """
import json, pathlib, sys, wordllama
folder = pathlib.Path(wordllama.__file__).parent
it = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
print(json.dumps(it.embed(json.load(sys.stdin), norm=True).tolist()))
"""
_LAZY = """
import sys, missions.themes
heavy = ("scipy", "tokenizers", "torch", "wordllama")
print([name for name in heavy if name in sys.modules])
missions.themes.cluster(["Warm bread", "Warm rolls", "Low prices"])
print([name for name in heavy if name in sys.modules])
"""


def test_meanings_are_those_that_wordllama_itself_gives() -> None:
    texts = [*BREAD, *PRICES, "é面🥐", "x"]
    theirs = subprocess.run(
        [sys.executable, "-c", _THEIRS],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = np.array(json.loads(theirs.stdout))
    assert vectors.meanings(texts) == pytest.approx(expected, abs=1e-5)


def test_nothing_is_loaded_until_it_is_used() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", _LAZY],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.splitlines() == ["[]", "['scipy', 'tokenizers']"]


def test_without_wordllama_the_words_alone_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "knows_meaning", lambda: False)
    numbers = Index.of([*BREAD, *PRICES]).tree().cut_into(2)
    assert numbers[:4] != numbers[4:]
    assert coverage("Fresh bread every morning", [BREAD, PRICES])[0].level == "covered"
    assert not vectors.meanings(BREAD).any()


def test_the_bench_measures_agreement_as_defined() -> None:
    same, other = [0, 0, 1, 1, 2, 2], [5, 5, 3, 3, 9, 9]
    assert bench.v_measure(same, other) == bench.adjusted_rand(same, other) == pytest.approx(1)
    # The examples of Rosenberg and Hirschberg's and of Hubert and Arabie's measures in common use.
    assert bench.v_measure([0, 0, 1, 1], [0, 0, 1, 2]) == pytest.approx(0.8)
    assert bench.adjusted_rand([0, 0, 1, 2], [0, 0, 1, 1]) == pytest.approx(0.5714286)
    assert bench.adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)
