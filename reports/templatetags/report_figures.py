"""Figures as a report writes them, on the page and in print."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localdate
from django.utils.translation import get_language

from reports import languages, phrases, wording, words

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
    return "" if value is None or isinstance(value, str) else languages.points(_spoken(), value)


@register.filter
def figure(value: float | str | None, unit: str) -> str:
    """A measure's value with its unit: +12 or 12 %."""
    if value is None or isinstance(value, str):
        return ""
    write = languages.percent if unit == "percent" else languages.points
    return write(_spoken(), value)


@register.filter
def counted(value: float | str | None) -> str:
    """A whole number in digits, with the language's thousands."""
    return "" if value is None or isinstance(value, str) else languages.number(_spoken(), value)


@register.filter
def quarter(code: str) -> str:
    """A quarter's code as the language writes it."""
    return languages.quarter(_spoken(), code)


@register.filter
def day(at: dt.datetime) -> str:
    """A moment's day, where we are, as the language writes it."""
    return languages.day(_spoken(), localdate(at))


@register.filter
def date_of(date: dt.date) -> str:
    """A date as the language writes it."""
    return languages.day(_spoken(), date)


@register.filter
def quoted(text: str) -> str:
    """A person's words in the language's quotation marks."""
    return languages.quoted(_spoken(), text)


@register.filter
def named(text: str | None) -> str:
    """A person's words among the report's own, kept apart where they run the other way."""
    return languages.isolated(_spoken(), text) if text else ""


@register.simple_tag
def comma() -> str:
    """What the language sets between two things that are told in a row."""
    return languages.run(_spoken(), ["", ""])


@register.inclusion_tag("reports/parts/_bar.html", takes_context=True)
def interval(
    context: Context, low: float, value: float, high: float, unit: str = "points"
) -> dict[str, object]:
    """A thin bar: nets lie between -100 and 100, percents between 0 and 100."""
    start, end, at = (_along(bound, unit) for bound in (low, high, value))
    # As text: a template would write numbers with a language's comma, which CSS does not read.
    return {
        "start": f"{start:g}",
        "length": f"{end - start:.1f}",
        "at": f"{at:g}",
        "signed": unit == "points",
        "for_print": context.get("for_print", False),
    }


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
    return phrases.said(_spoken(), words.MOMENT_WORDS[label])


@register.filter
def css_name(label: str) -> str:
    """A moment's name in class attributes."""
    return label.replace("_", "-")


@register.simple_tag(takes_context=True)
def at_cell(
    context: Context,
    text: str,
    touchpoint_id: int | str | None,
    voice: str = "customer",
    segment: int | str | None = "all",
) -> str:
    """A figure or a name as a link to the cell of the heatmap that it comes from; the bare text
    in print and where that is not known."""
    if not touchpoint_id or not segment or context.get("for_print"):
        return named(text)
    address = _address(context, "touchpoints:cell", touchpoint=touchpoint_id)
    return format_html(
        '<a href="{}?period={}&voice={}&segment={}">{}</a>',
        *(address, context["figures"]["period"], voice, segment, named(text)),
    )


@register.simple_tag(takes_context=True)
def cell_link(
    context: Context, cell: dict[str, Any], row: dict[str, Any], column: dict[str, Any]
) -> str:
    """What a cell of the heatmap's appendix reads, its sign and its net."""
    # Where a column is narrow in print, the number of answers goes to a line of its own.
    space = "\u00a0" if context.get("for_print") else " "
    text = f"{cue(cell['label'])}{space}{points(cell['net'])}"
    return at_cell(context, text, row["touchpoint_id"], column["voice"], column["segment"])


@register.simple_tag(takes_context=True)
def at_row(context: Context, text: str, name: str, row: str, key: int | str | None) -> str:
    """A name as a link to the page of that URL name about row `key`, or the bare text."""
    if not key or context.get("for_print"):
        return named(text)
    return format_html('<a href="{}">{}</a>', _address(context, name, **{row: key}), named(text))


@register.simple_tag(takes_context=True)
def at_chain(context: Context, text: str, period: str) -> str:
    """A hand-off's name as a link to the delivery chain in that quarter."""
    if context.get("for_print"):
        return named(text)
    return format_html(
        '<a href="{}?period={}">{}</a>', _address(context, "touchpoints:chain"), period, named(text)
    )


def _address(context: Context, name: str, **kwargs: Any) -> str:
    organisation = context["request"].organisation.slug
    return reverse(name, kwargs={"organisation": organisation, **kwargs})


@register.filter
def at_index(values: Sequence[Any], index: int) -> Any:
    """The value at that place, or nothing where there are fewer."""
    return values[index] if index < len(values) else None


@register.filter
def of_key(values: dict[str, Any] | str, key: str) -> Any:
    """The value of that key, or nothing (a template says "" for what is missing)."""
    return None if isinstance(values, str) else values.get(key)


@register.filter
def said(english: str) -> str:
    """The report's own phrase in the language that is being printed; a person's words never come
    here."""
    return phrases.said(_spoken(), english)


@register.simple_tag
def say(key: str, **fields: Any) -> str:
    """A phrase or a sentence with its fields filled in; a string among them is text as it is."""
    return wording.words_of(words.Said(key, fields), _spoken())


@register.simple_tag(takes_context=True)
def in_english(context: Context) -> str:
    """The attributes of a sentence worked out from the figures, in reports of earlier releases,
    which said those in English whatever the rest was printed in."""
    return mark_safe(' lang="en" dir="ltr"') if context.get("sentences_in_english") else ""


def _spoken() -> str:
    """The language that is being written."""
    return languages.spoken(get_language() or "en")
