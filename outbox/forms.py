"""All input to the mailbox."""

from django import forms

from accounts.wording import Worded


class AnswerForm(Worded, forms.Form):
    """What whoever received an email answers."""

    text = forms.CharField(
        max_length=20_000, label="Answer", widget=forms.Textarea(attrs={"rows": 4})
    )
