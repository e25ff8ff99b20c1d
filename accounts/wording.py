"""What a form says where an entry is missing or cannot be right: our own words.

A field says more where more is known, by its own `error_messages`; this is what the rest say.
"""

from typing import Any

from django import forms

_OFFERED = "That is not one of those offered here. Please choose again."
_ANY_CHOICE = {"required": "Choose one.", "invalid_choice": _OFFERED}
_ANY_CHOICES = {
    "required": "Choose at least one.",
    "invalid_choice": _OFFERED,
    "invalid_list": _OFFERED,
    "invalid_pk_value": _OFFERED,
}
_WORDS: dict[type, dict[str, str]] = {
    forms.Field: {"required": "Fill this in."},
    forms.CharField: {
        "max_length": "Shorten this: it has %(show_value)d characters, and %(limit_value)d fit.",
        "null_characters_not_allowed": (
            "There is a character in this text that we cannot keep. Please take it out."
        ),
    },
    forms.EmailField: {
        "required": "Enter an email address.",
        "invalid": "Enter an email address, like name@example.com.",
    },
    forms.IntegerField: {
        "required": "Enter a number.",
        "invalid": "Enter a whole number, such as 20.",
        "min_value": "Enter %(limit_value)s or more.",
        "max_value": "Enter %(limit_value)s or less.",
    },
    forms.DecimalField: {
        "invalid": "Enter a number, such as 1250.50.",
        "max_digits": "Enter a number with at most %(max)s digits.",
        "max_decimal_places": "Enter at most %(max)s digits after the point.",
        "max_whole_digits": "Enter at most %(max)s digits before the point.",
    },
    forms.DateField: {
        "required": "Choose a day.",
        "invalid": "Enter a day that exists, such as 2026-12-31.",
    },
    forms.DateTimeField: {
        "required": "Choose a day and an hour.",
        "invalid": "Enter a day and an hour that exist, such as 2026-12-31 09:00.",
    },
    forms.TimeField: {
        "required": "Choose an hour.",
        "invalid": "Enter an hour that exists, such as 09:00.",
    },
    forms.ChoiceField: _ANY_CHOICE,
    forms.ModelChoiceField: _ANY_CHOICE,
    forms.MultipleChoiceField: _ANY_CHOICES,
    forms.ModelMultipleChoiceField: _ANY_CHOICES,
    forms.FileField: {
        "required": "Choose a file.",
        "missing": "Choose a file.",
        "invalid": "No file came with this. Choose it again.",
        "empty": "This file is empty.",
    },
}


class Worded(forms.BaseForm):
    """A form whose fields speak our words wherever they would speak Django's."""

    def full_clean(self) -> None:
        for field in self.fields.values():
            _speak(field)
        super().full_clean()


def _speak(field: forms.Field) -> None:
    """Put our words in the place of Django's, and leave those that the field was given."""
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        ours |= _WORDS.get(kind, {})
        theirs |= getattr(kind, "default_error_messages", {})
    for code, words in ours.items():
        if field.error_messages.get(code) == theirs.get(code):
            field.error_messages[code] = words
