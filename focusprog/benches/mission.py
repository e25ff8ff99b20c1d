"""How well and how fast phrases are grouped into themes and a draft is held against them.

Quality on banking77, 12 labels of 15 messages in ten draws, where the shared data folder is beside
this checkout; speed on phrases made here. Beside them the CPU time of a bare matrix product.
"""

import csv
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt

from focusprog.benches.keystrokes import key_to_marks
from missions import themes, vectors

BANKING = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "banking77" / "banking_data_test.csv"
)
DRAWS = 10
_KEYS = 40
DRAFT = (
    "When a lift stops, someone’s day stops. We get people moving again, and we tell them honestly "
    "when. Every visit leaves the house quieter than we found it."
)
_WHO = ("customers", "the people here", "our neighbours", "families", "old guests", "new members")
_WANT = ("wish for", "need", "told us about", "are glad of", "wait too long for", "miss", "praise")
_WHAT = (
    "an honest answer", "warm bread", "a quick repair", "the right part", "somebody on the phone",
    "a clear invoice", "clean stairs", "a seat by the window", "opening hours on Sunday",
    "prices they can pay", "a kind word", "help with the form", "parking near the door",
)  # fmt: skip
_WHEN = ("in the morning", "at night", "in winter", "when they are ill", "on the phone", "at home")


def run(scale: float) -> dict[str, float | int | str]:
    """V-measure and adjusted Rand index (`found_` where the number of themes was not given), CPU
    milliseconds of a coverage, CPU seconds of a board, and what `key_to_marks` tells; `scale`
    multiplies the 5,000 phrases."""
    phrases = made_up(round(5000 * scale))
    figures: dict[str, float | int | str] = {"phrases": len(phrases)}
    if BANKING.is_file():
        figures |= quality() | coverage_quality()
    else:
        figures["quality"] = "no banking77 beside this checkout"
    vectors.meanings(["once, to load it"])
    bare = np.ones((len(phrases), 512), np.float32)
    figures["bare_cpu_s"] = round(_cpu(lambda: bare @ bare.T), 3)

    began = time.process_time()
    index = themes.Index.of(phrases)
    tree = index.tree()
    found = tree.cut()
    figures["board_5000_cpu_s"] = round(time.process_time() - began, 2)
    figures["board_themes"] = max(found) + 1
    figures["slider_cpu_ms"] = round(1000 * _cpu(lambda: tree.cut(0.3)), 1)

    grouped = defaultdict(list)
    for position, theme in enumerate(found):
        grouped[theme].append(position)
    groups = [grouped[theme] for theme in sorted(grouped)]
    costs = [_cpu(lambda: index.coverage(DRAFT, groups)) for _ in range(20)]
    figures["coverage_cpu_ms"] = round(1000 * fmean(costs), 1)
    return figures | key_to_marks(len(phrases), keys=max(5, round(_KEYS * scale)))


def quality(seeds: Sequence[int] = range(DRAWS)) -> dict[str, float]:
    """Means over the draws."""
    given, found = [], []
    for seed in seeds:
        phrases, labels = draw(seed)
        tree = themes.Index.of(phrases).tree()
        into, cut = tree.cut_into(12), tree.cut()
        given.append((v_measure(labels, into), adjusted_rand(labels, into)))
        found.append((v_measure(labels, cut), adjusted_rand(labels, cut), max(cut) + 1))
    return {
        "v_measure": round(fmean(each[0] for each in given), 3),
        "ari": round(fmean(each[1] for each in given), 3),
        "found_v_measure": round(fmean(each[0] for each in found), 3),
        "found_ari": round(fmean(each[1] for each in found), 3),
        "found_themes": round(fmean(each[2] for each in found), 1),
    }


def coverage_quality(drafts: int = 30) -> dict[str, float]:
    """Drafts of three messages held out from 20 themes of 12: the mean average precision of the
    themes' order, and the share of the themes meant and of the others that reach each level."""
    precision: list[float] = []
    meant: list[float] = []
    others: list[float] = []
    for seed in range(drafts):
        phrases, labels = draw(seed, themes=20, phrases=13)
        members = [[at for at, label in enumerate(labels) if label == n] for n in range(20)]
        draft = ". ".join(phrases[each[-1]].rstrip(".?!") for each in members[:3])
        found = themes.coverage(draft, [[phrases[at] for at in each[:-1]] for each in members])
        scores = [each.score for each in found]
        meant += scores[:3]
        others += scores[3:]
        order = sorted(range(20), key=lambda theme: -scores[theme])
        ranks = sorted(order.index(theme) + 1 for theme in range(3))
        precision.append(fmean(n / rank for n, rank in enumerate(ranks, 1)))
    return {
        "coverage_map": round(fmean(precision), 3),
        "meant_covered": round(fmean(each >= themes.COVERED for each in meant), 3),
        "meant_partly": round(fmean(each >= themes.PARTLY for each in meant), 3),
        "others_covered": round(fmean(each >= themes.COVERED for each in others), 3),
        "others_partly": round(fmean(each >= themes.PARTLY for each in others), 3),
    }


def draw(seed: int, *, themes: int = 12, phrases: int = 15) -> tuple[list[str], list[int]]:
    """Shuffled messages of banking77 and the number of each one's label."""
    by_label = defaultdict(list)
    with BANKING.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_label[row["category"]].append(row["text"])
    chance = random.Random(seed)  # noqa: S311  (draws that can be repeated)
    drawn = [
        (message, number)
        for number, label in enumerate(chance.sample(sorted(by_label), themes))
        for message in chance.sample(by_label[label], phrases)
    ]
    chance.shuffle(drawn)
    return [message for message, _ in drawn], [number for _, number in drawn]


def made_up(phrases: int) -> list[str]:
    """Sentences from a small store of words."""
    chance = random.Random(1)  # noqa: S311  (draws that can be repeated)
    return [
        f"{chance.choice(_WHO)} {chance.choice(_WANT)} {chance.choice(_WHAT)} "
        f"{chance.choice(_WHEN)} and {chance.choice(_WHAT)}".capitalize()
        for _ in range(phrases)
    ]


def v_measure(true: Sequence[int], found: Sequence[int]) -> float:
    """The harmonic mean of homogeneity and completeness; 0..1."""
    shares = _together(true, found) / len(true)
    by_true, by_found = shares.sum(axis=1), shares.sum(axis=0)
    both = shares > 0
    mutual = (shares[both] * np.log((shares / np.outer(by_true, by_found))[both])).sum()
    entropies = -(by_true * np.log(by_true)).sum() - (by_found * np.log(by_found)).sum()
    return float(2 * mutual / entropies) if entropies else 1.0


def adjusted_rand(true: Sequence[int], found: Sequence[int]) -> float:
    """The share of pairs treated alike, less what chance gives; at most 1."""
    together = _together(true, found)
    pairs, by_true, by_found, every = (
        (counts * (counts - 1) / 2).sum()
        for counts in (
            together, together.sum(axis=1), together.sum(axis=0), np.array([len(true)])
        )
    )  # fmt: skip
    chance = by_true * by_found / every
    most = (by_true + by_found) / 2
    return float((pairs - chance) / (most - chance)) if most != chance else 1.0


def _together(true: Sequence[int], found: Sequence[int]) -> npt.NDArray[np.float64]:
    rows = np.unique(true, return_inverse=True)[1]
    columns = np.unique(found, return_inverse=True)[1]
    counts = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(counts, (rows, columns), 1)
    return counts


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
