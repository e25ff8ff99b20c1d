"""Two parts compared question by question, in words; what differs is told only after false
discoveries are controlled over everything that was compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback import measures
from feedback.figures import labels_of, signed
from feedback.measures import MEAN, NET, Difference, Measure
from feedback.models import Question
from feedback.slices import Part
from touchpoints.moments import discoveries


@dataclass(frozen=True, slots=True)
class Told:
    """One figure in words: "+41", "3.8" or "62%", with its interval and n."""

    words: str
    interval: str
    n: int
    value: float
    low: float | None
    high: float | None

    @property
    def in_full(self) -> str:
        """Its interval and its n."""
        n = f"n\u00a0=\u00a0{self.n:,}"  # one word, wherever the line ends
        return f"{self.interval}; {n}" if self.interval else n


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of two parts; `real` where they differ by more than chance is likely to."""

    measure: Measure
    label: str
    first: Told | None
    second: Told | None
    difference: Difference | None
    real: bool

    @property
    def verdict(self) -> str:
        if self.difference is None:
            return "not compared: too few answers"
        if not self.real:
            return "no detectable difference"
        way = "higher" if self.difference.difference > 0 else "lower"
        return f"{way} by {_size(self.measure, abs(self.difference.difference))}"

    @property
    def change(self) -> str:
        """The same where the second came after the first."""
        if self.difference is None:
            return ""
        if not self.real:
            return "no detectable change"
        way = "up" if self.difference.difference > 0 else "down"
        return f"{way} {_size(self.measure, abs(self.difference.difference))}"

    @property
    def between(self) -> str:
        """The interval of the difference."""
        if self.difference is None:
            return ""
        low, high = self.difference.low, self.difference.high
        if self.measure.what == MEAN:
            return f"{low:+.1f} to {high:+.1f}".replace("-", "−")
        return f"{signed(low)} to {signed(high)}"


def tell(measure: Measure, kind: str, answered: tuple[int, measures.Counts] | None) -> Told | None:
    """A figure in words; None where there is none."""
    if answered is None:
        return None
    n, counts = answered
    found = measures.estimate(measure, kind, counts, n)
    if found is None:
        return None
    interval = ""
    if found.low is not None and found.high is not None:
        interval = f"{_words(measure, found.low)} to {_words(measure, found.high)}"
    return Told(_words(measure, found.value), interval, n, found.value, found.low, found.high)


def label_for(measure: Measure, question: Question) -> str:
    """What a figure is of its question: "NPS", "net", "mean", or the answer whose share it is."""
    if measure.what == NET:
        return "NPS" if question.kind == Question.Kind.RECOMMEND else "net"
    if measure.what == MEAN:
        return "mean"
    value = measure.value.removesuffix(":1")
    label = dict(labels_of(question)).get(value, value)
    return f"{label} first" if measure.value.endswith(":1") else label


def measures_for(question: Question) -> list[Measure]:
    return measures.measures_of(question.kind, [value for value, _ in labels_of(question)])


def headline(question: Question) -> Measure | None:
    """The one figure that stands for a question; none for a choice of many."""
    found = measures_for(question) if not question.is_text else []
    return found[0] if len(found) == 1 else None


def compare(questions: Sequence[Question], first: Part, second: Part) -> dict[str, list[Compared]]:
    """Every figure that both parts may show, by the question's key."""
    rows: list[tuple[Question, Measure, Told | None, Told | None, Difference | None]] = []
    for question in questions:
        one, other = first.get(question.key), second.get(question.key)
        if one is None and other is None:
            continue
        for measure in measures_for(question):
            apart = None
            if one is not None and other is not None:
                apart = measures.difference(measure, question.kind, one, other)
            told, other_told = (tell(measure, question.kind, part) for part in (one, other))
            rows.append((question, measure, told, other_told, apart))
    compared = [row for row in rows if row[-1] is not None]
    real = discoveries(np.array([row[-1].p for row in compared if row[-1] is not None]))
    differs = {id(row) for row, it in zip(compared, real, strict=True) if it}
    found: dict[str, list[Compared]] = {}
    for row in rows:
        question, measure, one_told, other_told, apart = row
        found.setdefault(question.key, []).append(
            Compared(
                measure,
                label_for(measure, question),
                one_told,
                other_told,
                apart,
                id(row) in differs,
            )
        )
    return found


def _words(measure: Measure, value: float) -> str:
    if measure.what == NET:
        return signed(value)
    return f"{value:.1f}" if measure.what == MEAN else f"{value:.0f}%"


def _size(measure: Measure, size: float) -> str:
    if measure.what == MEAN:
        return f"{size:.1f}"
    points = round(size)
    return f"{points} point{'' if points == 1 else 's'}"
