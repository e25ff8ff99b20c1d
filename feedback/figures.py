"""A closed round's results, ready to be shown: every figure with its n and its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback.forms import CHOICES
from feedback.models import Question, Round
from touchpoints.moments import classify, moment_of

_ORDER = ("misery", "mediocrity", "magic")


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer offered: how many gave it, and their share in percent."""

    label: str
    n: int
    percent: float


@dataclass(frozen=True, slots=True)
class Result:
    """One question's figures.

    Nets are in points, -100 to 100, with their interval; they and the mean are None where there is
    no such figure. Of a confidential round, `held_back` says that too few answered this, or that no
    count of it could be shown without telling whose it is; `band` names the answers that nearly
    everyone gave, where that is all that may be said.
    """

    question: Question
    n: int
    bars: tuple[Bar, ...]
    label: str
    net: float | None
    low: float | None
    high: float | None
    mean: float | None
    held_back: bool
    band: str = ""

    @property
    def net_words(self) -> str:
        return _signed(self.net)

    @property
    def interval_words(self) -> str:
        return f"{_signed(self.low)} to {_signed(self.high)}"


def _signed(net: float | None) -> str:
    """A net in points as it is printed: +41, 0, −12."""
    points = 0 if net is None else round(net)
    return f"{points:+d}".replace("-", "−") if points else "0"


def results_of(found: Round, questions: Sequence[Question]) -> list[Result]:
    """What closing the round stored, question by question; nothing before."""
    if found.results is None:
        return []
    stored = found.results["questions"]
    return [_result(question, stored.get(question.key), found) for question in questions]


def _result(question: Question, stored: dict[str, object] | None, found: Round) -> Result:
    counts: dict[str, int] = stored.get("counts", {}) if stored else {}  # type: ignore[assignment]
    n: int = stored["n"] if stored else 0  # type: ignore[assignment]
    held_back = stored is None and found.confidential
    if stored and "band" in stored:
        labels = {str(value): label for value, label in CHOICES[question.kind]}
        band = " or ".join(dict.fromkeys(labels[value] for value in stored["band"]))  # type: ignore[attr-defined]
        return Result(question, n, (), "", None, None, None, None, held_back, band)
    if question.is_text or not counts:
        return Result(question, n, (), "", None, None, None, None, held_back)
    bars = tuple(
        Bar(label, counts.get(value, 0), 100 * counts.get(value, 0) / n)
        for value, label in CHOICES[question.kind]
    )
    if question.kind in Question.CHOOSING_KINDS:
        return Result(question, n, bars, "", None, None, None, None, held_back)
    by_moment = dict.fromkeys(_ORDER, 0)
    for value, count in counts.items():
        of_scale = value if question.kind == Question.Kind.MOMENT else int(value)
        by_moment[moment_of(question.scale, of_scale)] += count
    moments = classify(np.array([[by_moment[name] for name in _ORDER]]))
    mean = None
    if question.kind != Question.Kind.MOMENT:
        mean = sum(int(value) * count for value, count in counts.items()) / n
    return Result(
        question,
        n,
        bars,
        str(moments.label[0]),
        100 * float(moments.net[0]),
        100 * float(moments.low[0]),
        100 * float(moments.high[0]),
        mean,
        held_back,
    )
