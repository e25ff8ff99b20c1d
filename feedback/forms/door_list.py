"""What managers type about the open door: what to show, whom to thank, the service standard."""

import datetime as dt
from typing import Any

from django import forms

from accounts.wording import Worded
from feedback.models import OpenDoorItem
from programme.forms.organisation import offer
from programme.models import Membership, Organisation
from programme.queries import members_of
from touchpoints.models import Touchpoint

_DAYS = [
    *((0, "Monday"), (1, "Tuesday"), (2, "Wednesday"), (3, "Thursday"), (4, "Friday")),
    *((5, "Saturday"), (6, "Sunday")),
]


class DoorFilter(Worded, forms.Form):
    """What a list of items shows; what cannot be right is left out."""

    kind = forms.ChoiceField(
        required=False, choices=[("", "Every kind"), *OpenDoorItem.Kind.choices], label="Kind"
    )
    state = forms.ChoiceField(
        required=False, choices=[("", "Every state"), *OpenDoorItem.State.choices], label="State"
    )
    at = forms.ModelChoiceField(
        Touchpoint.objects.none(), required=False, empty_label="Every touchpoint", label="About"
    )
    q = forms.CharField(
        required=False,
        max_length=100,
        label="Words or reference",
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        offer(self, "at", Touchpoint.objects.current().filter(organisation=organisation))

    def wanted(self) -> dict[str, str]:
        """As `door_items` takes it."""
        self.is_valid()
        found = self.cleaned_data
        at = found.get("at")
        return {
            "kind": found.get("kind", ""),
            "state": found.get("state", ""),
            "at": str(at.pk) if at is not None else "",
            "words": found.get("q", ""),
        }


class StandardForm(Worded, forms.Form):
    """In how many working hours people hear back, and what opens a case by itself."""

    hours = forms.IntegerField(
        label="Working hours until an answer is due",
        min_value=1,
        max_value=400,
        help_text="Two days of eight hours are 16.",
    )
    days = forms.TypedMultipleChoiceField(
        label="Working days",
        choices=_DAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one day."},
    )
    day_starts = forms.TimeField(
        label="The working day begins at",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "Enter a time.", "invalid": "Enter a time, such as 9:00."},
    )
    day_ends = forms.TimeField(
        label="And ends at",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "Enter a time.", "invalid": "Enter a time, such as 17:00."},
    )
    first_owner = forms.ModelChoiceField(
        Membership.objects.none(),
        label="New cases go to",
        required=False,
        empty_label="Nobody yet",
        help_text="Where a touchpoint has an owner, its cases go there.",
    )
    from_low_scores = forms.BooleanField(
        label="Open a case for each low answer of a named customer",
        required=False,
        help_text="A misery, or 0 to 6 when asked whether they would recommend you.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        offer(self, "first_owner", members_of(organisation).exclude(role="auditor"))

    def clean_day_ends(self) -> dt.time:
        ends: dt.time = self.cleaned_data["day_ends"]
        starts = self.cleaned_data.get("day_starts")
        if starts is not None and ends <= starts:
            raise forms.ValidationError("The working day must end after it begins.")
        return ends
