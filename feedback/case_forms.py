"""All input to cases."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.wording import Worded
from feedback.models import Case
from programme.forms import offer
from programme.models import Membership, Organisation
from programme.queries import members_of


class CaseForm(Worded, forms.Form):
    """What must be followed up, by whom, until when, and what came of it."""

    title = forms.CharField(
        label="What must be followed up",
        max_length=300,
        error_messages={"required": "Say what must be followed up."},
    )
    owner = forms.ModelChoiceField(
        label="Owner", queryset=Membership.objects.none(), required=False, empty_label="Nobody yet"
    )
    due_on = forms.DateField(
        label="Due",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    state = forms.ChoiceField(
        label="State",
        choices=Case.State,
        initial=Case.State.OPEN,
        error_messages={"required": "Choose a state."},
    )
    outcome = forms.CharField(
        label="Outcome",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you did, and whether it helped. Needed to close the case.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        self.organisation = organisation
        offer(self, "owner", members_of(organisation))

    def due_at(self) -> dt.datetime | None:
        """The end of the due day, where the organisation is."""
        day = self.cleaned_data["due_on"]
        if day is None:
            return None
        return dt.datetime.combine(day, dt.time(17, 0), ZoneInfo(self.organisation.timezone))
