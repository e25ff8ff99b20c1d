"""All input to cases."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.wording import Worded
from feedback.models import Case
from feedback.queries.following_up import CASE_SOURCES, CASE_STATES, NOBODY, OWN
from programme.forms.organisation import offer
from programme.models import Membership, Organisation
from programme.queries import members_of

_LONGEST_REPLY = 10_000


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
        help_text="Left empty, it is due by the service standard.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    state = forms.ChoiceField(
        label="State",
        choices=Case.State,
        initial=Case.State.OPEN,
        error_messages={"required": "Choose a state."},
    )
    cause = forms.CharField(
        label="Cause",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Why it came to this: not who, but what.",
    )
    outcome = forms.CharField(
        label="Outcome",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you did, and whether it helped. Needed to close the case.",
        error_messages={"required": "Say what came of it before you close the case."},
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


class OpenCaseForm(CaseForm):
    """A case opened by hand, or from a comment; whom to answer where that is not known."""

    name = forms.CharField(label="Who said it", required=False, max_length=200)
    email = forms.EmailField(
        label="Their email address",
        required=False,
        max_length=254,
        help_text="Answers are sent there from the case.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(organisation, **given)
        for later in ("state", "cause", "outcome"):
            del self.fields[later]


class ReplyForm(Worded, forms.Form):
    """An answer to the person."""

    text = forms.CharField(
        label="Your answer",
        max_length=_LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": "Write your answer first."},
    )
    mark = forms.CharField(max_length=200, widget=forms.HiddenInput)


class NoteForm(Worded, forms.Form):
    note = forms.CharField(
        label="A note for colleagues",
        max_length=_LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": "Write the note first."},
    )


class CaseFilter(Worded, forms.Form):
    """What a list of cases shows; what cannot be right is left out."""

    # Chosen by the counts above the list.
    state = forms.ChoiceField(
        required=False,
        choices=[("", "Every state"), *CASE_STATES.items()],
        widget=forms.HiddenInput,
    )
    owner = forms.ChoiceField(required=False, label="Owner")
    source = forms.ChoiceField(
        required=False, choices=[("", "Everywhere"), *CASE_SOURCES.items()], label="From"
    )
    q = forms.CharField(
        required=False,
        max_length=100,
        label="Words or reference",
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        owners = [(str(one.pk), str(one.user)) for one in members_of(organisation)]
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (see above)
        field.choices = [("", "Everyone"), (OWN, "You"), (NOBODY, "Nobody yet"), *owners]

    def wanted(self) -> dict[str, str]:
        """As `cases` takes it."""
        self.is_valid()
        found = self.cleaned_data
        return {
            "state": found.get("state", ""),
            "owner": found.get("owner", ""),
            "source": found.get("source", ""),
            "words": found.get("q", ""),
        }
