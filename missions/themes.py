"""Themes among what many people wrote, and how far a draft takes them up: always only a guess.

`cluster` and `coverage` are the whole in one call each. On a board that is asked again and again,
`Index` keeps the vectors of the phrases and `Index.tree` every grouping from finest to coarsest;
both can be pickled. They work for English; ask `missions.english.is_english` first. Other languages
are grouped by their own stems (`Index.of`).
"""

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from missions import vectors
from missions.clarity import without_names
from missions.clauses import clauses, says_no
from missions.vectors import Floats

type Stems = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""The stems of each of the texts, without the words that say nothing."""
type Level = Literal["covered", "partly", "missing", "opposite"]

TRAY = -1

# A phrase is drawn halfway to its nearest neighbours before it is grouped.
_NEIGHBOURS = 5
_DRAWN = np.float32(0.5)
# Ward's distance at which themes stop being joined, at the middle of the slider, for one phrase.
# Calibrated on banking77 and bg2050, from 9 to 3,080 phrases; see docs/decisions/0012.
_DISTANCE = 0.764
_GROWTH = 0.25
_REACH = 4.0
# The mean likeness within a theme below which, at the middle of the slider, it is no theme.
_COHESION = 0.1
_SMALL_BOARD = 40
# On drafts of three held-out messages, among 20 themes that are near each other, 87 % of the themes
# meant and 5 % of the others reach the first; 97 % and 13 % the second (`manage.py bench mission`).
COVERED = 0.45
PARTLY = 0.32
_AT_ONCE = 512
# More than any mission has; a page pasted in must not hold up a keystroke.
_CLAUSES = 150


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a draft takes up one theme.

    `score` in 0..1 is the likeness of the draft's nearest clause, `clause`, a part of the draft
    word for word ("" when the theme is missing). "opposite" means that this clause says no where
    the theme's nearest phrases do not, or the other way round: it may say the opposite.
    """

    level: Level
    score: float
    clause: str


def cluster(
    phrases: Sequence[str], *, names: Sequence[str] = (), coarseness: float = 0.5
) -> list[int]:
    """A theme number per phrase, the largest theme 0; -1 for those that fit none.

    `names`, the organisation's own, are left out of the comparison. `coarseness` in 0..1 goes from
    many narrow themes to few broad ones. The same phrases always give the same themes.
    """
    return Index.of(phrases, names=names).tree().cut(coarseness)


def coverage(draft: str, themes: Sequence[Sequence[str]]) -> list[Coverage]:
    """How far the draft takes up each theme, given as its phrases; in the themes' order."""
    index = Index.of([phrase for theme in themes for phrase in theme])
    ends = np.cumsum([len(theme) for theme in themes]).tolist()
    return index.coverage(
        draft, [range(end - len(theme), end) for end, theme in zip(ends, themes, strict=True)]
    )


@dataclass(frozen=True, slots=True)
class Index:
    """Phrases, read once. Positions in it are the phrases' positions."""

    vectors: Floats
    """Unit vectors, (phrases, features); zeros for a phrase without a word."""
    negated: npt.NDArray[np.bool_]
    shared: Floats
    weights: dict[str, float]
    names: tuple[str, ...]

    @classmethod
    def of(
        cls, phrases: Sequence[str], *, names: Sequence[str] = (), stems: Stems | None = None
    ) -> "Index":
        """About 0.1 ms CPU a phrase. `stems` are those of another language than English, whose
        words then count for more, since the table of meanings knows little of it; such an index
        groups, and is not asked for coverage."""
        texts = [without_names(phrase, names) for phrase in phrases]
        meanings = vectors.meanings(texts)
        shared = vectors.centre(meanings)
        stemmed = stems(texts) if stems else [vectors.stems(text) for text in texts]
        weights = vectors.rarity(stemmed)
        combined = vectors.combined(
            stemmed,
            meanings,
            shared=shared,
            weights=weights,
            seen=len(texts),
            share=vectors.SHARE_ELSEWHERE if stems else vectors.SHARE,
        )
        telling = stemmed if stems else [vectors.has_words(text) for text in texts]
        combined[[not words for words in telling]] = 0
        return cls(
            combined,
            np.array([says_no(text) for text in texts], dtype=np.bool_),
            shared,
            weights,
            tuple(names),
        )

    def tree(self) -> "Tree":
        """Every grouping of these phrases; about 2.5 s CPU and 350 MB for 5,000 phrases."""
        readable = np.flatnonzero(self.vectors.any(axis=1))
        plain = self.vectors[readable]
        merges = _ward(_drawn_to_neighbours(plain)) if len(plain) > 1 else np.zeros((0, 4))
        return Tree(self.vectors, readable, merges, _cohesion(plain, merges))

    def coverage(
        self,
        draft: str,
        themes: Sequence[Sequence[int]],
        *,
        leaving_out: Mapping[int, Collection[str]] | None = None,
    ) -> list[Coverage]:
        """How far the draft takes up each theme, given as positions; in the themes' order.

        A phrase may sit in several themes, and the phrases of one voice may be given as a theme.
        `leaving_out` are clauses of the draft that are not asked, by the theme's place.
        """
        said = clauses(draft)[:_CLAUSES]
        compared = [without_names(clause, self.names) for clause in said]
        clear = [at for at, clause in enumerate(compared) if vectors.has_words(clause)]
        if not clear:
            return [Coverage("missing", 0.0, "") for _ in themes]
        said = [said[at] for at in clear]
        compared = [compared[at] for at in clear]
        query = vectors.combined(
            [vectors.stems(clause) for clause in compared],
            vectors.meanings(compared),
            shared=self.shared,
            weights=self.weights,
            seen=len(self.vectors),
        )
        likeness = query @ self.vectors.T
        negated = np.array([says_no(clause) for clause in said])
        found = []
        for place, theme in enumerate(themes):
            positions = np.array(theme, dtype=np.intp)
            left_out = (leaving_out or {}).get(place, ())
            asked = [at for at, clause in enumerate(said) if clause not in left_out]
            if len(asked) == len(said):
                found.append(self._taken_up(said, negated, query, likeness, positions))
            elif asked:
                of = [said[at] for at in asked]
                found.append(
                    self._taken_up(of, negated[asked], query[asked], likeness[asked], positions)
                )
            else:
                found.append(Coverage("missing", 0.0, ""))
        return found

    def _taken_up(
        self,
        said: Sequence[str],
        negated: npt.NDArray[np.bool_],
        query: Floats,
        likeness: Floats,
        theme: npt.NDArray[np.intp],
    ) -> Coverage:
        if not theme.size:
            return Coverage("missing", 0.0, "")
        middle = vectors.unit(self.vectors[theme].sum(axis=0, keepdims=True))[0]
        to_phrases = likeness[:, theme]
        scores = ((query @ middle + to_phrases.max(axis=1)) / 2).clip(0, 1)
        best = int(scores.argmax())
        score = round(float(scores[best]), 3)
        if score < PARTLY:
            return Coverage("missing", score, "")
        # Only what is near enough is asked whether it says no.
        near = np.flatnonzero(scores >= PARTLY)
        nearest = theme[np.argsort(-to_phrases[near], axis=1, kind="stable")[:, :3]]
        contrary = np.zeros(len(said), dtype=np.bool_)
        contrary[near] = negated[near] != (self.negated[nearest].mean(axis=1) > 0.5)
        # A clause that agrees outweighs a nearer one that seems not to, if it covers the theme.
        agreeing = np.where(contrary, 0, scores)
        if contrary[best] and agreeing.max() < COVERED:
            return Coverage("opposite", score, said[best])
        best = int(agreeing.argmax())
        score = round(float(scores[best]), 3)
        return Coverage("covered" if score >= COVERED else "partly", score, said[best])


@dataclass(frozen=True, slots=True)
class Tree:
    """Phrases joined two groups at a time, the likest first: cut it as coarse as wanted."""

    vectors: Floats
    readable: npt.NDArray[np.intp]
    """Positions of the phrases that have words; the others are always in the tray."""
    merges: npt.NDArray[np.float64]
    """As scipy's linkage: the two groups, their distance, the size of both together."""
    cohesion: Floats
    """Mean likeness of any two phrases in each group; 1 for a phrase alone."""

    def cut(self, coarseness: float = 0.5) -> list[int]:
        """A theme number per phrase, the largest theme 0; -1 for the tray. `coarseness` in 0..1.

        A group that is loose is no theme: its parts are tried instead, down to three phrases (two
        on a small board); what is left over goes to the tray, as do phrases that fit their theme
        badly. About 20 ms CPU for 5,000 phrases.
        """
        if not 0 <= coarseness <= 1:
            raise ValueError("coarseness is between 0 and 1")
        n = len(self.readable)
        distance = _DISTANCE * n**_GROWTH * _REACH ** (coarseness - 0.5)
        loose = _COHESION * 2 * (1 - coarseness)
        least = 2 if n < _SMALL_BOARD else 3
        themes = []
        waiting = [2 * n - 2] if n > 1 else []
        while waiting:
            group = waiting.pop()
            if group < n or self.merges[group - n, 3] < least:
                continue
            if self.merges[group - n, 2] <= distance and self.cohesion[group] >= loose:
                kept = self._fitting(self._phrases(group), loose / 3)
                if len(kept) >= least:
                    themes.append(kept)
            else:
                waiting.extend(self._halves(group))
        return self._numbered(themes)

    def cut_into(self, themes: int) -> list[int]:
        """That many themes, or as many as there are phrases; only wordless phrases are -1."""
        if themes < 1:
            raise ValueError("at least one theme")
        n = len(self.readable)
        # The group whose halves are farthest apart is taken apart next.
        groups = [(-self._distance(2 * n - 2), 2 * n - 2)] if n else []
        while groups and len(groups) < min(themes, n):
            _, group = heapq.heappop(groups)
            for half in self._halves(group):
                heapq.heappush(groups, (-self._distance(half), half))
        return self._numbered([self._phrases(group) for _, group in groups])

    def _distance(self, group: int) -> float:
        n = len(self.readable)
        return float(self.merges[group - n, 2]) if group >= n else -1.0

    def _halves(self, group: int) -> tuple[int, int]:
        first, second = self.merges[group - len(self.readable), :2]
        return int(first), int(second)

    def _phrases(self, group: int) -> list[int]:
        n = len(self.readable)
        found, waiting = [], [group]
        while waiting:
            part = waiting.pop()
            if part < n:
                found.append(part)
            else:
                waiting.extend(self._halves(part))
        return sorted(found)

    def _fitting(self, theme: list[int], least: float) -> list[int]:
        """Those whose mean likeness to the others of the theme is at least that."""
        plain = self.vectors[self.readable[theme]]
        likeness = (plain @ plain.sum(axis=0) - 1) / (len(theme) - 1)
        return [phrase for phrase, fit in zip(theme, likeness, strict=True) if fit >= least]

    def _numbered(self, themes: list[list[int]]) -> list[int]:
        numbers = np.full(len(self.vectors), TRAY)
        for number, theme in enumerate(sorted(themes, key=lambda it: (-len(it), it))):
            numbers[self.readable[theme]] = number
        found: list[int] = numbers.tolist()
        return found


def _drawn_to_neighbours(plain: Floats) -> Floats:
    """Each phrase halfway to the mean of its neighbours: short texts name the same thing in
    different words, and what lies between two of them is often a third."""
    n = len(plain)
    neighbours = min(_NEIGHBOURS, n - 1)
    drawn = np.empty_like(plain)
    for start in range(0, n, _AT_ONCE):
        block = plain[start : start + _AT_ONCE]
        likeness = block @ plain.T
        rows = np.arange(len(block))
        likeness[rows, start + rows] = -2
        nearest = np.argpartition(-likeness, neighbours - 1, axis=1)[:, :neighbours]
        weights = np.take_along_axis(likeness, nearest, axis=1).clip(0)
        pull = vectors.unit(np.einsum("pk,pkf->pf", weights, plain[nearest]))
        drawn[start : start + _AT_ONCE] = (1 - _DRAWN) * block + _DRAWN * pull
    return vectors.unit(drawn)


def _ward(plain: Floats) -> npt.NDArray[np.float64]:
    from scipy.cluster.hierarchy import linkage  # noqa: PLC0415  (slow to load, seldom used)

    n = len(plain)
    distances = np.empty(n * (n - 1) // 2)
    at = 0
    for start in range(0, n, _AT_ONCE):
        block = 2 - 2 * (plain[start : start + _AT_ONCE] @ plain.T)
        for row, squares in enumerate(np.sqrt(block.clip(0)), start):
            distances[at : at + n - row - 1] = squares[row + 1 :]
            at += n - row - 1
    merges: npt.NDArray[np.float64] = linkage(distances, "ward")
    return merges


def _cohesion(plain: Floats, merges: npt.NDArray[np.float64]) -> Floats:
    n = len(plain)
    sums = np.concatenate([plain, np.empty((len(merges), plain.shape[1]), np.float32)])
    for group, (first, second) in enumerate(merges[:, :2].astype(np.intp), n):
        sums[group] = sums[first] + sums[second]
    sizes = np.concatenate([np.ones(n), merges[:, 3]])
    pairs = sizes * (sizes - 1)
    likeness = (np.einsum("gf,gf->g", sums, sums) - sizes) / np.maximum(pairs, 1)
    found: Floats = np.where(pairs > 0, likeness, 1).astype(np.float32)
    return found
