"""All input of links for places."""

from django import forms

from accounts.wording import Worded
from feedback.models import OpenLink


class LinkForm(Worded, forms.Form):
    """A place, and how people answer there."""

    place = forms.CharField(
        label="Place",
        max_length=100,
        error_messages={"required": "Name the place, such as “Reception”."},
        help_text="Such as “Reception” or “Van 12”: it stands small on the poster.",
    )
    use = forms.ChoiceField(
        label="How people answer there",
        help_text="Where they answer on paper, choose one device: sheets are typed in there.",
        choices=OpenLink.Use.choices,
        widget=forms.RadioSelect,
        initial=OpenLink.Use.OWN_DEVICE,
        error_messages={"required": "Choose how people answer there."},
    )
