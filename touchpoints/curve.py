"""The emotional curve of a journey: nets of its touchpoints in order, laid out for an SVG. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, groupby, pairwise

# More touchpoints than this go on in the next strip.
MOST_COLUMNS = 10
_COLUMN, _LEFT, _RIGHT = 92, 46, 10
_TOP, _PLOT, _LABELS = 42, 190, 70
_LINE_LENGTH, _MOST_LINES = 15, 4
_STAGE_SIGN = 6.2  # about a letter's width in a stage's name
# Through these the curve does not go: nothing sure is known of them.
_GAPS = {"unclear", "split", "hidden"}
FILLS = {
    "misery": ("#8E1526", "#FFFFFF"),
    "leaning_misery": ("#F09A78", "#111111"),
    "mediocrity": ("#F5F5F5", "#111111"),
    "leaning_magic": ("#B5D9EC", "#111111"),
    "magic": ("#3F8FC4", "#111111"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """One touchpoint on the way; net and its bounds in points, None where hidden."""

    stage: str
    name: str
    label: str
    word: str
    cue: str
    net: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A touchpoint in the drawing. `y`, `top` and `bottom` are None where it is hidden."""

    x: float
    y: float | None
    top: float | None
    bottom: float | None
    css: str
    fill: str
    ink: str
    cue: str
    word: str
    gap: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A stage: where it begins, how wide it is, and its name as far as it fits."""

    x: float
    width: float
    name: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """Up to `MOST_COLUMNS` touchpoints side by side, in pixels."""

    width: float
    height: float
    top: float
    bottom: float
    labels: float
    grid: tuple[tuple[float, str], ...]
    bands: tuple[Band, ...]
    path: str
    marks: tuple[Mark, ...]


def strips(stops: Sequence[Stop]) -> Iterator[Strip]:
    """The journey's touchpoints, strip by strip."""
    for part in batched(stops, MOST_COLUMNS):
        yield _strip(part)


def _strip(stops: Sequence[Stop]) -> Strip:
    marks = tuple(_mark(at, stop) for at, stop in enumerate(stops))
    joined = [
        (one, two)
        for one, two in pairwise(marks)
        if not one.gap and not two.gap and one.y is not None and two.y is not None
    ]
    path = ""
    for one, two in joined:
        middle = (one.x + two.x) / 2
        path += (
            f"M{one.x:g} {one.y:g}C{middle:g} {one.y:g} {middle:g} {two.y:g} {two.x:g} {two.y:g}"
        )
    bands, at = [], 0
    for number, (stage, of) in enumerate(groupby(stops, key=lambda stop: stop.stage)):
        count = len(list(of))
        width = count * _COLUMN
        most = int(width / _STAGE_SIGN) - 2
        name = stage if len(stage) <= most else f"{stage[: most - 1]}…"
        bands.append(Band(_LEFT + at * _COLUMN, width, name, odd=bool(number % 2)))
        at += count
    return Strip(
        width=_LEFT + len(stops) * _COLUMN + _RIGHT,
        height=_TOP + _PLOT + _LABELS,
        top=_TOP,
        bottom=_TOP + _PLOT,
        labels=_TOP + _PLOT + 18,
        grid=tuple((_y(net), words) for net, words in ((100, "+100"), (0, "0"), (-100, "−100"))),
        bands=tuple(bands),
        path=path,
        marks=marks,
    )


def _mark(at: int, stop: Stop) -> Mark:
    fill, ink = FILLS.get(stop.label, ("#FFFFFF", "#111111"))
    return Mark(
        x=_LEFT + (at + 0.5) * _COLUMN,
        y=_y(stop.net),
        top=_y(stop.high),
        bottom=_y(stop.low),
        css=f"moment-{stop.label.replace('_', '-')}",
        fill=fill,
        ink=ink,
        cue=stop.cue,
        word=stop.word,
        gap=stop.label in _GAPS,
        lines=_lines(stop.name),
    )


def _y[N: (float, float | None)](net: N) -> N:
    """Where a net lies; +100 is at the top."""
    if net is None:
        return net
    return round(_TOP + 14 + (100 - net) / 200 * (_PLOT - 28), 1)


def _lines(name: str) -> tuple[str, ...]:
    """In lines of a column's width; what is longer is cut, and said in full in the table."""
    words: list[str] = []
    for word in name.split():
        words += [word[at : at + _LINE_LENGTH] for at in range(0, len(word), _LINE_LENGTH)]
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= _LINE_LENGTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][: _LINE_LENGTH - 1]}…"]
    return tuple(lines)
