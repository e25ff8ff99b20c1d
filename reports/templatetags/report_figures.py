"""Figures as a report writes them, on the page and in print."""

from django import template

from reports import words

register = template.Library()

CUES = {
    "misery": "▼",
    "leaning_misery": "▽",
    "mediocrity": "○",
    "leaning_magic": "△",
    "magic": "★",
    "unclear": "?",
    "split": "⇄",
    "hidden": "",
}


@register.filter
def points(value: float | str | None) -> str:
    """A net: +12, −42, 0; nothing where there is none (a template says "" for what is missing)."""
    return "" if value is None or isinstance(value, str) else words.signed(value)


@register.filter
def figure(value: float | str | None, unit: str) -> str:
    """A measure's value with its unit: +12 or 12 %."""
    if value is None or isinstance(value, str):
        return ""
    return f"{value:.0f} %" if unit == "percent" else words.signed(value)


@register.inclusion_tag("reports/_bar.html")
def interval(low: float, value: float, high: float, unit: str = "points") -> dict[str, object]:
    """A thin bar: nets lie between -100 and 100, percents between 0 and 100."""
    return _bar(low, value, high, unit)


@register.inclusion_tag("reports/print/_bar.html")
def printed_interval(
    low: float, value: float, high: float, unit: str = "points"
) -> dict[str, object]:
    """The same for the press, which would take an inline SVG for a picture without words."""
    return _bar(low, value, high, unit)


def _bar(low: float, value: float, high: float, unit: str) -> dict[str, object]:
    start, end, at = (_along(bound, unit) for bound in (low, high, value))
    return {"start": start, "length": round(end - start, 1), "at": at, "signed": unit == "points"}


def _along(value: float, unit: str) -> float:
    """In percent of the bar's width."""
    share = value / 100 if unit == "percent" else (value + 100) / 200
    return round(min(max(share, 0.0), 1.0) * 100, 1)


@register.filter
def cue(label: str) -> str:
    """The sign that tells a moment without colour."""
    return CUES[label]


@register.filter
def moment(label: str) -> str:
    """A moment's name in words."""
    return words.MOMENT_WORDS[label]


@register.filter
def css_name(label: str) -> str:
    """A moment's name in class attributes."""
    return label.replace("_", "-")
