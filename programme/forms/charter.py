"""What a leader answers for the charter, and a practice of one's own."""

from django import forms

from accounts.wording import Worded
from programme.charter import READY


class AnswerForm(Worded, forms.Form):
    text = forms.CharField(
        label="Your answer",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)


class ReadyForm(Worded, forms.Form):
    ready = forms.MultipleChoiceField(
        label="Before you show it: is this true?",
        choices=READY,
        error_messages={"required": "Tick what is true. What you wrote is kept meanwhile."},
        widget=forms.CheckboxSelectMultiple,
    )


class PracticeForm(Worded, forms.Form):
    text = forms.CharField(
        label="A practice of your own",
        max_length=200,
        error_messages={"required": "Write the practice as a statement."},
        help_text="A statement that can be routine, sometimes so, or never.",
    )
