"""What somebody else saved meanwhile, beside what one has typed: field by field."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils.formats import date_format

_NOTHING = "(empty)"


@dataclass(frozen=True, slots=True)
class Differing:
    """A field, and what is saved in it now, in words."""

    label: str
    saved: str


def differing(mine: forms.BaseForm, saved: forms.BaseForm) -> list[Differing]:
    """The fields in which a form that was sent differs from one that shows what is saved."""
    both = [(mine[name], saved[name]) for name in mine.fields if name in saved.fields]
    return [
        Differing(str(theirs.label), in_words(theirs))
        for own, theirs in both
        if in_words(own) != in_words(theirs)
    ]


def in_words(field: BoundField) -> str:
    """What a field holds, as one reads it: its choices by their names, a day as people say it."""
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return "Yes" if value and value != "False" else "No"
    if isinstance(field.field, forms.ChoiceField):
        names = dict(_flat(field.field.choices))
        chosen = [names[key] for one in _several(value) if (key := str(one)) in names]
        return ", ".join(chosen) or _NOTHING
    if isinstance(field.field, forms.DateField | forms.TimeField):
        with contextlib.suppress(forms.ValidationError):
            value = field.field.to_python(value)
    if isinstance(value, dt.date):
        return date_format(value, "j F Y")
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return str(value if value is not None else "").replace("\r\n", "\n").strip() or _NOTHING


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple | set | QuerySet) else (value,)


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    """Choices by their keys, those of groups too."""
    for key, name in choices:
        if isinstance(name, list | tuple):
            yield from _flat(name)
        else:
            yield str(key), str(name)
