"""A closed round's results, ready to be shown: every figure with its n and its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback import kinds
from feedback.models import Question, Round
from feedback.spoken import label_of
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
    everyone gave, where that is all that may be said, and `left_out` the options that nearly
    everyone or nearly nobody chose.
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
    left_out: tuple[str, ...] = ()

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
        by_value = dict(_labels(question))
        band = " or ".join(dict.fromkeys(by_value[value] for value in stored["band"]))  # type: ignore[attr-defined]
        return Result(question, n, (), "", None, None, None, None, held_back, band)
    if question.is_text or not counts:
        return Result(question, n, (), "", None, None, None, None, held_back)
    if question.kind == kinds.RANKING:
        return _ranking(question, n, counts, held_back)
    labels = _labels(question)
    left_out: tuple[str, ...] = ()
    if question.kind == kinds.SEVERAL and found.confidential:
        left_out = tuple(label for value, label in labels if value not in counts)
        labels = [(value, label) for value, label in labels if value in counts]
    bars = tuple(
        Bar(label, counts.get(value, 0), 100 * counts.get(value, 0) / n) for value, label in labels
    )
    mean = None
    if question.kind in kinds.NUMBERS:
        mean = sum(int(value) * count for value, count in counts.items()) / n
    if question.kind not in kinds.RATING:
        return Result(question, n, bars, "", None, None, None, mean, held_back, left_out=left_out)
    by_moment = dict.fromkeys(_ORDER, 0)
    for value, count in counts.items():
        of_scale = value if question.kind == Question.Kind.MOMENT else int(value)
        by_moment[moment_of(question.scale, of_scale)] += count
    moments = classify(np.array([[by_moment[name] for name in _ORDER]]))
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


def _labels(question: Question) -> list[tuple[str, str]]:
    """The values that may be chosen, in their order, with what they say."""
    if question.kind in kinds.WITH_OPTIONS:
        return [(option["key"], option["text"]) for option in question.options]
    return [
        (str(value), label_of("en", question.kind, value)) for value in kinds.values_of(question)
    ]


def _ranking(question: Question, n: int, counts: dict[str, int], held_back: bool) -> Result:
    """Each thing ranked with how many put it first, the best placed on top.

    Left out counts as the last of the places that were left, so that what few ranked high does not
    come before what many ranked second.
    """
    options = _labels(question)
    last = len(options)
    places: dict[str, float] = {}
    for key, _ in options:
        given = {place: counts.get(f"{key}:{place}", 0) for place in range(1, last + 1)}
        left_out = n - sum(given.values())
        total = sum(place * count for place, count in given.items()) + last * left_out
        places[key] = total / n
    best = sorted(options, key=lambda option: places[option[0]])
    bars = tuple(
        Bar(
            f"{label} (place {places[key]:.1f} on average)",
            counts.get(f"{key}:1", 0),
            100 * counts.get(f"{key}:1", 0) / n,
        )
        for key, label in best
    )
    return Result(question, n, bars, "", None, None, None, None, held_back)
