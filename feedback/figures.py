"""A closed round's results, ready to be shown: every figure with its n and its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback import kinds, measures
from feedback.measures import MEAN, NET, Estimate, Measure
from feedback.models import Question, Round
from feedback.slices import Answered
from feedback.spoken import label_of
from touchpoints.moments import wilson


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer offered: how many gave it, and their share in percent with its interval."""

    label: str
    n: int
    percent: float
    low: float
    high: float


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
    bars: tuple[Bar, ...] = ()
    net: float | None = None
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    held_back: bool = False
    band: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def of_choices(self) -> bool:
        """Whether each share stands for itself, and has an interval."""
        return self.net is None and self.mean is None

    @property
    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Each answer as it is printed: its words, a level for a meter from 0 to 100, how many, in
        percent, and the interval where shares stand for themselves, as no net or mean tells them
        in one figure."""
        return [
            (
                bar.label,
                f"{bar.percent:.2f}",
                f"{bar.n:,}",
                f"{bar.percent:.0f}%",
                f"{bar.low:.0f} to {bar.high:.0f}%" if self.of_choices else "",
            )
            for bar in self.bars
        ]

    @property
    def n_words(self) -> str:
        return f"{self.n:,}"

    @property
    def net_name(self) -> str:
        """Of "would you recommend us?" the net is the net promoter score."""
        return "NPS" if self.question.kind == kinds.RECOMMEND else "net"

    @property
    def net_words(self) -> str:
        return signed(self.net)

    @property
    def interval_words(self) -> str:
        return f"{signed(self.low)} to {signed(self.high)}"

    @property
    def drawn_net(self) -> str:
        """Where the net stands in the drawing, as its ends do."""
        return _drawn(self.net)

    @property
    def drawn_low(self) -> str:
        return _drawn(self.low)

    @property
    def drawn_high(self) -> str:
        return _drawn(self.high)

    @property
    def mean_words(self) -> str:
        return "" if self.mean is None else f"{self.mean:.1f}"

    @property
    def mean_interval_words(self) -> str:
        if self.mean_low is None or self.mean_high is None:
            return ""
        return f"{self.mean_low:.1f} to {self.mean_high:.1f}"


def _drawn(points: float | None) -> str:
    return "" if points is None else f"{points:.1f}"


def signed(net: float | None) -> str:
    """A net in points as it is printed: +41, 0, −12."""
    points = 0 if net is None else round(net)
    return f"{points:+d}".replace("-", "−") if points else "0"


def results_of(
    found: Round,
    questions: Sequence[Question],
    part: Mapping[str, Answered | None] | None = None,
) -> list[Result]:
    """What closing the round stored, question by question; nothing before. `part` gives the
    answers of a part of the round in place of the whole, None where they are not shown."""
    if found.results is None:
        return []
    stored = found.results["questions"]
    results = []
    for question in questions:
        if part is None:
            results.append(_result(question, stored.get(question.key), found))
        elif (answered := part.get(question.key)) is None:
            results.append(Result(question, 0, held_back=True))
        else:
            n, counts = answered
            results.append(_result(question, {"n": n, "counts": counts}, found))
    return results


def _result(question: Question, stored: dict[str, object] | None, found: Round) -> Result:
    counts: dict[str, int] = stored.get("counts", {}) if stored else {}  # type: ignore[assignment]
    n: int = stored["n"] if stored else 0  # type: ignore[assignment]
    held_back = stored is None and found.confidential
    if stored and "band" in stored:
        by_value = dict(labels_of(question))
        band = " or ".join(dict.fromkeys(by_value[value] for value in stored["band"]))  # type: ignore[attr-defined]
        return Result(question, n, held_back=held_back, band=band)
    if question.is_text or not counts:
        return Result(question, n, held_back=held_back)
    if question.kind == kinds.RANKING:
        return Result(question, n, _ranking(question, n, counts), held_back=held_back)
    labels = labels_of(question)
    left_out: tuple[str, ...] = ()
    if question.kind == kinds.SEVERAL and found.confidential:
        left_out = tuple(label for value, label in labels if value not in counts)
        labels = [(value, label) for value, label in labels if value in counts]
    net = mean = Estimate(0, None, None)
    is_rating, is_number = question.kind in kinds.RATING, question.kind in kinds.NUMBERS
    if is_rating:
        net = measures.estimate(Measure(NET), question.kind, counts, n) or net
    if is_number:
        mean = measures.estimate(Measure(MEAN), question.kind, counts, n) or mean
    return Result(
        question,
        n,
        tuple(_bar(label, counts.get(value, 0), n) for value, label in labels),
        net=net.value if is_rating else None,
        low=net.low,
        high=net.high,
        mean=mean.value if is_number else None,
        mean_low=mean.low,
        mean_high=mean.high,
        held_back=held_back,
        left_out=left_out,
    )


def _bar(label: str, chosen: int, n: int) -> Bar:
    low, high = wilson(chosen, n)
    return Bar(label, chosen, 100 * chosen / n, 100 * low, 100 * high)


def labels_of(question: Question) -> list[tuple[str, str]]:
    """The values that may be chosen, in their order, with what they say."""
    if question.kind in kinds.WITH_OPTIONS:
        return [(option["key"], option["text"]) for option in question.options]
    values = kinds.values_of(question)
    labels = {str(value): label_of("en", question.kind, value) for value in values}
    if question.kind in kinds.NUMBERS:
        for value, own in ((values[0], question.low_end), (values[-1], question.high_end)):
            if own and labels[str(value)] != str(value):
                labels[str(value)] = f"{value}: {own}" if question.kind in kinds.ROWS else own
    return list(labels.items())


def _ranking(question: Question, n: int, counts: dict[str, int]) -> tuple[Bar, ...]:
    """Each thing ranked with how many put it first, the best placed on top.

    Left out counts as the last of the places that were left, so that what few ranked high does not
    come before what many ranked second.
    """
    options = labels_of(question)
    last = len(options)
    places: dict[str, float] = {}
    for key, _ in options:
        given = {place: counts.get(f"{key}:{place}", 0) for place in range(1, last + 1)}
        left_out = n - sum(given.values())
        total = sum(place * count for place, count in given.items()) + last * left_out
        places[key] = total / n
    best = sorted(options, key=lambda option: places[option[0]])
    return tuple(
        _bar(f"{label} (place {places[key]:.1f} on average)", counts.get(f"{key}:1", 0), n)
        for key, label in best
    )
