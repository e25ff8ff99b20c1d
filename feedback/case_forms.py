"""All input to cases."""

import datetime as dt
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms

from accounts.wording import Worded
from feedback.models import Case
from programme.models import Membership, Organisation


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
        owners = Membership.objects.filter(organisation=organisation).select_related("user")
        cast("forms.ModelChoiceField[Membership]", self.fields["owner"]).queryset = owners

    def due_at(self) -> dt.datetime | None:
        """The end of the due day, where the organisation is."""
        day = self.cleaned_data["due_on"]
        if day is None:
            return None
        return dt.datetime.combine(day, dt.time(17, 0), ZoneInfo(self.organisation.timezone))
